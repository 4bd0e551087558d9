"""How factors make variants: crossed, around a center, paired, or listed by name."""

import json
from itertools import product
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from orchestrator.study.docs.json_schema import study_schema
from orchestrator.study.records import Study
from tests.study.design.texts import DIGITS, HEAD, NAMED, PAIRED, STAR, WHEN
from tests.study.texts import parse, problems


def levels(study: Study) -> list[tuple[object, ...]]:
    return [tuple(variant.levels.get(path) for path in study.factors) for variant in study.variants]


def baseline_labels(study: Study) -> dict[str, str]:
    label = {variant.variant_id: variant.label for variant in study.variants}
    return {label[variant]: label[base] for variant, base in study.baselines.items()}


# --- one_at_a_time -------------------------------------------------------------------------


def test_one_at_a_time_has_the_center_and_every_other_level_by_itself() -> None:
    study = parse(STAR)
    assert levels(study) == [
        *[("gru", 8, 1), ("rnn", 8, 1), ("lstm", 8, 1)],
        *[("gru", 4, 1), ("gru", 16, 1), ("gru", 8, 2)],
    ]
    assert study.center == {"model.cell": "gru", "model.hidden": 8, "model.layers": 1}
    assert set(baseline_labels(study).values()) == {study.variants[0].label}


def test_its_baseline_may_be_another_variant() -> None:
    study = parse(f"{STAR}compare: {{baseline: {{model.hidden: 4}}}}\n")
    assert set(baseline_labels(study).values()) == {"cell=gru hidden=4 layers=1"}
    assert study.compare.baseline == {"model.cell": "gru", "model.hidden": 4, "model.layers": 1}
    (problem,) = problems(f"{STAR}compare: {{baseline: {{model.layers: 1}}}}\n")
    assert "matches 5 variants, not one" in problem.what


def test_a_condition_must_hold_at_the_center() -> None:
    text = STAR.replace("layers: [1, 2]", "forget_bias: {levels: [0, 1], when: {model.cell: lstm}}")
    text = text.replace("model.layers: 1", "model.forget_bias: 0")
    study = parse(text.replace("center: {model.cell: gru", "center: {model.cell: lstm"))
    assert levels(study)[1:3] == [("rnn", 8, None), ("gru", 8, None)]
    assert levels(study)[-1] == ("lstm", 8, 1.0)
    (problem,) = problems(text)
    assert "exists only with model.cell=lstm, which is not at the center" in problem.what


# --- paired --------------------------------------------------------------------------------


def test_paired_zips_and_may_repeat_levels() -> None:
    study = parse(PAIRED)
    assert levels(study) == [("rnn", 16), ("lstm", 8), ("rnn", 8)]
    assert study.factors == {"model.cell": ("rnn", "lstm"), "model.hidden": (16, 8)}
    assert set(baseline_labels(study).values()) == {"cell=rnn hidden=16"}


# --- variants ------------------------------------------------------------------------------


def test_named_variants_have_every_setting_that_one_of_them_sets() -> None:
    study = parse(NAMED)
    assert [variant.label for variant in study.variants] == ["elman", "small gru", "adam"]
    assert list(study.factors) == ["model.cell", "model.hidden", "training.optimizer"]
    assert levels(study) == [("rnn", 8, "sgd"), ("gru", 4, "sgd"), ("rnn", 8, "adam")]
    assert study.factors["training.optimizer"] == ("sgd", "adam")
    assert set(baseline_labels(study).values()) == {"elman"}


def test_a_setting_that_a_variant_cannot_have_is_no_level_of_it() -> None:
    text = HEAD.replace("adding, length: 10, examples: 50", "toy_tagging")
    study = parse(
        f"{text}variants:\n  window: {{model.name: window_tagger, model.window: 2}}\n"
        "  recurrent: {model.cell: lstm}\n"
    )
    assert levels(study) == [("window_tagger", 2, None), ("recurrent", None, "lstm")]
    assert "model.cell" not in study.variants[0].levels


def test_a_baseline_has_a_name_there() -> None:
    study = parse(f"{NAMED}compare: {{baseline: small gru}}\n")
    assert set(baseline_labels(study).values()) == {"small gru"}
    assert study.compare.baseline["model.hidden"] == 4


# --- conditional factors -------------------------------------------------------------------


