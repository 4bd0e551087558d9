"""Study files that cannot be read."""

from pathlib import Path

import pytest

from orchestrator.errors import InputError
from orchestrator.study.parsing.source import read_source


def test_a_file_without_permission_has_a_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text("study: small")

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="cannot be read: Permission denied") as found:
        read_source(path)
    assert found.value.problems[0].cure == f"make it readable for you: chmod u+r {path}"
