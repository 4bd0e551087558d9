"""The results of a study are copied, also while it is running."""

import json
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import ResultsPaths
from orchestrator.plan_document import TuningPoint
from orchestrator.store import copy_study as copying
from orchestrator.store.commit import commit
from orchestrator.store.copy_study import copy_study
from orchestrator.store.journal import append_event
from orchestrator.store.pack_files import statuses
from orchestrator.store.remote.object_io import put
from orchestrator.store.weights import read_weights, trials_with_weights
from tests.store.plans import document_of, rows_of, variant_of

DOCUMENT = document_of(
    variant_of("tanh", ["a", None, "later"], tuning=[TuningPoint(0, 0, {}, ("t",))])
)


@pytest.fixture
def source(tmp_path: Path) -> ResultsPaths:
    """A running study, and the results of another one."""
    paths = ResultsPaths(tmp_path / "there")
    for name in ("a", "t", "of another study"):
        commit(paths, f"pack {name}", rows_of(name))
    study = paths.study("demo")
    study.root.mkdir()
    study.study.write_text("study: demo\n")
    study.plan.write_text(json.dumps(DOCUMENT.to_json()))
    append_event(study, "study_started", submission="demo-1")
    return paths


@pytest.fixture
def target(tmp_path: Path) -> ResultsPaths:
    return ResultsPaths(tmp_path / "here")


def test_packs_of_the_study_in_both_phases(source: ResultsPaths, target: ResultsPaths) -> None:
    first = copy_study(source, target, DOCUMENT)
    assert (first.files, first.there) == (2 * 4 + 3, 0)
    assert statuses(target) == {"a": "completed", "t": "completed"}
    assert target.study("demo").study.read_text() == "study: demo\n"


def test_weights_of_the_study_come_along(source: ResultsPaths, target: ResultsPaths) -> None:
    for trial in ("a", "of another study"):
        put(source.weights(trial), trial.encode())
    copy_study(source, target, DOCUMENT)
    assert trials_with_weights(target) == {"a"}
    assert read_weights(target, "a") == b"a"


def test_a_second_copy_has_new_and_changed_files_only(
    source: ResultsPaths, target: ResultsPaths
) -> None:
    copy_study(source, target, DOCUMENT)
    commit(source, "pack later", rows_of("later"))
    part = target.part("metrics", "pack a")
    part.write_bytes(b"damaged" + part.read_bytes()[7:])
    again = copy_study(source, target, DOCUMENT)
    assert (again.files, again.there) == (4 + 1, 10)
    assert part.read_bytes() == source.part("metrics", "pack a").read_bytes()


def test_a_file_that_differs_after_copying_is_an_error(
    source: ResultsPaths, target: ResultsPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_digest", lambda path: b"another")
    with pytest.raises(EnvironmentFault, match=r"differs from .* after copying"):
        copy_study(source, target, DOCUMENT)
    assert statuses(target) == {}, "trials come last"
