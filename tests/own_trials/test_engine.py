"""A pack of an own function → rows."""

import os
import random
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orchestrator.own_trials.engine import train
from orchestrator.own_trials.running import SHIFT
from orchestrator.seeds import seed_for
from orchestrator.store.schemas import FIXED, arrow
from orchestrator.training.checkpoint_policy import CheckpointPolicy, Reached
from orchestrator.training.records import PackRows
from tests.own_trials.studies import METRICS, frame, own_study, packs_of, row

STEP = "trial.report({'train/loss': 1.0, 'test/accuracy': 0.5})"
HEAD = "def train(trial, *, warmup: int = 0):\n"


def body(*lines: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in lines)


def rows_of(folder: Path, module: str, place: int = 0, **more: Any) -> PackRows:
    pack = packs_of(own_study(folder, module))[place]
    return train(pack, **more)


def trial_of(folder: Path, module: str, place: int = 0) -> dict[str, Any]:
    return row(rows_of(folder, module, place).trials)


def test_each_trial_is_a_pack_of_its_own_with_all_tables(tmp_path: Path) -> None:
    packs = packs_of(own_study(tmp_path))
    assert [len(pack.trials) for pack in packs] == [1, 1, 1, 1]
    rows = train(packs[0], threads=2)
    trial = row(rows.trials)
    assert trial["status"] == "completed"
    assert (trial["epochs_done"], trial["final_epoch"], trial["threads"]) == (3, 3, 2)
    assert (trial["execution"], trial["device"]) == ("own", "cpu")
    assert trial["setting.trial.lr"] == 0.1
    level = random.Random(seed_for("trial", 0) >> SHIFT).random()
    assert trial["final.test/accuracy"] == level
    metrics = frame(rows.metrics)
    assert list(metrics["value"][metrics["split"] == "train"]) == [level, level / 2, level / 3]
    for name in FIXED:
        arrow(name, getattr(rows, name))
    assert rows.logs[trial["trial_id"]] == b"warmup 0 replicate 0\n"


def test_variants_of_a_replicate_share_their_seeds(tmp_path: Path) -> None:
    seeds = "trial.report({'train/loss': trial.seed, 'test/accuracy': trial.seed_for('data')})"
    packs = packs_of(own_study(tmp_path, body(seeds)))
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for pack in packs:
        trial = row(train(pack).trials)
        place = pack.trials[0].replicate, int(trial["setting.trial.warmup"])
        found[place] = trial["final.train/loss"], trial["final.test/accuracy"]
    assert found[0, 0] == found[0, 100] != found[1, 0] == found[1, 100]
    assert all(0 <= seed < 2**31 for pair in found.values() for seed in pair)


def generators() -> tuple[Any, ...]:
    """The state of the global generators of Python and numpy."""
    of_numpy: Any = np.random.get_state(legacy=True)  # noqa: NPY002
    return random.getstate(), of_numpy[1].tolist()


def test_a_function_that_seeds_nothing_gives_the_same_again(tmp_path: Path) -> None:
    text = "import random\nimport numpy as np\nimport torch\n" + body(
        "trial.report({'train/loss': random.random() + np.random.rand(),"
        " 'test/accuracy': torch.rand(())})"
    )
    pack = packs_of(own_study(tmp_path, text))[0]
    state = generators()
    one, other = (row(train(pack).trials) for _ in range(2))
    assert one["final.train/loss"] == other["final.train/loss"]
    assert one["final.test/accuracy"] == other["final.test/accuracy"]
    assert generators() == state


def test_the_scratch_folder_is_empty_and_goes_away(tmp_path: Path) -> None:
    text = body(
        "assert not list(trial.folder.iterdir())",
        "(trial.folder / 'x').write_text('x')",
        "print(trial.folder)",
        STEP,
    )
    rows = rows_of(tmp_path, text)
    (log,) = rows.logs.values()
    assert rows.trials["status"] == ["completed"]
    assert not Path(log.decode().strip()).exists()


def test_the_folder_of_a_killed_process_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen(["true"])
    ended.wait()
    left, alive = (
        tmp_path / f".orch-trial-{socket.gethostname()}~{pid}-0" for pid in (ended.pid, os.getpid())
    )
    left.mkdir()
    alive.mkdir()
    assert trial_of(tmp_path, body(STEP))["status"] == "completed"
    assert not left.exists()
    assert alive.exists()


FAILURES = [
    ("raise OSError('no disk')", "OSError: no disk"),
    ("raise SystemExit(3)", "SystemExit: 3"),
    ("return None", "nothing was reported of what the study declares: test/accuracy, train/loss"),
    ("trial.report({'train/loss': 1.0})", "test/accuracy is declared in metrics, but was never"),
    (f"for _ in 'ab': {STEP[:-1]}, epoch=1)", "ValueError: test/accuracy is reported twice in"),
    ("trial.report(0.5)", "TypeError: report takes a mapping: name → number, not float"),
]


