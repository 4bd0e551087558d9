"""`orch run --inline` and `orch report` from first to last line; Ray has its own file."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orchestrator.plan.records import Pack
from orchestrator.store.local.lock import exclusive
from orchestrator.training.engine import train
from orchestrator.training.records import PackRows
from tests.cli.orch import ORCH, orch
from tests.cli.running import TINY, events, parts, tables, train_here, write_study

pytestmark = pytest.mark.slow  # a process a test


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study that has been run into `results`."""
    folder = tmp_path_factory.mktemp("done")
    assert train_here(write_study(folder), report=True) == 0
    return folder


def unusable(folder: Path, *modules: str) -> str:
    """A PYTHONPATH on which importing these modules fails."""
    for module in modules:
        (folder / module).mkdir()
        (folder / module / "__init__.py").write_text("raise ImportError('not to be imported')")
    return str(folder)


class TestFirstRun:
    def test_says_what_runs_where_and_what_was_found(self, tmp_path: Path) -> None:
        write_study(tmp_path)
        ended = orch("run", "study.yaml", "--inline", "--results", "out", cwd=tmp_path)
        first, second, *finding, report = ended.stdout.splitlines()
        assert first == "tiny: 4 variants × 2 replicates = 8 trials, 0 done"
        assert second == "4 packs in this process · results in out/tiny"
        assert "In test accuracy" in " ".join(finding)
        assert "undecided" in " ".join(finding)
        assert report == "report: out/tiny/report.html"
        assert "8 trials in the store: 8 completed, 0 diverged, 0 failed" in ended.stdout
        assert (ended.returncode, ended.stderr) == (0, "")

    def test_leaves_the_files_of_the_design(self, done: Path) -> None:
        study = {path.name for path in (done / "results" / "tiny").iterdir()}
        assert study >= {
            "study.yaml", "plan.json", "events.jsonl", "report.html",
            "trials.parquet", "metrics.parquet", "gradients.parquet", "comparisons.parquet",
            "decay.parquet",
        }  # fmt: skip
        assert (done / "results" / "index.html").exists()
        assert len(parts(done / "results")) == 4

    def test_the_tables_hold_every_trial_in_plan_order(self, done: Path) -> None:
        plan = json.loads((done / "results/tiny/plan.json").read_text())
        trials = [trial for variant in plan["variants"] for trial in variant["trials"]]
        found = tables(done / "results")
        assert found["trials"]["trial_id"].to_pylist() == trials
        for name in ("metrics", "gradients"):
            assert list(dict.fromkeys(found[name]["trial_id"].to_pylist())) == trials
        metrics = found["metrics"].to_pandas()
        assert len(metrics) == 8 * 3 * 3 * 2  # trials × epochs × splits × metrics

    def test_the_journal_tells_machine_and_outcome(self, done: Path) -> None:
        found = events(done / "results")
        start, end = found[0], found[-1]
        assert [e["event"] for e in found[1:-1]] == ["pack_started", "pack_finished"] * 4
        assert start["event"] == "study_started"
        assert (start["trials"], start["new"], start["done"]) == (8, 8, 0)
        assert start["executor"] == "inline"
        assert {"orch", "python", "torch", "ray", "platform", "cpus", "gpus", "workers"} <= set(
            start
        )
        assert end["event"] == "study_finished"
        assert (end["completed"], end["diverged"], end["failed"]) == (8, 0, 0)

    def test_the_commit_of_the_study_file_is_recorded(self, tmp_path: Path) -> None:
        study = write_study(tmp_path)
        for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "study"]):
            identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
            subprocess.run(["git", *identity, *command], cwd=tmp_path, check=True)
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.strip()
        train_here(study, only=("model.depth=1", "model.activation=tanh"))
        trials = pd.read_parquet(tmp_path / "results/tiny/trials.parquet")
        assert set(trials["git_commit"]) == {head}
        assert set(trials["git_dirty"]) == {False}
        plan = json.loads((tmp_path / "results/tiny/plan.json").read_text())
        assert plan["git"] == {"commit": head, "dirty": False, "diff": None}


