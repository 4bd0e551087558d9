"""Training that is cut off and goes on in a new process, against training in one go: the same bits.

The file itself, and real processes that are killed: tests/store and tests/cli.
"""

from typing import Any

import numpy as np
import pytest

from orchestrator.models.settings import MLP, Adding, Recurrent
from orchestrator.plan.records import Pack
from orchestrator.study.probes import Probes
from orchestrator.study.settings import KEEP, Keep, Schedule
from orchestrator.training.checkpoint_policy import CheckpointPolicy, Reached
from orchestrator.training.engine import train
from orchestrator.training.records import PackRows
from orchestrator.training.stacking import memory
from tests.training.packs import normal, pack, variant

UNLIKE = ("wall_s", "started_at")


class Cut(BaseException):
    """Stands for the end of a process."""


class CheckpointStorage:
    """Keeps the newest checkpoint; the process ends right after so many of them."""

    def __init__(self, data: bytes | None = None, lasts: int = 10**9) -> None:
        self.data, self.lasts, self.writes = data, lasts, 0

    def read(self) -> bytes | None:
        return self.data

    def write(self, data: bytes) -> None:
        self.data, self.writes = data, self.writes + 1
        if self.writes == self.lasts:
            raise Cut


def never(reached: object) -> None:
    """Nobody asks the training to end."""


def cut_off(members: Pack, after: int, keep: Keep = KEEP) -> CheckpointStorage:
    """The storage of a training that was cut off after so many checkpoints, one an epoch."""
    storage = CheckpointStorage(lasts=after)
    with pytest.raises(Cut):
        train(members, checkpoints=CheckpointPolicy(storage, 0, never), keep=keep)
    return CheckpointStorage(storage.data)


def assert_same(rows: PackRows, others: PackRows) -> None:
    for name, values in rows.trials.items():
        assert name in UNLIKE or list(values) == list(others.trials[name]), name
    for table in ("metrics", "gradients", "answers"):
        one, other = getattr(rows, table), getattr(others, table)
        for column in one:
            np.testing.assert_array_equal(one[column], other[column])


def resumed(members: Pack, after: int) -> PackRows:
    storage = cut_off(members, after)
    rows = train(members, checkpoints=CheckpointPolicy(storage, 0, never))
    epochs = members.trials[0].variant.loop.training.epochs
    assert storage.writes < (epochs + 1) * len(members.trials)
    return rows


STACKED: dict[str, dict[str, Any]] = {
    "momentum": {"momentum": 0.9, "schedule": Schedule(kind="step", every_epochs=2)},
    "adam": {"optimizer": "adam", "learning_rate": 0.01},
    "rmsprop": {"optimizer": "rmsprop", "learning_rate": 0.01, "momentum": 0.5},
    "stopping": {"learning_rate": 1.0, "early_stopping": 3},
    "best epoch": {"learning_rate": 4.0, "early_stopping": 3, "select": "best"},
    "plateau": {"learning_rate": 2.0, "schedule": Schedule(kind="plateau", patience=1)},
    "nadam": {"optimizer": "nadam", "learning_rate": 0.01, "label_smoothing": 0.1},
    "muon": {"optimizer": "muon", "learning_rate": 0.01, "schedule": Schedule(kind="cosine")},
    "warm-up": {"schedule": Schedule(kind="plateau", patience=1, warmup_epochs=2)},
    "seldom measured": {"evaluate_every": 4},
    "without probes": {"probes": Probes(examples=0)},
}


@pytest.mark.slow
@pytest.mark.parametrize("settings", STACKED.values(), ids=STACKED)
@pytest.mark.parametrize("after", [1, 4])
def test_stacked(settings: dict[str, Any], after: int) -> None:
    members = pack([variant(epochs=6, **settings)])
    assert_same(resumed(members, after), train(members))


@pytest.mark.slow
def test_a_member_that_diverged_stays_so() -> None:
    model = MLP(activation="relu", init=normal(1))
    tame = variant("tame", model=model, epochs=4, optimizer="adam")
    wild = variant("wild", model=model, epochs=4, optimizer="adam", learning_rate=1e30)
    members = pack([tame, wild])
    whole = train(members)
    assert list(whole.trials["status"]) == ["completed"] * 2 + ["diverged"] * 2
    assert_same(resumed(members, 3), whole)


@pytest.mark.slow
@pytest.mark.parametrize("after", [2, 5, 8])
def test_one_after_another(after: int) -> None:
    """Cut off in the first member, between two of them, in the last; dropout draws."""
    task = Adding(length=5, examples=100)
    model = Recurrent(cell="lstm", hidden=4, layers=2, dropout=0.3)
    members = pack([variant(task=task, model=model, epochs=3, batch_size=16)], replicates=3)
    whole = train(members)
    assert set(whole.trials["execution"]) == {"sequential"}
    assert_same(resumed(members, after), whole)


@pytest.mark.slow
@pytest.mark.parametrize("after", [2, 6])
def test_portions_that_memory_has_room_for(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ON_CPU", 100_000)
    members = pack([variant(epochs=3)], replicates=4)
    whole = train(members)
    assert_same(resumed(members, after), whole)
    storage = cut_off(members, after)
    monkeypatch.undo()
    assert storage.read() is not None
    train(members, checkpoints=CheckpointPolicy(storage, 0, never))
    assert storage.writes == 4  # all at once: what was made in portions is no use to it


def test_time_goes_on_from_where_it_was() -> None:
    members = pack([variant(epochs=3)])
    storage = cut_off(members, 2)
    first, second = (
        train(members, checkpoints=CheckpointPolicy(CheckpointStorage(storage.data), 0, never))
        for _ in "ab"
    )
    assert first.trials["started_at"] == second.trials["started_at"]


def test_who_asks_for_the_end_gets_a_checkpoint_first() -> None:
    members = pack([variant(epochs=3)])
    storage, calls = CheckpointStorage(), []

    def pause(reached: object) -> None:
        calls.append(storage.writes)
        if len(calls) == 2:
            raise Cut

    with pytest.raises(Cut):
        train(members, checkpoints=CheckpointPolicy(storage, 1e9, pause))
    assert (calls, storage.writes) == ([0, 0], 1)
    rows = train(members, checkpoints=CheckpointPolicy(CheckpointStorage(storage.data), 1e9, never))
    assert_same(rows, train(members))


def test_nothing_is_written_before_it_is_time() -> None:
    storage = CheckpointStorage()
    train(pack([variant(epochs=3)]), checkpoints=CheckpointPolicy(storage, 1e9, never))
    assert storage.writes == 0


@pytest.mark.parametrize("room", [1e12, 100_000])
@pytest.mark.slow
def test_after_each_epoch_it_is_said_how_far_the_pack_is(
    room: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Side by side, and in portions that memory has room for, one after another."""
    monkeypatch.setattr(memory, "ON_CPU", room)
    members = pack([variant(epochs=3)], replicates=4)
    heard: list[Reached] = []

    def pause(reached: Reached | None) -> None:
        assert reached is not None
        heard.append(reached)

    rows = train(members, checkpoints=CheckpointPolicy(CheckpointStorage(), 1e9, pause))
    portions = len(heard) // 4
    assert (portions == 1) is (room > 1e9)
    assert [each.epoch for each in heard] == [0, 1, 2, 3] * portions
    shares = [each.share for each in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    if portions == 1:
        final = np.mean([float(value) for value in rows.trials["final.test/accuracy"]])
        assert heard[-1].metrics["test/accuracy"] == pytest.approx(final)
