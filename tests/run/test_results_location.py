"""What cannot be a results folder is refused, and not taken for the current one."""

from pathlib import Path

import pytest

from orchestrator.errors import InputError
from orchestrator.paths import ResultsPaths
from orchestrator.run.find_study import document_of
from orchestrator.run.results_location import results_paths


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "--results: the value is empty"),
        ("~nobodyatall/r", r"'~nobodyatall/r': .*\n    write the path from / on"),
        ("r\udcff", "is not UTF-8"),
    ],
)
def test_refused(given: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        results_paths(given)


def test_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_RESULTS", "")
    assert results_paths(None) == ResultsPaths(Path("results"))
    assert results_paths(".") == ResultsPaths(Path())


def test_a_study_that_does_not_exist_is_not_to_be_trained(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="say where its results are: --results DIR"):
        document_of("x", ResultsPaths(tmp_path))
    with pytest.raises(InputError, match="train it first: orch run forget_bias"):
        document_of("forget_bias", ResultsPaths(tmp_path))
