"""Names from outside: which become paths, and that the paths of results stay in their folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.path_names import LONGEST_BYTES, UnsafeName, is_safe_path, safe_name
from orchestrator.paths import ResultsPaths, StudyPaths

ROOT = Path("/results")
UNSAFE = [
    "", ".", "..", "/etc/passwd", "../x", "a/../../x", "a\\b", "a\0b", "a\nb", "\x1b[31m",
    "a\u202eb", "\ud800", "x" * (LONGEST_BYTES + 1), "é" * LONGEST_BYTES,
]  # fmt: skip


@pytest.mark.parametrize("name", UNSAFE)
def test_what_must_not_become_a_path(name: str) -> None:
    paths = ResultsPaths(ROOT)
    for makes in (
        safe_name,
        paths.study,
        paths.sample,
        paths.log,
        paths.weights,
        paths.checkpoints,
        lambda name: paths.part("trials", name),
        lambda name: paths.checkpoint("study", name),
    ):
        with pytest.raises(UnsafeName, match="orch makes no path of it"):
            makes(name)


@pytest.mark.parametrize("name", ["vanishing_gradient", "0a1b-2", "größe", "a b", "report.html"])
def test_names_as_people_give_them(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize("path", ["a//b", "/a", "a/", "a/./b", "a/../b", "..", "a/\x1bb", ""])
def test_keys_of_a_bucket_that_lead_elsewhere(path: str) -> None:
    assert not is_safe_path(path)


@given(st.text())
def test_a_safe_key_is_one_file_below_the_folder(key: str) -> None:
    if is_safe_path(key):
        path = ROOT / key
        assert path.relative_to(ROOT).as_posix() == key
        assert path.resolve().is_relative_to(ROOT.resolve())


@given(st.text())
def test_a_study_is_a_folder_of_the_results_or_refused(name: str) -> None:
    try:
        found = ResultsPaths(ROOT).study(name)
    except UnsafeName:
        return
    assert found == StudyPaths(ROOT / name)
    assert found.root.parent == ROOT
