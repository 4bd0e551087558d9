"""Settings without effect are refused where the study sets, compares or tunes them."""

import pytest

from orchestrator.study.load import Overrides
from tests.study.texts import parse, problems, with_line

CROSSED = """\
study: s
task: {name: digits}
model: {name: mlp}
factors:
  training.optimizer: [sgd, adam]
  training.momentum: [0, 0.9]
replicates: 6
"""
WHEN = "{levels: [0, 0.9], when: {training.optimizer: sgd}}"
NO_EFFECT = {
    "training: {optimizer: adam, momentum: 0.9}": "training.momentum: has no effect in any variant",
    "training: {beta1: 0.5}": "it needs optimizer adam, adamw, nadam",
    "training: {optimizer: rmsprop, nesterov: true}": "it needs optimizer sgd, or muon",
    "training: {loss: sigmoid_cross_entropy, label_smoothing: 0.1}": "it needs loss cross_entropy",
    "training: {schedule: {kind: one_cycle, warmup_epochs: 1}}": "another schedule.kind than one_",
    "training: {schedule: {kind: step, end_factor: 0.5}}": "schedule.kind cosine or linear",
    "training: {schedule: {rise: 0.5}}": "it needs schedule.kind one_cycle",
    "training: {decay_biases: false}": "it needs a weight_decay above 0",
    "training: {schedule: {patience: 3}}": "it needs schedule.kind plateau",
    "training: {schedule: {factor: 0.5}}": "it needs schedule.kind step or plateau",
    "training: {schedule: {kind: plateau, every_epochs: 3}}": "it needs schedule.kind step",
    "model: {name: mlp, bias: false, init: {bias: 0.5}}": "it needs biases",
    "probes: {examples: 0, every_epochs: 2}": "it needs probes (examples above 0)",
    "probes: {step: 1}": "it needs probes of a recurrent model",
}


@pytest.mark.parametrize("line", NO_EFFECT)
def test_a_fixed_setting_without_effect_is_refused(line: str) -> None:
    (problem,) = problems(with_line(line))
    assert NO_EFFECT[line] in problem.what
    assert problem.cure == "leave it out"


def test_an_embedding_of_numbers_is_refused_in_its_line() -> None:
    text = """\
study: s
task: {name: adding}
model:
  name: recurrent
  embedding: 32
  pooling: mean
factors: {model.cell: [rnn, lstm]}
replicates: 6
"""
    (problem,) = problems(text)
    assert problem.where == "s.yaml:5:3"
    assert "model.embedding: has no effect" in problem.what
    assert "a task with words" in problem.what


def test_a_fixed_setting_may_matter_to_some_variants_only() -> None:
    text = CROSSED.replace("  training.momentum: [0, 0.9]\n", "")
    assert problems(with_line("training: {momentum: 0.9}", text)) == []


def test_defaults_written_out_change_nothing() -> None:
    assert problems(with_line("training: {momentum: 0, schedule: {patience: 5}}")) == []


def test_crossed_factors_are_refused_with_a_cure_that_works() -> None:
    (problem,) = problems(CROSSED)
    assert problem.where == "s.yaml:6:3"
    assert "has no effect in the variant optimizer=adam momentum=0.9" in problem.what
    assert "it needs optimizer sgd, rmsprop or muon" in problem.what
    assert "when: {training.optimizer: sgd}" in problem.cure
    rule = "{when: {training.optimizer: adam, training.momentum: 0.9}, reason: no effect}"
    assert rule in problem.cure
    assert problems(CROSSED.replace("[0, 0.9]", WHEN)) == []
    assert problems(f"{CROSSED}exclude:\n  - {rule}\n") == []


def test_of_named_variants_only_what_they_set_themselves_counts() -> None:
    text = """\
study: s
task: {name: digits}
model: {name: mlp}
training: {momentum: 0.9}
variants:
  heavy: {}
  light: {training.momentum: 0.5}
  adam: {training.optimizer: adam}
replicates: 6
"""
    assert problems(text) == []
    wrong = text.replace("{training.optimizer: adam}", "{training.optimizer: adam, "
                         "training.momentum: 0.5}")  # fmt: skip
    (problem,) = problems(wrong)
    assert problem.where == "s.yaml:8:36"
    assert problem.cure == "leave it out of this variant"


def test_around_a_center_variants_by_name_are_the_cure() -> None:
    text = CROSSED.replace("factors:", "design: one_at_a_time\ncenter: {training.optimizer: sgd, "
                           "training.momentum: 0.9}\nfactors:")  # fmt: skip
    (problem,) = problems(text)
    assert "optimizer=adam momentum=0.9" in problem.what
    assert "list the variants by name" in problem.cure


def test_a_tuned_setting_has_an_effect_in_every_variant_that_tunes_it() -> None:
    text = CROSSED.replace("  training.momentum: [0, 0.9]\n", "")
    (problem,) = problems(with_line("tune: {training.momentum: {uniform: [0, 0.9]}}", text))
    assert "has no effect in the variant optimizer=adam: it needs optimizer sgd" in problem.what
    assert problem.cure == "add when: {training.optimizer: sgd}"
    fine = "tune: {training.momentum: {uniform: [0, 0.9], when: {training.optimizer: sgd}}}"
    assert problems(with_line(fine, text)) == []
    (problem,) = problems(with_line("tune: {training.beta1: {uniform: [0, 0.9]}}"))
    assert problem.cure == "do not tune it"


def test_what_the_tuning_decides_is_left_to_it() -> None:
    both = "{training.optimizer: {choice: [sgd, adam]}, training.momentum: {uniform: [0, 0.9]}}"
    assert problems(with_line(f"tune: {both}")) == []


def test_a_list_of_ranges_need_not_cover_variants_without_effect() -> None:
    text = CROSSED.replace("  training.momentum: [0, 0.9]\n", "").replace("[sgd, adam]",
                           "[sgd, rmsprop, adam]")  # fmt: skip
    ranges = ", ".join(
        f"{{uniform: [0, {high}], when: {{training.optimizer: {name}}}}}"
        for name, high in (("sgd", 0.9), ("rmsprop", 0.5))
    )
    assert problems(with_line(f"tune: {{training.momentum: [{ranges}]}}", text)) == []


def test_only_may_leave_a_fixed_setting_without_effect() -> None:
    text = CROSSED.replace("  training.momentum: [0, 0.9]\n", "")
    text = with_line("training: {momentum: 0.9}", text)
    parse(text, Overrides(only=("training.optimizer=adam",)))
