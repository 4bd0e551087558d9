"""What is said of variants beside their task's baseline, and of what that baseline knows."""

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.plan_document import Baseline, Data, Task
from orchestrator.reports.text.task_baseline import answer_text, chance_text, knowledge_text
from tests.reports.sample import Sample
from tests.reports.text.test_warnings import SAMPLE, WIDE, tables_at
from tests.reports.text.told import Told

DATA = Data("unknown", None, None, None, None)
WORD = Baseline("the most frequent tag of each word", "the word alone")
MEAN = Baseline("always answering the mean", "")


def task(baseline: Baseline | None, name: str = "t") -> Task:
    return Task({"task.name": name}, "", DATA, baseline)


def told(
    tmp_path: Path, values: list[list[float]], baseline: Baseline | None, sample: Sample = SAMPLE
) -> Told:
    tables = tables_at(tmp_path, values, sample)
    return Told.of(replace(tables, plan=replace(tables.plan, tasks=(task(baseline),))))


def warning(found: Told, start: str) -> str:
    (said,) = [text for text in found.said.warnings if text.startswith(start)]
    return said


TAGGER = replace(SAMPLE, task_baseline=0.88)
BELOW = [0.78, 0.75, 0.81, 0.77, 0.80, 0.77]


def test_a_mean_below_the_baseline_is_not_called_indistinguishable(tmp_path: Path) -> None:
    found = told(tmp_path, [BELOW, WIDE, WIDE], WORD, TAGGER)
    said = warning(found, "Worse than the task's baseline")
    assert said == (
        "Worse than the task's baseline in test accuracy, 88.0 %, what the most frequent tag of "
        "each word gives, which sees the word alone: 1 variant (sigmoid: 78.0 % [75.7, 80.3 %])."
    )
    assert not [text for text in found.said.warnings if text.startswith("Nothing learnt")]


@pytest.mark.slow
def test_a_baseline_that_sees_the_word_does_not_ignore_the_input(tmp_path: Path) -> None:
    near = [0.88, 0.87, 0.89, 0.88, 0.88, 0.88]
    found = told(tmp_path, [near, near, WIDE], WORD, TAGGER)
    said = warning(found, "Nothing learnt: 2 variants (sigmoid; tanh) cannot be distinguished")
    assert "which sees the word alone" in said
    assert not [text for text in found.said.warnings if "ignores the input" in text]
    blind = told(tmp_path, [near, near, WIDE], MEAN, TAGGER)
    assert "what always answering the mean gives, which ignores the input" in warning(
        blind, "Nothing learnt"
    )


def test_seeds_that_learnt_are_counted_where_only_some_did(tmp_path: Path) -> None:
    eight = replace(SAMPLE, replicates=8)
    some = [0.1, 0.11, 0.95, 0.09, 0.1, 0.1, 0.96, 0.1]
    found = told(tmp_path, [some, [0.1] * 8, [*WIDE, 0.9, 0.9]], MEAN, eight)
    assert "1 variant (sigmoid: 2 of 8)" in warning(found, "Learnt by some seeds only")
    assert "1 variant (tanh) " in warning(found, "Nothing learnt")


def test_a_task_that_does_not_say_it_gets_no_words_put_in_its_mouth(tmp_path: Path) -> None:
    said = warning(told(tmp_path, [[0.1] * 6, WIDE, WIDE], None), "Nothing learnt")
    assert said.endswith(
        "cannot be distinguished from the task's baseline in test accuracy, 10.0 %."
    )


@pytest.mark.parametrize(
    ("baselines", "answer", "knows"),
    [
        ((MEAN,), "what always answering the mean gives", ", which ignores the input"),
        ((WORD, WORD), f"what {WORD.answer} gives", ", which sees the word alone"),
        ((WORD, MEAN), f"what {MEAN.answer} or {WORD.answer} gives", ""),
        ((None,), "", ""),
        ((), "", ""),
    ],
)
def test_several_tasks_may_have_several_baselines(
    baselines: tuple[Baseline | None, ...], answer: str, knows: str
) -> None:
    tasks = [task(each) for each in baselines]
    assert (answer_text(tasks), knowledge_text(tasks)) == (answer, knows)


def test_chance_is_a_share_that_needs_no_input(tmp_path: Path) -> None:
    plan = tables_at(tmp_path, [WIDE] * 3).plan
    assert chance_text(replace(plan, tasks=(task(MEAN),))) == "chance"
    assert chance_text(replace(plan, tasks=(task(MEAN), task(WORD)))) == "the task's baseline"
    assert chance_text(replace(plan, tasks=())) == "the task's baseline"
    errors = replace(plan.compare, unit="squared unit")
    assert chance_text(replace(plan, tasks=(task(MEAN),), compare=errors)) == "the task's baseline"
