"""Settings of parts: their names, defaults and types, and their way to another process."""

import inspect
import pickle
from pathlib import Path
from typing import get_args

import pytest
import torch

from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.settings import Digits
from orchestrator.models.settings.own import OwnCode
from orchestrator.study.parts.classes import load_part, plain, with_parts
from orchestrator.study.settings import Optimizer, TorchOptimizer, Training
from tests.own_code import load_parts, write_module

ALL = ("training.optimizer:Lion", "training.loss:focal", "training.schedule.kind:falling")


@pytest.mark.slow
def test_parameters_are_settings_and_defaults_are_those_of_the_code(tmp_path: Path) -> None:
    module = load_parts(tmp_path, *ALL)
    given = {
        "optimizer": f"{module}:Lion",
        "loss": f"{module}:focal",
        "schedule": {"kind": f"{module}:falling", "power": 2.0},
    }
    kind = with_parts(Training, "training", given)
    settings = kind.model_validate(given)
    assert isinstance(settings, Training)
    assert settings.learning_rate == 1e-4
    tree = settings.model_dump()
    assert (tree["betas"], tree["gamma"], tree["schedule"]["power"]) == ("[0.9, 0.99]", 2.0, 2.0)
    part = kind.own_parts["training.optimizer"]
    assert part.arguments(settings) == {"lr": 1e-4, "betas": (0.9, 0.99), "weight_decay": 0.0}
    assert plain(kind) is Training
    again = pickle.loads(pickle.dumps(settings))
    assert again == settings
    assert type(again) is kind


def test_a_task_keeps_its_class(tmp_path: Path) -> None:
    module = load_parts(tmp_path, "task.augment:flip")
    given = {"augment": f"{module}:flip", "share": 0.1, "train_examples": 9}
    settings = with_parts(Digits, "task", given).model_validate(given)
    assert isinstance(settings, Digits)
    assert settings.train_examples == 9
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_built_in_names_change_no_class() -> None:
    assert with_parts(Training, "training", {"optimizer": "lion", "loss": None}) is Training
    assert with_parts(Digits, "task", {}) is Digits


@pytest.mark.parametrize("name", get_args(TorchOptimizer))
def test_optimizers_of_torch_have_torchs_defaults(name: str) -> None:
    settings = with_parts(Training, "training", {"optimizer": name})()
    part = settings.own_parts["training.optimizer"]
    theirs = inspect.signature(getattr(torch.optim, name)).parameters
    assert {n: theirs[n].default for n in part.arguments(settings)} == part.arguments(settings)
    assert part.is_torchs


def test_every_optimizer_of_torch_has_a_name_or_needs_what_training_does_not_give() -> None:
    known = {name.lower() for kind in (Optimizer, TorchOptimizer) for name in get_args(kind)}
    every = {
        name.lower()
        for name, each in vars(torch.optim).items()
        if inspect.isclass(each) and issubclass(each, torch.optim.Optimizer)
    }
    assert every - known == {"optimizer", "lbfgs", "sparseadam"}


@pytest.mark.slow
def test_two_parts_with_a_setting_of_one_name_are_refused(tmp_path: Path) -> None:
    head = "import torch\nclass Mine(torch.optim.SGD):\n    def __init__(self, params, lr, gamma"
    text = f"{head}: float = 1.0):\n        super().__init__(params, lr)\n"
    module = write_module(tmp_path, f"{text}\ndef loss(outputs, targets, gamma: float = 1): ...\n")
    for path, name in (("training.optimizer", "Mine"), ("training.loss", "loss")):
        load_part(path, OwnCode(f"{module}:{name}", (tmp_path,)), Training)
    with pytest.raises(OwnCodeError, match="gamma, a name that no setting can have"):
        with_parts(Training, "training", {"optimizer": f"{module}:Mine", "loss": f"{module}:loss"})
