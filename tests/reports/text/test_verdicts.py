"""Verdicts in words: at the top of the page, at the terminal, and the command that goes on."""

import shlex

import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.text.commands import more_replicates
from orchestrator.reports.text.verdicts import SHOWN, apart, shown
from tests.reports.sample import Sample, write

FACTORS = {"model.activation": ["sigmoid", "tanh", "relu"], "model.depth": [1, 4]}


def analysed(tmp_path, **changes):
    sample = Sample(**{"study": "s", "factors": FACTORS, "replicates": 8, **changes})
    return analyse(read_tables(write(tmp_path, sample)))


def test_every_comparison_is_a_sentence_with_effect_and_interval(tmp_path):
    found = analysed(tmp_path)
    assert len(found.statements) == len(found.comparisons.rows) == 4
    (row,) = [r for r in found.comparisons.rows if r.difference == max(
        r.difference for r in found.comparisons.rows)]  # fmt: skip
    size = f"+{100 * row.difference:.1f} points [+{100 * row.ci_low:.1f}, +{100 * row.ci_high:.1f}]"
    assert found.statements[0].text == f"tanh is better than sigmoid at depth 4: {size}"


def test_a_sentence_says_what_two_variants_differ_in_and_what_they_share():
    names = {"a": "a", "b": "b", "c": "c"}
    assert apart({"a": "x", "b": 1}, {"a": "y", "b": 1}, names) == ("x", "y", " at b 1")
    assert apart({"a": "x", "b": 1}, {"a": "y", "b": 2}, names) == ("x, b 1", "y, b 2", "")
    own, base, where = apart({"a": "x", "c": 3}, {"a": "y"}, names)  # c: only where a is x
    assert (own, base, where) == ("x, c 3", "y", "")


def test_a_diverged_trial_is_told_with_what_it_counts_as(tmp_path):
    fates = {("activation=tanh depth=4", r): "diverged" for r in range(2)}
    text = "\n".join(s.text for s in analysed(tmp_path, fates=fates).statements)
    assert "; 2 of their 16 trials diverged and count as 10.0 %" in text


def test_few_replicates_are_undecided_and_say_what_it_takes(tmp_path):
    found = analysed(tmp_path, replicates=3)
    assert {s.verdict for s in found.statements} == {"undecided"}
    assert "; would take about " in found.statements[0].text
    assert found.settling_command == f"orch run s --replicates {found.settling.proposed}"


def test_of_many_the_most_important_of_each_verdict_are_shown(full_built, full_drawn):
    report, (_, found, _) = full_built, full_drawn
    few = shown(found.statements)
    assert len(few) == SHOWN < len(found.statements)
    assert {s.verdict for s in few} == {s.verdict for s in found.statements}
    assert len(report.verdicts) <= SHOWN + 3
    rest = [line for line in report.verdicts if " more: " in line]
    assert rest[0].startswith(f"- {len(found.statements) - SHOWN} more: ")
    page = report.path.read_text().replace("&#39;", "'").replace("&gt;", ">")
    assert all(statement.text in page for statement in found.statements)


RUN = "orch run x.yaml --set a.b='c d' --only m=1 --results out"


@pytest.mark.parametrize(
    "flags", ["", " --replicates 3", " --replicates=3", " --force", " --replicates 3 --no-report"]
)
def test_the_command_is_that_of_the_last_run_with_another_number(flags):
    words = shlex.split(RUN + flags)
    assert shlex.split(more_replicates("x", words, 9)) == [*shlex.split(RUN), "--replicates", "9"]


def test_without_a_known_command_the_study_is_named():
    assert more_replicates("x", (), 9) == "orch run x --replicates 9"
    assert more_replicates("x", ("pytest", "-q"), 9) == "orch run x --replicates 9"
