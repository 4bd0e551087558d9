"""What every executor promises; each test runs against all of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestrator.errors import EnvironmentFault
from orchestrator.execution.protocol import Executor, Job
from orchestrator.store.pack_files import statuses
from tests.execution.listening import Heard, pack_of

LARGE = [f"t{i}" for i in range(7)] + ["raise 7", "t8", "raise 9", "t10"]
PACKS = {
    "good": pack_of("a", "b diverge"),
    "single": pack_of("c"),
    "large": pack_of(*LARGE),
    "hopeless": pack_of("raise x"),
    "exits": pack_of("d", "exit e"),
    "crowded": pack_of(*(f"crowd {i}" for i in range(7))),
    "malformed": pack_of("f", "nan g"),
}


@dataclass(frozen=True)
class Outcome:
    """What one run of all packs left behind."""

    job: Job
    heard: Heard

    @property
    def statuses(self) -> dict[str, str]:
        return statuses(self.job.paths)

    def row(self, trial_id: str) -> dict[str, Any]:
        """The one row of a trial, wherever it is in the store."""
        files = self.job.paths.store("trials").glob("*.parquet")
        rows: list[dict[str, Any]] = []
        for file in files:
            rows += pq.read_table(file).to_pylist()
        (found,) = [row for row in rows if row["trial_id"] == trial_id]
        return found

    def of(self, name: str) -> tuple[int, int, int, int]:
        """Trials, completed, diverged, failed, as the listener heard of this pack."""
        (s,) = [s for s in self.heard.summaries if s.pack_id == PACKS[name].pack_id]
        return s.trials, s.completed, s.diverged, s.failed


def job_in(folder: Path) -> Job:
    return Job(folder, git_commit="f00", git_dirty=True, train="tests.execution.doubles:train")


@pytest.fixture(scope="module")
def outcome(executor: Executor, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    done = Outcome(job_in(tmp_path_factory.mktemp("results")), Heard())
    executor.run([list(PACKS.values())], done.job, done.heard)
    return done


class TestExecutor:
    @pytest.mark.slow
    def test_every_trial_has_a_row(self, outcome: Outcome) -> None:
        wanted = {trial.trial_id for pack in PACKS.values() for trial in pack.trials}
        assert set(outcome.statuses) == wanted

    def test_the_listener_hears_of_every_pack_once(self, outcome: Outcome) -> None:
        packs = sorted(pack.pack_id for pack in PACKS.values())
        assert sorted(outcome.heard.started_packs) == packs
        assert sorted(s.pack_id for s in outcome.heard.summaries) == packs
        assert not outcome.heard.losses

    def test_summaries_count_outcomes(self, outcome: Outcome) -> None:
        assert outcome.of("good") == (2, 1, 1, 0)
        assert outcome.of("large") == (11, 9, 0, 2)
        assert outcome.of("hopeless") == (1, 0, 0, 1)

    def test_the_code_is_named_in_every_row(self, outcome: Outcome) -> None:
        for trial in ("a", "raise x"):
            found = outcome.row(trial)
            assert (found["git_commit"], found["git_dirty"]) == ("f00", True)
            assert (found["threads"], found["device"]) == (1, "cpu")

    def test_only_the_guilty_trials_fail(self, outcome: Outcome) -> None:
        found = {name: outcome.statuses[name] for name in LARGE}
        assert {name for name in found if found[name] == "failed"} == {"raise 7", "raise 9"}

    def test_a_failed_row_tells_why(self, outcome: Outcome) -> None:
        found = outcome.row("raise x")
        first, *traceback = found["error"].splitlines()
        assert first == "ValueError: raise x is guilty"
        assert "misbehave" in "\n".join(traceback)
        assert (found["status"], found["epochs_done"], found["execution"]) == ("failed", 0, None)
        assert found["factor.model.activation"] == "relu"
        assert found["setting.training.epochs"] == 3

    def test_a_model_that_exits_fails_alone(self, outcome: Outcome) -> None:
        assert outcome.statuses["d"] == "completed"
        assert outcome.row("exit e")["error"].startswith("SystemExit: 7")

    def test_a_pack_too_large_for_the_memory_is_halved(self, outcome: Outcome) -> None:
        assert outcome.of("crowded") == (7, 7, 0, 0)

    def test_rows_that_break_the_schema_fail_alone(self, outcome: Outcome) -> None:
        assert outcome.statuses["f"] == "completed"
        assert "metrics: column value has empty values or NaN" in outcome.row("nan g")["error"]

    def test_nothing_to_run_is_fine(self, executor: Executor, tmp_path: Path) -> None:
        executor.run([], job_in(tmp_path), Heard())
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("event", ["started", "finished", "tick"])
    def test_what_the_listener_raises_ends_the_study_as_it_is(
        self, executor: Executor, tmp_path: Path, event: str
    ) -> None:
        """The results folder was deleted: no event can be written."""

        def refuse(*_: Any) -> None:
            raise EnvironmentFault("cannot write events.jsonl")

        listener = Heard()
        setattr(listener, event, refuse)
        job = Job(tmp_path, train="tests.execution.doubles:train")
        with pytest.raises(EnvironmentFault, match=r"^cannot write events\.jsonl$"):
            executor.run([[pack_of("a"), pack_of("b")]], job, listener)

    def test_a_store_that_refuses_ends_the_study(self, executor: Executor, tmp_path: Path) -> None:
        """A file lies where the folder of metrics must be; this works for root too."""
        job = job_in(tmp_path)
        job.paths.store("metrics").parent.mkdir(parents=True)
        job.paths.store("metrics").write_text("in the way")
        with pytest.raises(EnvironmentFault, match=r"cannot write .*store/metrics"):
            executor.run([[PACKS["good"], PACKS["single"]]], job, Heard())
        assert not job.paths.store("trials").exists()
