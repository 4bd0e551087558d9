"""What `orch check` says of parts of training, by running them."""

import re
from pathlib import Path

import pytest

from tests.own_code import SMALL_DIGITS, problems_of, write_module

HEAD = "import torch\nfrom torch.nn.functional import cross_entropy\n"
LOSSES = {  # what a loss returns → what is said, and the cure
    "cross_entropy(outputs, targets)": (
        r"returned a scalar, not one value per example: \(32,\)", "reduction='none'"),
    "outputs.square()": (r"values of the shape \(32, 10\), not one value per example", "mean"),
    "3": ("returned int, not one value", "mean"),
    "cross_entropy(outputs, targets, reduction='none') / 0": ("are not all finite numbers", ""),
    "cross_entropy(outputs.detach(), targets, reduction='none')": ("no gradient reaches", ""),
    "outputs.sum(1) * torch.rand(())": ("different values each time", "a loss draws nothing"),
    "outputs.sum(1) - outputs.mean()": ("another value beside other examples", "its own outputs"),
    "outputs.nothing()": (r"raised AttributeError: .*nothing.* \(FILE:4\)", ""),
}  # fmt: skip
AUGMENTS = {
    "inputs[:, :, 1:]": (r"returned \(32, 1, 7, 8\) of torch.float32 for \(32, 1, 8, 8\)", "same"),
    "inputs.double()": ("of torch.float64", "same shape and type"),
    "inputs.numpy()": ("returned ndarray, not a tensor", "same shape and type"),
    "inputs + torch.rand(())": ("different inputs each time", "from `generator`"),
    "inputs / 0": ("are not all finite", ""),
    "torch.rand(3, generator=inputs)": (r"raised TypeError: .* \(FILE:4\)", ""),
}
SCHEDULES = {
    "1 - 2 * step / steps": (r"returned -0.* for step \d+ of 4", "a finite number ≥ 0"),
    "float('nan')": ("returned nan for step 0 of 4", "a finite number"),
    "torch.rand(()).item()": ("different factors each time", "`step` and `steps` alone"),
    "None": ("raised TypeError", ""),
    "step / 0": (r"raised ZeroDivisionError: .* \(FILE:4\)", ""),
}
OPTIMIZER = (
    HEAD
    + """
class Mine(torch.optim.Optimizer):
    def __init__(self, params, lr=0.1):
        super().__init__(params, dict(lr=lr))
        self.count = 0

    @torch.no_grad()
    def step(self):
        self.count += 1
        for group in self.param_groups:
            for p in group["params"]:
                STEP
"""
)
OPTIMIZERS = {
    "p -= group['lr'] / self.count * p.grad": ("differently after a checkpoint", "self.state"),
    "p -= group['lr'] * p.nothing": ("raised AttributeError", ""),
}


def problem_of(folder: Path, text: str, training: str = "", task: str = SMALL_DIGITS) -> tuple[
    str, str, str, str
]:  # fmt: skip
    module = write_module(folder, text)
    (problem,) = problems_of(
        folder, training=training.replace("MODULE", module), task=task.replace("MODULE", module)
    )
    return problem.where, problem.what, problem.cure, str(folder / f"{module}.py")


def assert_said(found: tuple[str, str, str, str], expected: tuple[str, str], line: int) -> None:
    where, what, cure, file = found
    assert f"s.yaml:{line}:" in where
    assert re.search(expected[0].replace("FILE", re.escape(file)), what), what
    assert expected[1] in cure, cure


@pytest.mark.slow
@pytest.mark.parametrize("body", LOSSES)
def test_losses(body: str, tmp_path: Path) -> None:
    text = f"{HEAD}def loss(outputs, targets):\n    return {body}\n"
    assert_said(problem_of(tmp_path, text, ', loss: "MODULE:loss"'), LOSSES[body], 4)


@pytest.mark.slow
@pytest.mark.parametrize("body", AUGMENTS)
def test_augmentation(body: str, tmp_path: Path) -> None:
    text = f"{HEAD}def change(inputs, generator):\n    return {body}\n"
    found = problem_of(tmp_path, text, task=f'{SMALL_DIGITS}, augment: "MODULE:change"')
    assert_said(found, AUGMENTS[body], 2)


@pytest.mark.slow
@pytest.mark.parametrize("body", SCHEDULES)
def test_schedules(body: str, tmp_path: Path) -> None:
    text = f"{HEAD}def factor(step, steps):\n    return {body}\n"
    found = problem_of(tmp_path, text, ', schedule: {kind: "MODULE:factor"}')
    assert_said(found, SCHEDULES[body], 4)


@pytest.mark.slow
@pytest.mark.parametrize("body", OPTIMIZERS)
def test_optimizers(body: str, tmp_path: Path) -> None:
    text = OPTIMIZER.replace("STEP", body)
    assert_said(problem_of(tmp_path, text, ', optimizer: "MODULE:Mine"'), OPTIMIZERS[body], 4)