@pytest.mark.parametrize(("line", "said"), FAILURES, ids=[said[:25] for _, said in FAILURES])
def test_a_trial_without_a_result_has_failed(tmp_path: Path, line: str, said: str) -> None:
    rows = rows_of(tmp_path, body("print('so far')", line))
    trial = row(rows.trials)
    assert trial["status"] == "failed"
    assert said in trial["error"].splitlines()[0].replace("train/loss is", "test/accuracy is")
    assert not len(rows.metrics["value"])
    assert rows.logs == {trial["trial_id"]: b"so far\n"}
    assert not any(name.startswith("final.") for name in trial)


def test_the_end_of_the_traceback_begins_in_the_users_code(tmp_path: Path) -> None:
    error = trial_of(tmp_path, "def f():\n    return 1 / 0\n" + body("f()"))["error"]
    lines = error.splitlines()
    assert lines[0] == "ZeroDivisionError: division by zero"
    assert "own_trial_" in lines[1]
    assert "in f" in error
    assert "engine.py" not in error


@pytest.mark.parametrize("swallow", [False, True])
def test_a_metric_that_is_not_finite_is_a_diverged_trial(tmp_path: Path, swallow: bool) -> None:
    bad = "trial.report({'train/loss': float('nan'), 'test/accuracy': 0.5}, epoch=2)"
    lines = ["try:", f"    {bad}", "except Exception:", "    pass"] if swallow else [bad]
    rows = rows_of(tmp_path, body(f"{STEP[:-1]}, epoch=1)", *lines))
    trial = row(rows.trials)
    assert (trial["status"], trial["epochs_done"]) == ("diverged", 1)
    assert trial["error"] == "train/loss was not finite in epoch 2"
    assert trial["final_epoch"] is trial["final.train/loss"] is None
    assert set(rows.metrics["epoch"]) == {1}


class Stop(BaseException):
    """As a run that is interrupted raises it."""


class Kept:
    """A checkpoint in memory."""

    def __init__(self) -> None:
        self.data: bytes | None = None

    def read(self) -> bytes | None:
        return self.data

    def write(self, data: bytes) -> None:
        self.data = data


RESUMED = """\
def train(trial, *, warmup: int = 0, epochs: int = 5):
    first = 1
    if trial.resume_from:
        first = int((trial.resume_from / "state").read_text()) + 1
    print("from", first)
    for epoch in range(first, epochs + 1):
        trial.report({"train/loss": 1 / epoch, "test/accuracy": epoch / 10}, epoch=epoch)
        state = trial.folder / "model"
        state.mkdir(exist_ok=True)
        (state / "state").write_text(str(epoch))
        trial.checkpoint(state)
"""


@pytest.mark.parametrize("every_s", [0.0, 3600.0])
def test_a_trial_that_was_stopped_resumes_from_its_checkpoint(
    tmp_path: Path, every_s: float
) -> None:
    pack = packs_of(own_study(tmp_path, RESUMED))[0]
    whole = train(pack)
    seen: list[Reached] = []

    def stop_at_4(reached: Reached | None) -> None:
        assert reached
        seen.append(reached)
        if (reached.epoch == 4 and not kept.data) or len(seen) == 4:
            raise Stop

    kept = Kept()
    with pytest.raises(Stop):
        train(pack, checkpoints=CheckpointPolicy(kept, every_s, stop_at_4))
    assert [each.epoch for each in seen] == [1, 2, 3, 4]
    assert (seen[1].epochs, seen[1].share) == (5, 0.4)
    again = train(pack, checkpoints=CheckpointPolicy(kept, every_s, lambda reached: None))
    assert list(again.logs.values()) == [b"from 4\n"]
    assert frame(again.metrics).equals(frame(whole.metrics))
    assert row(again.trials)["final.test/accuracy"] == 0.5


def test_a_function_that_swallows_everything_is_still_stopped(tmp_path: Path) -> None:
    swallowing = body("try:", f"    {STEP}", "except BaseException:", "    pass")
    pack = packs_of(own_study(tmp_path, swallowing))[0]

    def stop(reached: Reached | None) -> None:
        raise Stop

    with pytest.raises(Stop):
        train(pack, checkpoints=CheckpointPolicy(Kept(), 60.0, stop))


def test_a_checkpoint_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    error = trial_of(tmp_path, body("trial.checkpoint('nothing.pt')"))["error"]
    assert error.startswith("FileNotFoundError: checkpoint: there is no nothing.pt")


def test_structured_settings_reach_the_function(tmp_path: Path) -> None:
    text = (
        "from pathlib import Path\n"
        "def train(trial, *, sizes: list[int], data: Path, warmup: int = 0):\n"
        "    assert trial.settings == {'sizes': sizes, 'data': data, 'warmup': warmup}\n"
        "    assert data.is_absolute()\n"
        "    trial.report({'train/loss': sum(sizes), 'test/accuracy': 0.5})\n"
    )
    (tmp_path / "d.csv").write_text("x")
    rest = METRICS + "factors: {trial.sizes: [[1, 2], [3]]}\nreplicates: 1\n"
    study = own_study(tmp_path, text, rest, data=tmp_path / "d.csv")
    finals = [row(train(pack).trials)["final.train/loss"] for pack in packs_of(study)]
    assert finals == [3.0, 3.0]
