"""`orch doctor` looks at this machine, and runs nothing of the folder that it is called in."""

from pathlib import Path

import pytest

from orchestrator.cli.doctor import _python


def test_a_module_of_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "colorsys.py").write_text("open('trace', 'w')\n")
    monkeypatch.chdir(tmp_path)
    assert _python("import colorsys; print(colorsys.rgb_to_hsv(0, 0, 0))") == "(0.0, 0.0, 0)"
    assert not (tmp_path / "trace").exists()
