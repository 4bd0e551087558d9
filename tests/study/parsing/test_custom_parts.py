"""Parts of training in a study: as factors, tuned, in variants, and what is wrong with them."""

import re
from pathlib import Path

import pytest

from tests.own_code import PARTS, own_study, problems_of, write_module
from tests.study.texts import parse, problems, with_line


@pytest.mark.slow
def test_parts_and_their_settings_are_levels(tmp_path: Path) -> None:
    module = write_module(tmp_path, PARTS)
    study = own_study(
        tmp_path,
        factors=f'training.optimizer: [adam, "{module}:Lion", Adadelta]\n'
        f"  training.gamma: {{levels: [0, 1.5], when: {{training.optimizer: adam}}}}",
        training=f', loss: "{module}:focal", betas: [0.8, 0.9], schedule: {{kind: "{module}:fall'
        'ing", end_factor: 0.1}',
    )
    flat = [variant.settings.flat for variant in study.variants]
    assert [variant.label for variant in study.variants] == [
        "optimizer=adam gamma=0.0", "optimizer=adam gamma=1.5",
        f"optimizer={module}:Lion", "optimizer=Adadelta",
    ]  # fmt: skip
    assert [each.get("training.betas") for each in flat] == [None, None, "[0.8, 0.9]", None]
    assert [each["training.gamma"] for each in flat] == [0, 1.5, 2, 2]
    assert [each.get("training.rho") for each in flat] == [None, None, None, 0.9]
    assert {each["training.schedule.end_factor"] for each in flat} == {0.1}


@pytest.mark.slow
def test_parts_and_their_settings_are_tuned(tmp_path: Path) -> None:
    module = write_module(tmp_path, PARTS)
    text = (
        f'training.batch_size: [16, 32]\ntune:\n  training.optimizer: {{choice: [adam, "{module}:'
        f'Lion"]}}\n  training.gamma: {{uniform: [0, 2]}}'
    )
    study = own_study(tmp_path, factors=text, training=f', loss: "{module}:focal"')
    assert study.tune is not None
    assert study.tune.settings[0].levels == ("adam", f"{module}:Lion")


@pytest.mark.slow
def test_an_own_loss_is_a_level_beside_a_built_in_one(tmp_path: Path) -> None:
    module = write_module(tmp_path, PARTS)
    text = f'training.loss: ["{module}:focal", cross_entropy]'
    study = own_study(tmp_path, factors=text)
    assert [v.loop.training.loss for v in study.variants] == [
        f"{module}:focal",
        "cross_entropy",
    ]


OPTIMIZER = "import torch\nclass Mine(torch.optim.SGD):\n    def __init__(self, {}): pass\n"
BROKEN = {  # training → the text of the module, what is said, and the cure
    ', optimizer: "{}:Lyon"': (PARTS, "has no Lyon", "did you mean 'Lion'?"),
    ', optimizer: "{}:focal"': (PARTS, "focal is no optimizer", ""),
    ', optimizer: "{}:Mine"': (OPTIMIZER.format("params, rate"), "has no parameter lr",
                               "class Mine(torch.optim.Optimizer): def __init__(self, params, lr"),
    ', optimizer: "{}:Mine" ': (OPTIMIZER.format("*, lr"), "must take params first", "class Mine"),
    ', optimizer: "{}:Mine"  ': (OPTIMIZER.format("params, lr, best=object()"),
                                 "the parameter best of .* is annotated with nothing", ""),
    ', loss: "{}:focal"': ("def focal(outputs): pass", "must take outputs and targets first",
                           "def mine(outputs, targets, …)"),
    ', schedule: {{kind: "{}:nothing"}}': (PARTS, "has no nothing", ""),
    ', loss: "{}:focal", gama: 1': (PARTS, "there is no such key", "did you mean 'gamma'?"),
    ', loss: "{}:focal", gamma: high': (PARTS, "'high' is not allowed", ""),
    ', loss: "{}:focal", momentum: 0.5, optimizer: "{}:Lion"': (
        PARTS, "training.momentum: has no effect in any variant", "leave it out"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("training", BROKEN)
def test_a_broken_part_is_reported_in_its_line(training: str, tmp_path: Path) -> None:
    text, what, cure = BROKEN[training]
    module = write_module(tmp_path, text)
    (problem,) = problems_of(tmp_path, training=training.replace("{}", module).replace("{{", "{")
                             .replace("}}", "}"))  # fmt: skip
    assert problem.where.startswith(f"{tmp_path / 's.yaml'}:4:")
    assert re.search(what, problem.what), problem.what
    assert problem.cure.startswith(cure), problem.cure


def test_names_of_torch_are_suggested() -> None:
    (problem,) = problems(with_line("training: {optimizer: adadelta}"))
    assert "Adadelta" in problem.allowed
    assert problem.cure == "did you mean 'Adadelta'?"
    (problem,) = problems(with_line("training: {optimizer: Adam}"))
    assert problem.cure == "did you mean 'adam'?"


@pytest.mark.slow
def test_settings_of_torchs_are_checked() -> None:
    study = parse(with_line("training: {optimizer: Adadelta, rho: 0.5, epochs: 2}"))
    assert study.variants[0].settings.flat["training.rho"] == 0.5
    (problem,) = problems(with_line("training: {optimizer: Adadelta, rho: 5, epochs: 2}"))
    assert "raised ValueError: Invalid rho value: 5.0" in problem.what
    assert "training.optimizer" in problem.what
