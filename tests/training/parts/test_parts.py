"""Trials with parts of the user's code: equal to what is built in, to themselves alone, resumed."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from orchestrator.models.settings import Digits, Recurrent, TaskSettings, ToyTagging
from orchestrator.models.settings.own import OwnCode
from orchestrator.study.parts.classes import load_part, with_parts
from orchestrator.study.records import Variant
from orchestrator.study.settings import Training
from orchestrator.training.engine import train
from tests.own_code import load_parts, write_module
from tests.training.packs import pack, variant
from tests.training.test_checkpoints import assert_same, resumed

DIGITS: dict[str, Any] = {"train_examples": 60, "validation_examples": 20, "test_examples": 20}
WORDS: dict[str, Any] = {"train_examples": 30, "validation_examples": 10, "test_examples": 10}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> str:
    return load_parts(
        tmp_path_factory.mktemp("parts"),
        "training.optimizer:Lion",
        "training.loss:focal",
        "training.schedule.kind:falling",
        "task.augment:flip",
        "task.augment:drop",
    )


def augmented(kind: type[TaskSettings], **given: Any) -> Any:
    return with_parts(kind, "task", given).model_validate(given)


def numbers(of: Variant | list[Variant], replicates: int = 2) -> pd.DataFrame:
    members = pack(of if isinstance(of, list) else [of], replicates=replicates)
    rows = train(members, precision=torch.float64)
    frame = pd.DataFrame(rows.metrics)
    execution = dict(zip(rows.trials["trial_id"], rows.trials["execution"], strict=True))
    frame = frame.assign(execution=frame.trial_id.map(execution))
    order = ["trial_id", "epoch", "split", "metric"]
    return frame.sort_values(order).reset_index(drop=True)


@pytest.mark.slow
def test_an_own_lion_is_the_one_built_in(module: str) -> None:
    """With its own decay, and clipping and schedules of orch."""
    settings: dict[str, Any] = {
        "learning_rate": 0.01, "weight_decay": 0.1, "decay_biases": False, "clip_norm": 0.5,
        "schedule": {"kind": "cosine"},
    }  # fmt: skip
    own = numbers(variant(optimizer=f"{module}:Lion", **settings))
    ours = numbers(variant(optimizer="lion", **settings))
    assert set(own.execution) == {"sequential"}
    assert set(ours.execution) == {"stacked"}
    np.testing.assert_allclose(own.value, ours.value, rtol=1e-9)


@pytest.mark.slow
def test_an_own_loss_is_stacked_and_cross_entropy_without_its_focus(module: str) -> None:
    own = numbers(variant(loss=f"{module}:focal", gamma=0.0))
    ours = numbers(variant(loss="cross_entropy"))
    focused = numbers(variant(loss=f"{module}:focal"))
    assert set(own.execution) == {"stacked"}
    np.testing.assert_allclose(own.value, ours.value, rtol=1e-9)
    assert not np.allclose(focused.value, ours.value, rtol=0.01)


@pytest.mark.slow
def test_an_own_loss_that_cannot_be_mapped_trains_one_by_one(tmp_path: Path) -> None:
    """vmap allows no number to be read in the middle."""
    name = write_module(
        tmp_path,
        "from torch.nn.functional import cross_entropy\n"
        "def loss(outputs, targets):\n"
        "    assert outputs.sum().item() < 1e9\n"
        "    return cross_entropy(outputs, targets, reduction='none')\n",
    )
    load_part("training.loss", OwnCode(f"{name}:loss", (tmp_path,)), Training)
    own = numbers(variant(loss=f"{name}:loss"))
    assert set(own.execution) == {"sequential"}
    np.testing.assert_allclose(own.value, numbers(variant()).value, rtol=1e-9)


@pytest.mark.slow
def test_an_own_schedule_is_the_line_built_in(module: str) -> None:
    """Beside members with other schedules."""
    own = {"kind": f"{module}:falling", "end_factor": 0.2, "warmup_epochs": 1}
    ours = {"kind": "linear", "end_factor": 0.2, "warmup_epochs": 1}
    both = numbers(
        [variant("own", schedule=own, epochs=3), variant("ours", schedule=ours, epochs=3)]
    )
    mine, built_in = [
        both[both.trial_id.str.startswith(name)].value.array for name in ("own-", "ours-")
    ]
    assert set(both.execution) == {"stacked"}
    np.testing.assert_allclose(mine, built_in, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_augmentation_changes_training_alone(module: str, share: float) -> None:
    """Flipping nothing is no augmentation; flipping all trains on mirrored digits."""
    task = augmented(Digits, augment=f"{module}:flip", share=share, **DIGITS)
    own, ours = numbers(variant(task=task)), numbers(variant(task=Digits(**DIGITS)))
    before = own.epoch == 0
    np.testing.assert_array_equal(own.value[before], ours.value[before])
    assert np.array_equal(own.value, ours.value) == (share == 0)


def parts_of(module: str) -> dict[str, Variant]:
    tagger = Recurrent(cell="gru", hidden=4, embedding=3, bidirectional=True)
    images = augmented(Digits, augment=f"{module}:flip", **DIGITS)
    words = augmented(ToyTagging, augment=f"{module}:drop", **WORDS)
    return {
        "all": variant(
            task=images, optimizer=f"{module}:Lion", loss=f"{module}:focal", epochs=4,
            schedule={"kind": f"{module}:falling"},
        ),
        "stacked": variant(task=images, loss=f"{module}:focal", epochs=4),
        "words": variant(task=words, model=tagger, optimizer="Adadelta", epochs=4),
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ["all", "stacked", "words"])
def test_the_same_alone_twice_and_beside_others(module: str, name: str) -> None:
    of = parts_of(module)[name]
    whole = numbers(of, replicates=4)
    pd.testing.assert_frame_equal(whole, numbers(of, replicates=4))
    alone = numbers(of, replicates=1)
    beside = whole[whole.trial_id == "v-0"].reset_index(drop=True)
    if name == "stacked":
        np.testing.assert_allclose(alone.value, beside.value, rtol=1e-9)
    else:
        np.testing.assert_array_equal(alone.value, beside.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "after"),
    [("all", 1), ("all", 6), ("stacked", 1), ("stacked", 3), ("words", 3), ("words", 6)],
)
def test_resumed_from_a_checkpoint(module: str, name: str, after: int) -> None:
    """In the first trial, or in the second of those that train one by one."""
    members = pack([parts_of(module)[name]])
    assert_same(resumed(members, after), train(members))
