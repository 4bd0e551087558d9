"""A file that is no data.json is as none."""

from pathlib import Path

import pytest

from orchestrator.reports.data.samples import samples_of


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tasks": [{}]}', '{"tasks": 3}'])
def test_a_file_that_is_no_data_json_is_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "data.json"
    assert samples_of(path) == ()
    path.write_text(text)
    assert samples_of(path) == ()
