"""Problems that follow from another one of the same file are not reported."""

import pytest

from orchestrator.study.load import Overrides
from tests.study import texts
from tests.study.texts import problems

BASE = """\
study: small
task: {name: digits}
model: {name: mlp}
factors: {model.activation: [sigmoid, tanh]}
"""


def without(key: str, text: str = BASE) -> str:
    return texts.without(key, text)


def with_line(line: str, text: str = BASE) -> str:
    return texts.with_line(line, text)


UNNORMED = "compare: {baseline: {model.norm: none}}"
NETS = with_line("model: {name: models.nets, gain: 2}")
OWN = with_line("factors: {model.norm: [batch, none], model.width: [8, 16]}", NETS)
CASES = {
    "a model without its function": (with_line(UNNORMED, OWN), "'models.nets' is not allowed"),
    "no model": (with_line(UNNORMED, without("model", OWN)), "'model' is missing"),
    "no factors": (with_line(UNNORMED, without("factors")), "'factors' is missing"),
    "a misspelt key": (without("factors") + "factor: {}\n" + UNNORMED, "there is no such key"),
    "a misspelt name": (with_line("model: {nam: mlp}"), "there is no such key"),
    "an unknown factor": (
        with_line("factors: {model.norm: [a, b]}", with_line(UNNORMED)),
        "no setting has this path",
    ),
    "a misspelt factor": (
        with_line("factors: {model.activaton: [relu, tanh], model.depth: [1, 2]}")
        + "compare: {baseline: {model.activation: relu}}\n",
        "no setting has this path",
    ),
    "a bad level": (
        with_line("factors: {model.activation: [tanhh, relu]}")
        + "compare: {baseline: {model.activation: tanhh}}\n",
        "'tanhh' is not allowed",
    ),
    "a broken variant": (
        without("factors") + "variants: {a: {model.depth: x}}\ncompare: {baseline: a}\n",
        "'x' is not allowed",
    ),
    "no center": (
        with_line(
            "compare: {baseline: {model.activation: tanh}}", with_line("design: one_at_a_time")
        ),
        "a center, which is missing",
    ),
}


@pytest.mark.parametrize(("text", "what"), CASES.values(), ids=CASES.keys())
def test_only_the_cause_is_reported(text: str, what: str) -> None:
    (problem,) = problems(text)
    assert what in problem.what


def test_flags_do_not_repeat_what_is_wrong_in_the_file() -> None:
    text = with_line("factors: {model.activation: tanh, model.depth: [1, 2]}")
    (problem,) = problems(text, Overrides(only=("model.activation=tanh",)))
    assert "is not a list of levels" in problem.what


def test_a_name_that_is_no_shipped_one_may_be_own_code() -> None:
    (problem,) = problems(OWN)
    assert "write package.module:function" in problem.cure


def test_independent_problems_are_all_reported() -> None:
    text = with_line("model: {name: mpl}") + "compare: {baseline: {model.norm: none}}\n"
    assert ["not a factor" in problem.what for problem in problems(text)] == [False, True]
