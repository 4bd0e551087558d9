"""study.yaml, plan.json and events.jsonl."""

import json
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.paths import StudyPaths
from orchestrator.store.journal import append_event, names_submission, read_plan, write_plan
from tests.store.plans import document_of, variant_of


@pytest.fixture
def study(tmp_path: Path) -> StudyPaths:
    return StudyPaths(tmp_path)


def test_plan_and_study_come_back(study: StudyPaths) -> None:
    document = document_of(variant_of("tanh", ["a", None]), study="café")
    write_plan(study, "study: café\n", document)
    assert study.study.read_text(encoding="utf-8") == "study: café\n"
    assert '"study": "café"' in study.plan.read_text(encoding="utf-8")
    assert read_plan(study) == document


def test_no_plan_yet(study: StudyPaths) -> None:
    assert read_plan(study) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b"\xff\xfe", b"null", b"{}", b'{"study": 1}', b'{"packs": [[]]}']
)
def test_a_plan_that_is_none(study: StudyPaths, content: bytes) -> None:
    study.plan.write_bytes(content)
    assert read_plan(study) is None


def test_events_are_appended_as_lines(study: StudyPaths) -> None:
    append_event(study, "study_started", trials=3)
    append_event(study, "interrupted", reason="a\nb")
    first, second = (json.loads(line) for line in study.events.read_text().splitlines())
    assert (first["event"], first["trials"]) == ("study_started", 3)
    assert second["reason"] == "a\nb"
    assert first["at"] <= second["at"]
    assert first["at"].endswith("+00:00")


def test_a_journal_that_cannot_be_written(study: StudyPaths) -> None:
    study.events.mkdir()
    with pytest.raises(EnvironmentFault, match=r"cannot write .*events.jsonl"):
        append_event(study, "study_started")


def test_whether_a_submission_ran_the_study(study: StudyPaths) -> None:
    assert not names_submission(study, "demo-1")
    append_event(study, "study_started", submission="demo-1")
    assert names_submission(study, "demo-1")
    assert not names_submission(study, "demo-12")
