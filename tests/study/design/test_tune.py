"""`tune`: what a file may say, what it means, and every way to get it wrong."""

import re

import pytest

from orchestrator.study.design.nuisance_values import for_tuning, with_nuisance
from orchestrator.study.load import Overrides
from orchestrator.study.records import Nuisance
from tests.study.texts import SMALL, parse, problems, with_line

RATE = "training.learning_rate: {log_uniform: [0.01, 1]}"
TUNED = with_line(
    f"tune: {{{RATE}, model.width: {{int_uniform: [8, 64]}}, training.batch_size:"
    " {choice: [16, full]}, training.momentum: {uniform: [0, 0.9], when: {model.activation: tanh}}}"
)


def test_a_study_says_what_is_tuned_and_how() -> None:
    tune = parse(TUNED).tune
    assert tune is not None
    assert tune.settings == (
        Nuisance("training.learning_rate", "log_uniform", 0.01, 1.0),
        Nuisance("model.width", "int_uniform", 8, 64),
        Nuisance("training.batch_size", "choice", levels=(16, "full")),
        Nuisance("training.momentum", "uniform", 0.0, 0.9, when={"model.activation": "tanh"}),
    )
    assert (tune.points, tune.replicates, tune.studies, tune.method) == (8, 2, 1, "sobol")
    assert tune.select == "validation/accuracy"  # the twin of compare.metric
    loss = parse(with_line("compare: {metric: test/loss}", TUNED)).tune
    assert loss is not None
    assert loss.select == "validation/loss"
    assert parse(SMALL).tune is None


def test_values_fill_the_range_evenly_on_its_own_scale() -> None:
    tune = parse(TUNED).tune
    assert tune is not None
    rate, width, batch, _ = tune.settings
    assert [rate.at(x) for x in (0.0, 0.5, 0.99999)] == [0.01, 0.1, 1.0]
    assert {width.at((i + 0.5) / 57) for i in range(57)} == set(range(8, 65))
    assert [batch.at(x) for x in (0.0, 0.49, 0.5, 0.999)] == [16, 16, "full", "full"]
    assert rate.at(0.123) == 0.01762  # four digits: the id must not hang on a library's last one


def test_a_variant_at_a_point_has_the_values_and_nothing_else_changed() -> None:
    study = parse(TUNED)
    variant = study.variants[0]
    placed = with_nuisance(variant, {"model.width": 9, "training.learning_rate": 0.5})
    changed = {p for p, v in placed.settings.flat.items() if v != variant.settings.flat[p]}
    assert changed == {"model.width", "training.learning_rate"}
    assert (placed.variant_id, placed.label) == (variant.variant_id, variant.label)
    assert for_tuning(variant).settings.flat["probes.examples"] == 0


OWN = """tune:
  training.learning_rate:
    - {log_uniform: [0.01, 1], when: {model.activation: sigmoid}}
    - {log_uniform: [0.001, 0.1], when: {model.activation: tanh}}
    - {choice: [0.1, 0.2], when: {model.activation: relu}}
"""


def test_groups_of_variants_have_ranges_of_their_own() -> None:
    study = parse(with_line(OWN))
    tune = study.tune
    assert tune is not None
    assert tune.paths == ("training.learning_rate",)
    found = {v.levels["model.activation"]: tune.of(v) for v in study.variants}
    assert {name: own[0].low for name, own in found.items()} == {
        "sigmoid": 0.01, "tanh": 0.001, "relu": None
    }  # fmt: skip
    assert {len(own) for own in found.values()} == {1}
    narrow = parse(with_line(OWN), Overrides(only=("model.activation=tanh",)))
    (kept,) = narrow.tune.settings if narrow.tune else ()
    assert (kept.low, kept.high) == (0.001, 0.1)
    assert parse(narrow.text).tune == narrow.tune  # study.yaml of the results says what was run


LIST_CASES = {
    "[]": ("12:27", "the list of ranges is empty", ""),
    "[{uniform: [0.1, 1]}, {uniform: [0.1, 2], when: {model.activation: tanh}}]": (
        "12:28", "a range without `when` is for all variants", "to each range"),
    "[{uniform: [0.1, 1], when: {model.activation: tanh}}, {uniform: [0.1, 2], when: "
    "{model.activation: tanh}}, {uniform: [0.1, 2], when: {model.activation: relu}}, "
    "{uniform: [0.1, 2], when: {model.activation: sigmoid}}]": (
        "12:107", "activation=tanh scale=0.5 has a range above already", "exclude each other"),
    "[{uniform: [0.1, 1], when: {model.activation: tanh}}, {uniform: [0.1, 2], when: "
    "{model.activation: relu}}]": (
        "12:3", "none of these ranges is for the variant activation=sigmoid scale=0.5 and 2 more",
        "add a range with when: {model.activation: sigmoid}"),
    "[{uniform: [1, 0.1], when: {model.activation: tanh}}]": ("12:38", "is empty", "[0.1, 1]"),
    "[{unifrom: [0.1, 1]}]": ("12:29", "there is no such key", "did you mean 'uniform'"),
    "[3]": ("12:28", "3 is not a range", ""),
}  # fmt: skip


@pytest.mark.parametrize("ranges", LIST_CASES)
def test_what_is_wrong_with_a_list_of_ranges(ranges: str) -> None:
    place, what, cure = LIST_CASES[ranges]
    text = with_line(f"tune:\n  points: 4\n  training.learning_rate: {ranges}")
    (problem, *_) = problems(text)
    assert problem.where == f"s.yaml:{place}"
    assert what in problem.what
    assert cure in problem.allowed + problem.cure


