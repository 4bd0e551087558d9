"""What is wrong with a design is reported in place."""

import re

import pytest

from tests.study.design.texts import DIGITS, HEAD, NAMED, PAIRED, STAR, WHEN
from tests.study.texts import problems

WRONG = [
    # text, what is replaced, by what, line:column, what, allowed, cure
    (
        STAR,
        "center: {model.cell: gru, ",
        "center: {",
        "7:9",
        "the level of model.cell is missing",
        "rnn, gru",
    ),
    (STAR, "cell: gru", "cell: gu", "7:22", "'gu' is not among the levels", "rnn, gru, lstm"),
    (STAR, "model.layers: 1}", "model.layer: 1}", "7:44", "is not a factor", "model.layers"),
    (STAR, "{model.cell: gru, model.hidden: 8, model.layers: 1}", "3", "7:9", "not a mapping", ""),
    (PAIRED, "[16, 8, 8]", "[16, 8]", "9:17", "has 2 levels, but model.cell has 3", ""),
    (PAIRED, "[16, 8, 8]", "[16, 8, 16]", "9:25", "cell=rnn hidden=16 is listed twice", ""),
    (PAIRED, "[16, 8, 8]", "[16, 8, 0]", "9:25", "0 is not allowed", "whole number ≥ 1"),
    (
        PAIRED,
        "[16, 8, 8]",
        "{levels: [16, 8, 8], when: {model.cell: rnn}}",
        "9:38",
        "not possible in the design paired",
        "",
    ),
    (NAMED, "training.optimizer: adam", "training.optimzer: adam", "9:27", "no setting", "sgd|.*"),
    (NAMED, "optimizer: adam", "optimizer: adm", "9:47", "'adm' is not allowed", "sgd, adam"),
    (NAMED, "model.cell: gru", "model.init: 3", "8:15", "is a group of settings", "init.scale"),
    (NAMED, "elman: {model.cell: rnn}", "elman: 3", "7:10", "3 is not a mapping", "fixed"),
    (NAMED, ", training.optimizer: adam", "", "9:9", "resolve to the same settings", ""),
    (NAMED, "elman:", "'':", "7:3", "is not a valid name", "60 characters"),
    (NAMED, "variants:", "design: paired\nvariants:", "6:1", "cannot be combined with `var", ""),
    (WHEN, "when: {", "wen: {", "8:45", "there is no such key", "levels, when"),
    (WHEN, ", when: {model.cell: lstm}", "", "8:22", "`when` is missing", ""),
    (WHEN, "levels: [null, 1, 2], ", "", "8:22", "`levels` is missing", ""),
    (WHEN, "model.cell: lstm", "model.hidden: 4", "8:52", "not a factor defined above", "cell"),
    (WHEN, "cell: lstm", "cell: gru", "8:64", "'gru' is not among the levels", "rnn, lstm"),
    (WHEN, "{model.cell: lstm}", "{}", "8:51", "always exists", "model.cell"),
    (WHEN, "[null, 1, 2]", "[null, x]", "8:38", "'x' is not allowed", "a number, or null"),
]


@pytest.mark.parametrize(("text", "old", "new", "where", "what", "allowed"), WRONG)
def test_what_is_wrong_is_reported_in_place(
    text: str, old: str, new: str, where: str, what: str, allowed: str
) -> None:
    assert old in text
    found = problems(text.replace(old, new))
    assert [p.where for p in found if what in p.what] == [f"s.yaml:{where}"], found
    problem = next(p for p in found if what in p.what)
    assert re.search(allowed, problem.allowed) or allowed in problem.cure


MORE = [
    (STAR, "exclude: [{when: {model.hidden: 8}, reason: x}]", "12:11", "takes out the center"),
    (
        NAMED,
        "exclude: [{when: {model.cell: rnn}, reason: x}]",
        "10:1",
        "cannot be excluded by levels",
    ),
    (NAMED, "compare: {baseline: elma}", "10:21", "'elma' is not the name of a variant"),
    (NAMED, "compare: {baseline: {model.cell: rnn}}", "10:21", "is not the name of a variant"),
    (STAR, "compare: {baseline: center}", "12:21", "'center' is not a mapping"),
    (PAIRED, "center: {model.cell: rnn}", "10:1", "the design paired has no center"),
    (DIGITS, "compare: {baseline: {task.name: digits}}", "9:22", "compared within a task"),
]


@pytest.mark.parametrize(("text", "line", "where", "what"), MORE)
def test_a_line_that_the_design_cannot_have(text: str, line: str, where: str, what: str) -> None:
    (problem,) = problems(f"{text}{line}\n")
    assert problem.where == f"s.yaml:{where}"
    assert what in problem.what


def test_a_study_compares_something() -> None:
    (problem,) = problems(HEAD)
    assert "the key 'factors' is missing" in problem.what


def test_one_baseline_for_all_means_one_task() -> None:
    text = DIGITS + "design: one_at_a_time\n"
    text += "center: {task.name: digits, model.activation: tanh}\n"
    (problem,) = problems(text)
    assert problem.where == "s.yaml:6:14"
    assert "has the task mnist_5k, but its baseline" in problem.what
    assert "design factorial" in problem.cure
