"""What own code sets for the whole process reaches no other trial, wherever it does so."""

import os
from pathlib import Path

import pytest
import torch

from orchestrator.errors import InputError
from orchestrator.models.own.process_settings import ProcessSettings
from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Pack
from orchestrator.training.checkpoint_policy import CheckpointPolicy, Reached
from orchestrator.training.engine import train
from orchestrator.training.records import PackRows
from tests.own_code import own_study, write_module

CHANGES = [
    "torch.set_default_dtype(torch.float64)",
    "torch.set_default_device('meta')",
    "torch.set_num_threads(3)",
    "torch.use_deterministic_algorithms(True, warn_only=True)",
    "torch.autograd.set_detect_anomaly(True)",
    "torch.set_flush_denormal(True)",
    "np.seterr(all='raise')",
    "warnings.simplefilter('error')",
    "os.chdir('/')",
]
PLACES = ("import", "constructor", "forward")
TOY = "from torch import nn\nimport torch, os, warnings\nimport numpy as np\n"


def net(place: str, change: str) -> str:
    """A net that draws in its constructor and makes a tensor in its forward."""
    at = {name: change if name == place else "pass" for name in PLACES}
    return (
        f"{TOY}{at['import']}\n"
        "class Net(nn.Module):\n    def __init__(self, inputs, outputs):\n"
        f"        super().__init__()\n        {at['constructor']}\n"
        "        self.a = nn.Linear(inputs, 6, device='cpu')\n"
        "        self.b = nn.Linear(6, outputs, device='cpu')\n"
        f"    def forward(self, x):\n        {at['forward']}\n"
        "        zero = torch.zeros((), device=x.device)\n"
        "        return self.b(torch.tanh(self.a(x)) + zero)\n"
    )


def packs(folder: Path, *modules: str) -> list[Pack]:
    """One for each module."""
    names = ", ".join(f"{name}:Net" for name in modules)
    study = own_study(folder, model=f"{modules[0]}:Net", factors=f"model.name: [{names}]")
    plan = make_plan(study, {}, workers=2)
    of = {pack.trials[0].variant.loop.model.name: pack for pack in plan.packs}
    return [of[f"{name}:Net"] for name in modules]


def values(rows: PackRows) -> list[float]:
    return list(rows.metrics["value"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "change"),
    [("import", change) for change in CHANGES] + [("forward", change) for change in CHANGES[2:]],
)
def test_a_neighbour_is_not_reached(
    place: str, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plain net is trained before and after the other in one process, as a worker does."""
    monkeypatch.chdir(tmp_path)
    plain, other = write_module(tmp_path, net("", "")), write_module(tmp_path, net(place, change))
    torch.set_num_threads(1)
    torch.backends.cudnn.allow_tf32 = False  # as training sets it
    before = ProcessSettings().before
    first, second = packs(tmp_path, plain, other)
    assert ProcessSettings().before == before, "reading the study imports the modules"
    alone = train(first)
    theirs = train(second)
    assert ProcessSettings().before == before
    assert values(train(first)) == values(alone)
    assert set(theirs.trials["status"]) == {"completed"}
    assert values(theirs) == pytest.approx(values(alone), rel=1e-5), "it is the same net"


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        ("constructor", CHANGES[0], "must have the same dtype.* in its layer a: Linear"),
        ("forward", CHANGES[0], "RuntimeError: .*dtype.* in training"),
        ("forward", "torch.set_default_device('meta')", "device.* in training"),
    ],
)
def test_what_cannot_be_trained_is_refused_and_leaves_nothing_behind(
    place: str, change: str, said: str, tmp_path: Path
) -> None:
    """A default type or device while orch itself makes tensors, or parameters of another type."""
    before = ProcessSettings().before
    with pytest.raises(InputError, match=said):
        packs(tmp_path, write_module(tmp_path, net(place, change)))
    assert ProcessSettings().before == before


def test_the_folder_is_put_back_before_a_checkpoint_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What orch does between epochs has paths that are relative to where it was started."""
    monkeypatch.chdir(tmp_path)
    (pack,) = packs(tmp_path, write_module(tmp_path, net("forward", "os.chdir('/')")))
    seen = []

    def pause(reached: Reached | None) -> None:
        seen.append(os.getcwd())

    class Nowhere:
        def read(self) -> None:
            return None

        def write(self, data: bytes) -> None:
            seen.append(os.getcwd())

    train(pack, checkpoints=CheckpointPolicy(Nowhere(), 0, pause))
    assert len(seen) > 4
    assert set(seen) == {str(tmp_path)}


def test_a_module_that_switches_gradients_off_trains_all_the_same(tmp_path: Path) -> None:
    """At the import: then it holds for the import alone."""
    (pack,) = packs(
        tmp_path, write_module(tmp_path, net("import", "torch.set_grad_enabled(False)"))
    )
    assert set(train(pack).trials["status"]) == {"completed"}
    assert torch.is_grad_enabled()