def test_a_setting_given_twice_asks_for_a_list() -> None:
    twice = f"tune:\n  {RATE}\n  {RATE}"
    (problem,) = problems(with_line(twice))
    assert "duplicate key" in problem.what
    assert "list of ranges, each with `when`" in problem.cure


CASES = {
    "{}": ("contains no setting to tune", ""),
    "3": ("3 is not a mapping", ""),
    "{points: 0, %s}": ("tune.points: 0 is not allowed", ""),
    "{studies: 5, %s}": ("5 tuning studies, but 4 replicates", "add replicates"),
    "{method: grid, %s}": ("'grid' is not allowed", ""),
    "{select: test/accuracy, %s}": ("tuning sees validation metrics only", "validation/accuracy"),
    "{select: validation/acuracy, %s}": ("not a validation metric", "did you mean 'validation/acc"),
    "{training.learningrate: {uniform: [0.1, 1]}}": ("no setting has this path", "did you mean"),
    "{training: {uniform: [0.1, 1]}}": ("is a group of settings", "write training.uniform: …"),
    "{model.activation: {choice: [tanh, relu]}}": ("is a factor of this study", "remove it"),
    "{task.train_examples: {int_uniform: [9, 99]}}": ("only settings of model and training", ""),
    "{training.epochs: {int_uniform: [1, 9]}}": ("every variant has the same budget", ""),
    "{training.momentum: {uniform: [0.9, 0.1]}}": ("is empty", "write [0.1, 0.9]"),
    "{training.momentum: {uniform: [0.5, 0.5]}}": ("is empty", ""),
    "{training.momentum: {uniform: [0, 1.5]}}": ("1.5 is not allowed for training.momentum", ""),
    "{training.momentum: {uniform: 0.5}}": ("0.5 is not a range", ""),
    "{training.momentum: 0.5}": ("0.5 is not a range", ""),
    "{training.momentum: {}}": ("has no range", ""),
    "{training.momentum: {unifrom: [0, 0.5]}}": ("there is no such key", "did you mean 'uniform'"),
    "{training.momentum: {uniform: [0, 0.5], choice: [0, 0.5]}}": ("has uniform, choice", ""),
    "{training.weight_decay: {log_uniform: [0, 1]}}": ("0 has no logarithm", "lower end above 0"),
    "{model.width: {uniform: [8, 64]}}": ("draws fractional numbers", "write int_uniform: [8, 64]"),
    "{training.momentum: {int_uniform: [0.1, 0.5]}}": ("draws whole numbers", "use uniform"),
    "{training.optimizer: {choice: [sgd, adamm]}}": (
        "'adamm' is not allowed",
        "did you mean 'adam'",
    ),
    "{training.optimizer: {choice: [sgd]}}": ("a list of 1 is not a choice", ""),
    "{training.optimizer: {choice: [sgd, sgd]}}": ("is listed twice", ""),
    "{training.nesterov: {choice: [false, true]}}": ("nesterov needs a momentum", ""),
    "{%s, training.beta1: {uniform: [0, 0.9], when: {}}}": ("contains no factor", "leave it out"),
    "{training.beta1: {uniform: [0, 0.9], when: {model.activation: elu}}}": ("'elu' is not", ""),
    "{training.beta1: {uniform: [0, 0.9], when: {model.depth: 2}}}": ("is not a factor", ""),
}


@pytest.mark.parametrize("tune", CASES)
def test_what_is_wrong_is_reported_in_its_line(tune: str) -> None:
    what, cure = CASES[tune]
    (problem,) = problems(with_line(f"tune: {tune.replace('%s', RATE)}"))
    assert re.match(r"s\.yaml:10:\d+$", problem.where)
    assert what in problem.what
    assert cure in problem.allowed + problem.cure


def test_a_setting_that_only_some_variants_have_asks_for_when() -> None:
    text = SMALL.replace("name: mlp, depth: 2, init: {scheme: normal}", "init: {scheme: normal}")
    text = text.replace(
        "  model.activation: [sigmoid, tanh, relu]", "  model.name: [mlp, log_linear]"
    )
    (problem,) = problems(with_line("tune: {model.width: {int_uniform: [4, 9]}}", text))
    assert "this variant has no such setting (in the variant model=log_linear" in problem.what
    assert "add when" in problem.cure
    fine = "tune: {model.width: {int_uniform: [4, 9], when: {model.name: mlp}}}"
    assert problems(with_line(fine, text)) == []


def test_when_must_hold_for_some_variant() -> None:
    rule = "exclude: [{when: {model.activation: tanh}, reason: known}]"
    (problem,) = problems(with_line(rule, TUNED))
    assert "training.momentum.when: no variant of the study has" in problem.what


def test_only_drops_what_no_variant_kept_would_tune() -> None:
    narrow = parse(TUNED, Overrides(only=("model.activation=relu",)))
    assert narrow.tune is not None
    assert "training.momentum" not in {nuisance.path for nuisance in narrow.tune.settings}
    again = parse(narrow.text)  # study.yaml of the results says what was run
    assert (again.tune, again.variants) == (narrow.tune, narrow.variants)


def test_flags() -> None:
    fewer = parse(TUNED, Overrides(set=("tune.points=4",))).tune
    assert fewer is not None
    assert fewer.points == 4
    (problem,) = problems(TUNED, Overrides(set=("training.learning_rate=0.1",)))
    assert "is tuned by this study" in problem.what


def test_tuning_counts_towards_the_largest_study() -> None:
    text = with_line(f"tune: {{{RATE}, points: 100000, replicates: 2}}")
    (problem,) = problems(text)
    assert "combinations × 200,004 trials each" in problem.what