def test_a_conditional_factor_exists_only_with_its_level() -> None:
    study = parse(WHEN)
    assert levels(study) == [
        *[("rnn", None, 4), ("rnn", None, 8)],
        *product(["lstm"], [None, 1.0, 2.0], [4, 8]),
    ]
    rnn, lstm = study.variants[0], study.variants[2]
    assert "model.forget_bias" not in rnn.levels, "no level"
    assert lstm.levels["model.forget_bias"] is None, "the level null"
    assert (rnn.label, lstm.label) == ("cell=rnn hidden=4", "cell=lstm forget_bias=null hidden=4")


def test_a_baseline_without_the_conditional_factor_serves_all_its_levels() -> None:
    study = parse(f"{WHEN}compare: {{baseline: {{model.cell: rnn}}}}\n")
    assert baseline_labels(study) == {
        variant.label: f"cell=rnn hidden={variant.levels['model.hidden']}"
        for variant in study.variants
    }


def test_a_baseline_with_it_must_say_which_level() -> None:
    (problem,) = problems(f"{WHEN}compare: {{baseline: {{model.cell: lstm}}}}\n")
    assert "for the variant cell=rnn hidden=4 it matches several variants, not one" in problem.what
    study = parse(f"{WHEN}compare: {{baseline: {{model.cell: lstm, model.forget_bias: 1}}}}\n")
    found = baseline_labels(study)
    assert found["cell=rnn hidden=8"] == "cell=lstm forget_bias=1.0 hidden=8"
    assert found["cell=lstm forget_bias=2.0 hidden=4"] == "cell=lstm forget_bias=1.0 hidden=4"


def test_rules_can_name_a_conditional_factor() -> None:
    rule = "exclude: [{when: {model.forget_bias: 2}, reason: too open}]\n"
    study = parse(WHEN + rule)
    assert len(study.variants) == 6
    assert len(study.excluded[0].labels) == 2


def test_a_fixed_setting_is_for_the_variants_that_have_it() -> None:
    """`window` is fixed and a factor of one model; the other has no such setting."""
    text = HEAD.replace("adding, length: 10, examples: 50", "toy_tagging")
    text = text.replace("hidden: 8", "window: 3")
    study = parse(
        f"{text}factors:\n  model.name: [recurrent, window_tagger]\n"
        "  model.window: {levels: [1, 2], when: {model.name: window_tagger}}\n"
    )
    assert levels(study) == [
        ("recurrent", None), ("window_tagger", 1), ("window_tagger", 2)
    ]  # fmt: skip


# --- several tasks -------------------------------------------------------------------------


def test_variants_are_compared_within_a_task() -> None:
    study = parse(DIGITS)
    assert study.compare.metric == "test/accuracy"
    assert study.compare.baseline == {"model.activation": "tanh"}
    assert baseline_labels(study) == {
        f"task={task} activation={activation}": f"task={task} activation=tanh"
        for task in ("digits", "mnist_5k")
        for activation in ("tanh", "relu")
    }


def test_a_study_of_nothing_but_tasks_compares_nothing() -> None:
    study = parse(DIGITS.replace("  model.activation: [tanh, relu]\n", ""))
    assert study.compare.baseline == {}
    assert all(variant == base for variant, base in study.baselines.items())


def test_a_metric_must_have_one_unit_in_all_tasks() -> None:
    text = DIGITS.replace("mnist_5k", "diabetes")
    (problem,) = problems(text)
    assert problem.where == "s.yaml:6:14"
    assert "share no metric with the same unit" in problem.what
    assert "digits: accuracy, loss; diabetes: mse, loss" in problem.allowed


def test_a_metric_must_exist_in_all_tasks() -> None:
    text = DIGITS.replace("[digits, mnist_5k]", "[digits, mnist_5k]").replace(
        "mlp, width: 8", "mlp"
    )
    (problem,) = problems(f"{text}compare: {{metric: test/mse}}\n")
    assert "'test/mse' is not a metric of digits, mnist_5k" in problem.what


@pytest.mark.parametrize("text", [STAR, PAIRED, NAMED, WHEN, DIGITS])
def test_the_schema_knows_every_design(text: str) -> None:
    checker = jsonschema.Draft202012Validator(json.loads(json.dumps(study_schema())))
    checker.validate(YAML(typ="safe", pure=True).load(text))
    assert not checker.is_valid(YAML(typ="safe", pure=True).load(f"{text}tune: {{}}\n"))


def test_the_page_shows_every_design() -> None:
    page = Path("docs/study.md").read_text()
    for word in ("one_at_a_time", "paired", "variants:", "when:", "center:"):
        assert word in page
