"""Verdicts in words: at the top of the page and at the terminal."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.reports.build import Report
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.statistics.comparisons.replicates_needed import ReplicatesNeeded
from orchestrator.reports.text.sentences import sentences
from orchestrator.reports.text.verdicts import SHOWN, apart, next_step_text, shown
from tests.reports.sample import Drawn, Factors, Sample, write
from tests.reports.some import some
from tests.reports.text.told import Told, told

FACTORS: Factors = {"model.activation": ["sigmoid", "tanh", "relu"], "model.depth": [1, 4]}
SAMPLE = Sample(study="s", factors=FACTORS, replicates=8, probes=False)


def test_every_comparison_is_a_sentence_with_effect_and_interval(tmp_path: Path) -> None:
    found = told(tmp_path, SAMPLE)
    assert len(found.said.statements) == len(found.analysis.comparisons.rows) == 4
    row = max(found.analysis.comparisons.rows, key=lambda each: some(each.difference))
    difference, low, high = (100 * some(x) for x in (row.difference, *row.shown))
    size = f"+{difference:.1f} points [+{low:.1f}, +{high:.1f}]"
    assert found.said.statements[0].text == f"tanh is better than sigmoid at depth 4: {size}"


def test_a_sentence_says_what_two_variants_differ_in_and_what_they_share() -> None:
    names = {"a": "a", "b": "b", "c": "c"}
    assert apart({"a": "x", "b": 1}, {"a": "y", "b": 1}, names) == ("x", "y", " at b 1")
    assert apart({"a": "x", "b": 1}, {"a": "y", "b": 2}, names) == ("x, b 1", "y, b 2", "")
    own, base, where = apart({"a": "x", "c": 3}, {"a": "y"}, names)  # c: only where a is x
    assert (own, base, where) == ("x, c 3", "y", "")


def test_a_diverged_trial_is_told_with_what_it_counts_as(tmp_path: Path) -> None:
    fates = {("activation=tanh depth=4", r): "diverged" for r in range(2)}
    text = "\n".join(s.text for s in told(tmp_path, replace(SAMPLE, fates=fates)).said.statements)
    assert "; 2 of their 16 trials diverged and count as 10.0 %" in text


def test_few_replicates_are_undecided_and_say_what_it_takes(tmp_path: Path) -> None:
    found = told(tmp_path, replace(SAMPLE, replicates=3))
    assert {s.verdict for s in found.said.statements} == {"undecided"}
    assert "; would take about " in found.said.statements[0].text
    needed = found.analysis.replicates_needed
    assert needed is not None
    assert found.said.command == f"orch run s --replicates {needed.proposed}"


@pytest.mark.slow
def test_of_many_the_most_important_of_each_verdict_are_shown(
    full_built: Report, full_drawn: Drawn
) -> None:
    report, every = full_built, sentences(full_drawn[1]).statements
    few = shown(every)
    assert len(few) == SHOWN < len(every)
    assert {s.verdict for s in few} == {s.verdict for s in every}
    assert len(report.verdicts) <= SHOWN + 3
    rest = [line for line in report.verdicts if " more: " in line]
    assert rest[0].startswith(f"- {len(every) - SHOWN} more: ")
    page = report.path.read_text().replace("&#39;", "'").replace("&gt;", ">")
    assert all(statement.text in page for statement in every)


def test_differences_no_larger_than_chance_gives_get_no_number() -> None:
    found = ReplicatesNeeded(6, None, 0, 2, 0, True, {"a": None, "b": None})
    said = next_step_text(found)
    assert said.startswith(
        "2 comparisons undecided: the differences seen are no larger than chance"
    )
    many = next_step_text(replace(found, by_chance=False))
    assert "would probably be needed for half of them: these differences are" in many
    one = next_step_text(replace(found, undecided=1, by_chance=False))
    assert "would probably be needed for it: this difference is too small" in one
    proposal = replace(found, proposed=20, decided=1, by_chance=False)
    assert "20 replicates in place of 6 would probably decide 1 of them" in (
        next_step_text(proposal)
    )


def test_a_verdict_on_unlike_shapes_says_what_holds(tmp_path: Path) -> None:
    sample = replace(SAMPLE, factors={"model.activation": ["sigmoid", "tanh"]}, replicates=10)
    tables = read_tables(write(tmp_path, sample))
    steady = [0.8 + 0.001 * place for place in range(10)]
    lottery = [0.81 + 0.001 * place for place in range(9)] + [0.1]
    tables.trials["final.test/accuracy"] = [*steady, *lottery]
    found = Told.of(tables)
    (statement,) = found.said.statements
    assert (
        "; the results of one fall into two groups: better in 9 of 10 replicates "
        "(sign test p .021), median +1.0 points [+1.0, +1.0]"
    ) in statement.text
    (warning,) = (each for each in found.said.warnings if each.startswith("Unlike shapes"))
    assert warning.startswith("Unlike shapes: in 1 of 1 comparison (tanh) ")


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("test/accuracy", "; 0 of 10 replicates differ by more, up to 28 % of seeds may"),
        ("test/solved", "; 0 of 10 seeds solved by one alone, up to 28 % possible"),
    ],
)
@pytest.mark.slow
def test_an_equivalence_says_what_unseen_seeds_may_do(
    tmp_path: Path, metric: str, said: str
) -> None:
    """Both variants solve the task, or miss it, in the same seeds."""
    sample = Sample(
        probes=False,
        study="s",
        factors={"model.activation": ["sigmoid", "tanh"]},
        replicates=10,
        threshold=0.9,
    )
    tables = read_tables(write(tmp_path, sample))
    tables.trials[f"final.{metric}"] = [*[1.0] * 7, *[0.0] * 3] * 2
    compare = replace(tables.plan.compare, metric=metric, unit="share")
    found = Told.of(replace(tables, plan=replace(tables.plan, compare=compare)))
    (statement,) = found.said.statements
    assert statement.verdict == "equivalent"
    assert said in statement.text
