"""What a Ray Jobs server knows of submitted studies, and how one is named and found."""

import pytest

from orchestrator.errors import InputError
from orchestrator.execution.remote.submissions import Submission, find, from_orch, next_id


def job(name: str, status: str = "RUNNING", start: int = 0, **more: object) -> dict[str, object]:
    """As `GET /api/jobs/` describes it."""
    metadata = {"orch": "1", "study": name.split("-")[0], "results": "/shared"}
    return {
        "submission_id": name,
        "status": status,
        "metadata": metadata,
        "start_time": start,
    } | more


def known(*names: str) -> list[Submission]:
    return [Submission.of(job(name)) for name in names]


def test_only_those_of_orch_the_newest_first() -> None:
    other = {"submission_id": "raysubmit_1", "status": "RUNNING", "metadata": {}}
    driver = {"submission_id": None, "status": "RUNNING", "metadata": None}
    found = from_orch([other, job("a-1", start=1), driver, job("b-1", start=2)])
    assert [each.submission_id for each in found] == ["b-1", "a-1"]


@pytest.mark.parametrize(
    "metadata", [{"orch": "1"}, {"orch": "1", "study": "../../x", "results": "/r"}]
)
def test_none_whose_study_cannot_be_a_folder(metadata: dict[str, str]) -> None:
    """Whoever reaches the server writes what it knows."""
    assert from_orch([{**job("a"), "metadata": metadata}]) == []


def test_one_that_failed() -> None:
    message = "Job entrypoint command failed"
    found = Submission.of(job("a-1", "FAILED", 1_000, message=message, driver_exit_code=3))
    assert (found.state, found.exit_code, found.message) == ("failed", 3, message)
    assert found.started_at == "1970-01-01T00:00:01+00:00"
    assert found.has_ended


def test_a_message_of_one_that_runs_is_none_of_a_failure() -> None:
    assert Submission.of(job("a-1", message="Job is currently running.")).message == ""


def test_each_attempt_at_a_plan_has_its_own_id() -> None:
    assert next_id(known("a-77", "b-1"), "a-12") == ("a-12", None)
    attempts = known("a-12", "a-12-10", "a-12-2", "a-123", "a-12-x")
    name, last = next_id(attempts, "a-12")
    assert name == "a-12-11"
    assert last is attempts[1]


@pytest.mark.parametrize("given", ["ab-34-2", "ab", "ab-3"])
def test_the_newest_that_is_meant(given: str) -> None:
    everything = known("b-1", "ab-34-2", "ab-34", "ab-12")
    assert find(everything, given, "http://head").submission_id == "ab-34-2"


def test_what_is_not_there() -> None:
    everything = known("decay-34", "depth-12")
    with pytest.raises(InputError, match=r"has no such submission(.|\n)*did you mean decay-34"):
        find(everything, "decay-3x", "http://head")
    with pytest.raises(InputError, match="2 submissions begin with this"):
        find(everything, "de", "http://head")
    with pytest.raises(InputError, match="orch status --address http://head"):
        find([], "", "http://head")
