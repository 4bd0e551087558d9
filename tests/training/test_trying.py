"""What `orch check` says of own code is what training does with it."""

import os
from pathlib import Path

import pytest

from orchestrator.models.own.signature import arguments
from orchestrator.models.settings.own import OwnModel
from orchestrator.plan.make_plan import make_plan
from orchestrator.study.records import Study
from orchestrator.training.engine import train
from tests.own_code import TASK, own_study, problems_of, write_module

HEAD = """\
import numpy as np
import torch
from torch import nn
from torch.nn.utils import weight_norm
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
RNG = np.random.default_rng(0)
"""
SENTENCES = "toy_tagging, train_examples: 50, validation_examples: 20, test_examples: 20"
NETS = {  # what torch trains
    "double": """
class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.last = nn.Linear(inputs, outputs).double()
    def forward(self, x):
        return self.last(x.double())
""",
    "weight norm": """
def Net(inputs, outputs):
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return nn.Sequential(weight_norm(nn.Linear(inputs, 8)), nn.Linear(8, outputs))
""",
}
WORDS = {
    "sparse": """
class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.words, self.last = nn.Embedding(inputs, 8, sparse=True), nn.Linear(8, outputs)
    def forward(self, x):
        return self.last(torch.tanh(self.words(x)))
""",
    "packed": """
class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.words, self.rnn = nn.Embedding(inputs, 8), nn.LSTM(8, 8, batch_first=True)
        self.last = nn.Linear(8, outputs)
    def forward(self, x):
        lengths = (x != 0).sum(1).clamp(min=1)
        words = self.words(x)
        packed = pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)
        return self.last(pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0])
""",
}
REFUSED = {  # forward pass of a net with one layer → what is said of it
    "self.last(x) * (1 + RNG.random())": "gives different results each time",
    "self.last(x).detach()": "no gradient reaches the parameters",
    "self.last(x).to(torch.complex64)": "gives outputs of the type torch.complex64",
    "Broken.apply(self.last(x))": "raised RuntimeError: not written",
    "self.last(x) if len(x) < 30 else 1 / 0": "raised ZeroDivisionError: division by zero",
    "{'a': self.last(x)}['b']": "raised KeyError: 'b'",
    "'nothing'": "gives str, not a tensor of outputs on inputs",
}
NET = """
class Broken(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        return z.clone()
    @staticmethod
    def backward(ctx, g):
        raise RuntimeError("not written")

class Net(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.last = nn.Linear(inputs, outputs)
    def forward(self, x):
        return {forward}
"""
STRUCTURED = """\
from dataclasses import dataclass
from pydantic import BaseModel
from torch import nn

class Part(BaseModel):
    width: int = 4
    skip: bool = False

@dataclass
class Size:
    factor: float = 1

def build(
    inputs, outputs, hidden: list[int] = [4], part: Part = Part(), size: Size | None = None,
    pair: tuple[int, str] = (1, "a"),
):
    assert isinstance(part, Part) and isinstance(pair, tuple) and isinstance(hidden, list)
    widths = [inputs, *hidden, part.width]
    return nn.Sequential(*map(nn.Linear, widths, [*widths[1:], outputs]))
"""


def trained(study: Study) -> set[str]:
    return {s for pack in make_plan(study, {}, 1).packs for s in train(pack).trials["status"]}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NETS, *WORDS])
def test_what_torch_trains_is_accepted_and_trains(name: str, tmp_path: Path) -> None:
    module = write_module(tmp_path, HEAD + (NETS | WORDS)[name])
    task = {"task": SENTENCES} if name in WORDS else {}
    assert trained(own_study(tmp_path, f'"{module}:Net"', **task)) == {"completed"}


@pytest.mark.slow
@pytest.mark.parametrize("forward", REFUSED)
def test_what_training_cannot_do_is_refused(forward: str, tmp_path: Path) -> None:
    module = write_module(tmp_path, HEAD + NET.replace("{forward}", forward))
    (problem,) = problems_of(tmp_path, model=f'"{module}:Net"')
    assert REFUSED[forward] in problem.what


def test_a_metric_without_a_value_is_no_problem(tmp_path: Path) -> None:
    undefined = TASK.replace(".abs().mean(-1)", ".abs().mean(-1) * float('nan')")
    own_study(tmp_path, task=f'"{write_module(tmp_path, undefined)}:load"', model="log_linear")


@pytest.mark.slow
def test_lists_and_own_classes_are_settings(tmp_path: Path) -> None:
    name = f'"{write_module(tmp_path, STRUCTURED)}:build", part: {{skip: true}}'
    study = own_study(tmp_path, name, factors="model.hidden: [[4], [4, 3]]")
    flat = study.variants[1].settings.flat
    assert flat["model.hidden"] == "[4, 3]"
    assert flat["model.part"] == '{"width": 4, "skip": true}'
    assert flat["model.size"] == "null"
    model = study.variants[1].loop.model
    assert isinstance(model, OwnModel)
    assert arguments(model)["pair"] == (1, "a")
    assert trained(study) == {"completed"}
    (problem,) = problems_of(tmp_path, model=f"{name}, hidden: [a]")
    assert problem.allowed == "a list of a whole number"


@pytest.mark.slow
def test_a_module_that_changes_the_current_folder_moves_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, here = tmp_path / "code", tmp_path / "here"
    code.mkdir()
    here.mkdir()
    (code / "width.txt").write_text("5")
    module = write_module(
        code,
        "import os\nfrom pathlib import Path\nfrom torch import nn\n"
        "os.chdir(Path(__file__).parent)\n"
        "def build(inputs, outputs):\n    width = int(Path('width.txt').read_text())\n"
        "    return nn.Sequential(nn.Linear(inputs, width), nn.Linear(width, outputs))\n",
    )
    monkeypatch.chdir(here)
    study = own_study(code, f'"{module}:build"')
    assert Path(os.getcwd()) == here
    assert trained(study) == {"completed"}
    assert Path(os.getcwd()) == here