class TestSecondRun:
    def test_trains_nothing_and_needs_neither_ray_nor_torch(
        self, done: Path, tmp_path: Path
    ) -> None:
        before, report = parts(done / "results"), done / "results/tiny/report.html"
        report.unlink()
        ended = orch("run", "study.yaml", cwd=done, PYTHONPATH=unusable(tmp_path, "ray", "torch"))
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "8 trials, 8 done\nnothing to train · results in results/tiny" in ended.stdout
        assert report.exists()
        assert parts(done / "results") == before

    def test_trains_only_what_a_change_asks_for(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        study = write_study(tmp_path)
        train_here(study, only=("model.depth=1",))
        before = parts(tmp_path / "results")
        assert train_here(study) == 0
        assert "8 trials, 4 done" in capsys.readouterr().out
        after = parts(tmp_path / "results")
        assert len(after) == 2 * len(before)
        assert before.items() <= after.items()
        assert tables(tmp_path / "results")["trials"].num_rows == 8

    def test_force_trains_again_and_gives_the_same(
        self, done: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Packs stay as the store has them, although by now they would be made smaller."""
        before, files = tables(done / "results"), parts(done / "results")
        forced = done / "forced.yaml"
        forced.write_text(TINY + "resources: {pack_minutes: 0.000001}\n")
        train_here(forced, force=True)
        assert "8 trials, 0 done" in capsys.readouterr().out
        after = parts(done / "results")
        assert set(after) == set(files)
        assert all(after[pack] > files[pack] for pack in files)
        assert all(table.equals(before[name]) for name, table in tables(done / "results").items())

    def test_another_study_reuses_trials(self, done: Path) -> None:
        (done / "other.yaml").write_text(TINY.replace("study: tiny", "study: other"))
        ended = orch("run", "other.yaml", "--no-report", cwd=done)
        assert "8 trials, 8 done" in ended.stdout
        found = tables(done / "results", "other")
        assert set(found["trials"]["study"].to_pylist()) == {"other"}
        assert found["metrics"].equals(tables(done / "results")["metrics"])


class TestReport:
    def test_by_path_and_by_name(self, done: Path) -> None:
        for source in ("study.yaml", "tiny"):
            (done / "results/tiny/report.html").unlink()
            ended = orch("report", source, cwd=done)
            assert (ended.returncode, ended.stderr) == (0, "")
            assert ended.stdout.splitlines()[-1] == "report: results/tiny/report.html"
            assert (done / "results/tiny/report.html").exists()

    def test_from_the_store_alone(self, done: Path) -> None:
        for name in ("trials", "metrics", "gradients", "comparisons"):
            (done / "results/tiny" / f"{name}.parquet").unlink()
        assert orch("report", "tiny", cwd=done).returncode == 0
        assert tables(done / "results")["trials"].num_rows == 8

    def test_nothing_there_yet(self, tmp_path: Path) -> None:
        ended = orch("report", "vanishing_gradient", cwd=tmp_path)
        assert ended.returncode == 2
        assert "results has no results of 'vanishing_gradient'" in ended.stderr
        assert "train it first: orch run vanishing_gradient" in ended.stderr
        assert not list(tmp_path.iterdir())

    def test_a_name_misspelt(self, done: Path) -> None:
        ended = orch("report", "tinny", cwd=done)
        assert ended.returncode == 2
        assert "did you mean 'tiny'?" in ended.stderr


class TestWrongInput:
    def test_nothing_is_written(self, tmp_path: Path) -> None:
        write_study(tmp_path, TINY.replace("digits", "digit"))
        ended = orch("run", "study.yaml", cwd=tmp_path)
        assert ended.returncode == 2
        assert "Traceback" not in ended.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]

    def test_an_address_is_no_folder(self, tmp_path: Path) -> None:
        ended = orch("run", write_study(tmp_path), "--results", "ftp://bucket/x", cwd=tmp_path)
        assert ended.returncode == 2
        assert "--results" in ended.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["study.yaml"]

    def test_a_ray_client(self, tmp_path: Path) -> None:
        """Refused before the study is looked for."""
        ended = orch("run", "no.yaml", "--address", "ray://head:10001", cwd=tmp_path)
        assert ended.returncode == 2
        assert "orch submit STUDY --address http://head:8265" in ended.stderr
        assert "orch logs ID --follow" in ended.stderr


class TestWrongEnvironment:
    """Exit code 3 before anything starts, whoever runs it: works for root as well."""

    def fault(self, folder: Path, *arguments: str | Path) -> str:
        ended = orch("run", write_study(folder), "--inline", *arguments, cwd=folder)
        assert ended.returncode == 3
        assert "Traceback" not in ended.stderr
        assert "trials" not in ended.stdout  # not even announced
        return ended.stderr

    def test_results_below_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        error = self.fault(tmp_path, "--results", tmp_path / "file" / "results")
        assert "a file exists where a folder is needed" in error

    def test_results_where_nothing_can_be_made(self, tmp_path: Path) -> None:
        assert "cannot make the folder /proc/orch" in self.fault(
            tmp_path, "--results", "/proc/orch"
        )

    def test_more_cpus_than_there_are(self, tmp_path: Path) -> None:
        error = self.fault(tmp_path, "--set", "resources.cpus=4096")
        assert f"requests 4,096 CPUs and 0 GPUs, but this machine has {cpus()} CPU" in error
        assert not (tmp_path / "results").exists()

    def test_a_gpu_that_is_not_there(self, tmp_path: Path) -> None:
        write_study(tmp_path)
        arguments = ("run", "study.yaml", "--set", "resources.gpus=1")
        ended = orch(*arguments, cwd=tmp_path, CUDA_VISIBLE_DEVICES="")
        assert ended.returncode == 3
        assert "and 1 GPU, but this machine has" in ended.stderr

    def test_the_study_is_being_run_already(self, done: Path) -> None:
        with exclusive(done / "results/tiny/.lock"):
            ended = orch("run", "study.yaml", cwd=done)
        assert ended.returncode == 3
        assert f"being run already, by process {os.getpid()}" in ended.stderr

    def test_a_disk_limit_in_the_middle(self, tmp_path: Path) -> None:
        """Parts of more than 8 kB do not fit: exit code 3, no half file; then it goes on."""
        write_study(tmp_path)
        command = f"ulimit -f 8; exec {ORCH} run study.yaml --inline --no-report"
        ended = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 3
        assert "cannot write" in ended.stderr
        assert "ulimit -f unlimited" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert not [path for path in tmp_path.rglob("*") if path.suffix == ".tmp"]
        assert train_here(tmp_path / "study.yaml") == 0


def cpus() -> int:
    from orchestrator.execution.capacity import Capacity

    return Capacity.here().cpus


class TestFailedTrials:
    def test_exit_code_and_second_chance(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """The engine raises for replicate 1 of one variant; its pack-mates complete."""
        study = write_study(tmp_path)
        with monkeypatch.context() as broken:
            broken.setattr("orchestrator.training.engine.train", failing)
            assert train_here(study, report=True) == 1
        shown = capsys.readouterr().out
        assert "8 trials in the store: 7 completed, 0 diverged, 1 failed" in shown
        assert "1 failed: RuntimeError: the loom is broken" in shown
        assert "run again to try them once more" in shown
        page = (tmp_path / "results/tiny/report.html").read_text()
        assert "RuntimeError: the loom is broken" in page
        assert train_here(study) == 0
        assert "8 trials, 7 done" in capsys.readouterr().out
        trials = tables(tmp_path / "results")["trials"]
        assert set(trials["status"].to_pylist()) == {"completed"}


def failing(pack: Pack, device: str, threads: int, **more: Any) -> PackRows:
    unlucky = {"model.activation": "relu", "model.depth": 2}
    for trial in pack.trials:
        if trial.replicate == 1 and trial.variant.levels == unlucky:
            raise RuntimeError("the loom is broken")
    return train(pack, device, threads)


def test_trials_whose_rows_do_not_arrive_are_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Workers that write elsewhere: they say that they are done, and nothing is here."""
    monkeypatch.setattr("orchestrator.execution.worker.pack.commit", lambda *given: None)
    assert train_here(write_study(tmp_path)) == 1
    said = capsys.readouterr().out
    assert "8 missing" in said
    assert "does every machine write there?" in " ".join(said.split())
