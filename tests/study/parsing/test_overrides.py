"""Flags change the study and its text alike."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import InputError
from orchestrator.study.load import Overrides, load_study
from orchestrator.study.parsing.messages import plain, shown
from orchestrator.study.parsing.source import shipped_studies
from orchestrator.study.records import Study
from tests.study.texts import SMALL, parse, problems

COMMENTED = """\
# what this is about
study: small  # its name
task: {name: digits}
model:
  name: mlp
  init: {scheme: normal}   # W ~ N(0, 1/fan_in)
training: {epochs: 3}
factors:
  model.activation: [sigmoid, tanh, relu]   # in the order of the lecture
  model.init.scale:
    - 0.5  # small
    - 1
    - 2
exclude:
  - {when: {model.activation: relu, model.init.scale: 2}, reason: explodes}
  - {when: {model.activation: tanh, model.init.scale: 2}, reason: dull}
probes: light
"""


def test_set_changes_a_setting_and_keeps_comments() -> None:
    flags = Overrides(set=("training.epochs=7", "model.init.bias=0.5", "seed=3"), replicates=2)
    study = parse(COMMENTED, flags)
    settings = study.variants[0].loop
    assert (settings.training.epochs, settings.model.init.bias) == (7, 0.5)
    assert (study.seed, study.replicates) == (3, 2)
    for comment in ("# what this is about", "# its name", "# W ~ N", "# in the order", "# small"):
        assert comment in study.text


def test_without_flags_the_text_is_the_file() -> None:
    assert parse(COMMENTED).text == COMMENTED


def test_set_can_add_sections_and_spell_probes_out() -> None:
    study = parse(COMMENTED, Overrides(set=("resources.cpus=2", "probes.examples=9")))
    assert study.resources.cpus == 2
    assert study.variants[0].loop.probes.examples == 9
    assert parse(study.text).variants == study.variants


def test_only_keeps_levels_and_the_rules_that_still_apply() -> None:
    flags = Overrides(only=("model.init.scale=2.0", "model.activation=tanh", "model.init.scale=.5"))
    with_tanh = COMMENTED + "compare: {baseline: {model.activation: tanh}}\n"
    study = parse(with_tanh, flags)
    assert study.factors == {"model.activation": ("tanh",), "model.init.scale": (0.5, 2.0)}
    assert [v.label for v in study.variants] == ["activation=tanh scale=0.5"]
    assert [exclusion.reason for exclusion in study.excluded] == ["dull"]
    assert "explodes" not in study.text


def test_a_default_baseline_moves_with_only() -> None:
    study = parse(SMALL, Overrides(only=("model.activation=relu", "model.activation=tanh")))
    assert study.compare.baseline == {"model.activation": "tanh", "model.init.scale": 0.5}


def test_a_variant_keeps_its_id_when_others_go() -> None:
    few = parse(SMALL, Overrides(only=("model.activation=tanh",))).variants
    assert few == parse(SMALL).variants[3:6]


def test_aliases_are_spelled_out_when_the_text_changes() -> None:
    text = SMALL.replace("[0.5, 1, 2]", "&scales [0.5, 1]").replace(
        "replicates", "  training.weight_decay: *scales\nreplicates"
    )
    study = parse(text, Overrides(only=("model.init.scale=1",)))
    assert study.factors["training.weight_decay"] == (0.5, 1.0)
    assert parse(study.text).variants == study.variants


WRONG = [
    ({"set": ("training.epochs=x",)}, "--set training.epochs=x", "'x' is not", "≥ 1", ""),
    ({"set": ("training.epochs",)}, "--set training.epochs", "is missing", "PATH=VALUE", ""),
    ({"set": ("training.epochs=",)}, "--set training.epochs=", "is missing", "PATH=VALUE", ""),
    ({"set": ("=3",)}, "--set =3", "is missing", "PATH=VALUE", ""),
    ({"set": ("training.epoch=3",)}, "--set training.epoch=3", "no such key", "epochs", "'epochs'"),
    (
        {"set": ("trainin.epochs=3",)},
        "--set trainin.epochs=3",
        "no setting",
        "training",
        "'training'",
    ),
    (
        {"set": ("model.activation=relu",)},
        "--set .*",
        "is a factor",
        "",
        "--only model.activation=",
    ),
    ({"set": ("model.init.scale=1",)}, "--set .*", "is a factor", "", "--only model.init.scale="),
    ({"set": ("model.name=mlpp",)}, "--set model.name=mlpp", "'mlpp' is not", "mlp", "'mlp'"),
    ({"set": ("model.init=3",)}, "--set model.init=3", "3 is not a mapping", "scheme", ""),
    ({"set": ("factors.model.depth=3",)}, "--set .*", "cannot be set", "", "--only"),
    ({"set": ("exclude=3",)}, "--set exclude=3", "cannot be set", "", "change the file"),
    ({"set": ("seed=1", "seed=2")}, "--set seed=2", "set twice, to different", "", ""),
    ({"set": ("seed=-1",)}, "--set seed=-1", "-1 is not", "≥ 0", ""),
    ({"set": ("replicates=3",), "replicates": 4}, "--replicates 4", "set twice", "", ""),
    ({"replicates": 0}, "--replicates 0", "0 is not", "≥ 1", ""),
    ({"replicates": -3}, "--replicates -3", "-3 is not", "≥ 1", ""),
    ({"only": ("model.activation",)}, "--only model.activation", "missing", "PATH=LEVEL", ""),
    ({"only": ("model.depth=2",)}, "--only model.depth=2", "not a factor", "model.act", "--set"),
    ({"only": ("model.activaton=relu",)}, "--only .*", "not a factor", "", "'model.activation'"),
    ({"only": ("model.activation=elu",)}, "--only .*", "not a level", "sigmoid, tanh", "'relu'"),
    ({"only": ("model.init.scale=3",)}, "--only .*", "3 is not a level", "0.5, 1.0, 2.0", "2.0"),
]


@pytest.mark.parametrize(("flags", "where", "what", "allowed", "cure"), WRONG)
def test_a_wrong_flag_is_reported_at_the_flag(
    flags: dict[str, Any], where: str, what: str, allowed: str, cure: str
) -> None:
    (problem,) = problems(SMALL, Overrides(**flags))
    assert re.fullmatch(where, problem.where)
    assert re.search(what, problem.what)
    assert re.search(allowed, problem.allowed)
    assert re.search(cure, problem.cure)


def test_only_must_leave_the_baseline() -> None:
    text = SMALL + "compare: {baseline: {model.activation: sigmoid}}\n"
    (problem,) = problems(text, Overrides(only=("model.activation=relu",)))
    assert problem.where == "--only model.activation=relu"
    assert "drops 'sigmoid'" in problem.what
    assert problem.cure == "add --only model.activation=sigmoid"


def test_only_must_leave_a_variant() -> None:
    flags = Overrides(only=("model.activation=relu", "model.init.scale=2"))
    (problem,) = problems(COMMENTED, flags)
    assert problem.where == "--only model.activation=relu"
    assert "leaves only combinations that the study excludes" in problem.what


SETTINGS = {
    "training.epochs": st.integers(1, 99),
    "training.learning_rate": st.floats(1e-9, 1e9),
    "training.optimizer": st.sampled_from(["sgd", "adam", "rmsprop"]),
    "training.clip_norm": st.none() | st.floats(1e-3, 10),
    "training.batch_size": st.just("full") | st.integers(1, 99),
    "model.bias": st.booleans(),
    "model.depth": st.integers(1, 9),
    "probes.every_epochs": st.integers(1, 9),
    "seed": st.integers(0, 2**70),
    "replicates": st.integers(1, 50),
    "question": st.sampled_from(["off", "a: b", "why #1", "'", "ü – ß", "[x", "yes"]),
}
SETS = st.fixed_dictionaries({}, optional=SETTINGS)
ONLY = st.lists(st.sampled_from(["activation=sigmoid", "activation=tanh", "init.scale=1"]))


@given(values=SETS, only=ONLY)
@pytest.mark.slow
def test_the_text_of_a_changed_study_is_that_study(
    values: dict[str, object], only: list[str]
) -> None:
    sets = tuple(f"{path}={_spelled(value)}" for path, value in values.items())
    flags = Overrides(set=sets, only=tuple(f"model.{level}" for level in only))
    study = parse(COMMENTED, flags)
    again = parse(study.text)
    for name in ("variants", "factors", "compare", "replicates", "seed", "excluded", "resources"):
        assert getattr(again, name) == getattr(study, name)
    assert again.question == study.question
    for path, value in values.items():
        if path in study.variants[0].settings.flat:
            assert study.variants[0].settings.flat[path] == value


def _spelled(value: object) -> str:
    return shown(value) if value is None or isinstance(value, bool) else str(value)


def reloaded(text: str, only: tuple[str, ...]) -> tuple[Study, Study]:
    """The study that is run, and the one that its study.yaml has."""
    one = parse(text, Overrides(only=only))
    return one, parse(one.text)


IDLE = """study: idle
task: {name: digits}
model: {name: mlp, width: 40, init: {scheme: normal}}
training: {momentum: 0.9}
factors: {FACTORS}
replicates: 6
"""
HALVES = {
    "training.optimizer: [sgd, adam]": ("training.optimizer=adam", "momentum"),
    "model.depth: [0, 2]": ("model.depth=0", "width"),
    "model.name: [mlp, log_linear]": ("model.name=log_linear", "width"),
    "model.init.scheme: [normal, uniform]": ("model.init.scheme=uniform", ""),
}


@pytest.mark.parametrize("factor", HALVES)
def test_a_setting_of_variants_that_only_leaves_out_is_not_written(factor: str) -> None:
    """`orch check` refuses a fixed setting without effect, or that no model has."""
    kept, gone = HALVES[factor]
    one, two = reloaded(IDLE.replace("FACTORS", factor), (kept,))
    assert one.variants == two.variants
    assert (gone in one.text) == (not gone)


@pytest.mark.slow
@pytest.mark.parametrize("name", shipped_studies())
def test_every_half_of_a_shipped_study_is_written_as_it_is_run(name: str) -> None:
    study = load_study(name)
    levels = [f"{path}={plain(x)}" for path, own in study.factors.items() for x in own]
    named = [f"variant={variant.label}" for variant in study.variants]
    for flag in named if study.design == "variants" else levels:
        try:
            one, two = reloaded(study.text, (flag,))
        except InputError:
            continue  # it drops the baseline
        assert (one.variants, one.compare, one.tune) == (two.variants, two.compare, two.tune)
