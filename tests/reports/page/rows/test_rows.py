"""Rows of the table of comparisons."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.plan_document import Data, Task
from orchestrator.reports.analysis import analyse
from orchestrator.reports.build import build_report
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.page.render import render
from orchestrator.reports.page.rows.rows import comparison_rows, solved_comparison_rows
from orchestrator.reports.text.methods import methods
from orchestrator.reports.text.names import interval_text, p_text
from orchestrator.reports.text.sections.solved_comparisons import table_caption
from orchestrator.reports.text.sentences import sentences
from tests.reports.answered import with_answers
from tests.reports.figures.drawing import with_view
from tests.reports.sample import Sample, write

DIGITS = Data("resplit", 1797, 1197, 300, 300)
SAMPLE = Sample(
    study="s", factors={"model.activation": ["sigmoid", "tanh"]}, replicates=6, probes=False
)


@pytest.mark.slow
def test_re_split_data_have_one_more_interval(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, SAMPLE))
    (plain,) = comparison_rows(*with_view(tables))
    plan = replace(tables.plan, tasks=(Task({}, "", DIGITS),))
    view, analysis = with_view(replace(tables, plan=plan))
    (row,) = comparison_rows(view, analysis)
    ((low, high),) = analysis.resplits.values()
    added = row.numbers[5]
    assert row.numbers[:5] + row.numbers[6:] == plain.numbers
    assert added.text == interval_text(low, high, "share", signed=True)
    assert added.sort == low


@pytest.mark.slow
def test_a_fixed_test_set_has_an_interval_and_a_test_more(tmp_path: Path) -> None:
    tables = with_answers(read_tables(write(tmp_path, SAMPLE)))
    (plain,) = comparison_rows(*with_view(replace(tables, answers={})))
    view, analysis = with_view(tables)
    (row,) = comparison_rows(view, analysis)
    (found,) = analysis.other_examples.intervals.values()
    interval, p = row.numbers[5:7]
    assert row.numbers[:5] + row.numbers[7:] == plain.numbers
    assert interval.text == interval_text(found.low, found.high, "share", signed=True)
    assert (p.text, p.sort) == (p_text(found.mcnemar_p), found.mcnemar_p)


@pytest.mark.slow
def test_its_headings_are_in_their_place(tmp_path: Path) -> None:
    tables = with_answers(read_tables(write(tmp_path, SAMPLE)))
    analysis = analyse(tables)
    page = render(tables, analysis, sentences(analysis)).html
    words, cells = table_of(page)
    assert words[words.index("alone") + 1 :][:2] == ["other examples", "McNemar p"]
    assert cells == len(words)
    assert "The test examples are the same in every replicate" in page
    assert "twice their median" in page
    bare = analyse(replace(tables, answers={}))
    assert "McNemar" not in render(tables, bare, sentences(bare)).html


def table_of(page: str) -> tuple[list[str], int]:
    """Headings of the table of comparisons, and the cells of its first row."""
    table = page[page.index("Every comparison with its test") :].partition("</table>")[0]
    heads = re.findall(r"<th\b.*?>(.*?)</th>", table.partition("<tbody")[0], re.DOTALL)
    words = [re.sub("<.*?>", "", head).strip() for head in heads]
    return words, table.partition("<tbody")[2].partition("</tr>")[0].count("<td")


@pytest.mark.slow
def test_its_heading_is_in_its_place(tmp_path: Path) -> None:
    folder = write(tmp_path, SAMPLE)
    plan = json.loads((folder / "plan.json").read_text())
    sizes = {"pool": 1797, "n_train": 1197, "n_validation": 300, "n_test": 300}
    plan["tasks"] = [{"settings": {}, "sample": "digits", "data": {"sampling": "resplit", **sizes}}]
    (folder / "plan.json").write_text(json.dumps(plan))
    page = build_report(folder).path.read_text()
    words, cells = table_of(page)
    assert words[words.index("alone") + 1] == "other data"
    assert cells == len(words)
    assert "takes its test examples from the same 1,797 examples, split anew" in page
    assert "√(1/n + n_test/n_train)" in page


def test_solved_shares_are_compared_where_the_task_can_be_solved(tmp_path: Path) -> None:
    lost = {("activation=relu", 0): "failed"}
    levels = ["sigmoid", "tanh", "relu"]
    sample = replace(SAMPLE, factors={"model.activation": levels}, threshold=0.9, fates=lost)
    tables = read_tables(write(tmp_path, sample))
    tables.trials["final.test/solved"] = [*[0.0] * 6, *[1.0] * 6, None, *[1.0] * 5]
    view, analysis = with_view(tables)
    tanh, relu = solved_comparison_rows(view, analysis)
    assert [cell.text for cell in tanh.numbers[:3]] == [
        "6 of 6", "0 of 6", "+100.0 points [+44.8, +100.0]",
    ]  # fmt: skip
    assert tanh.numbers[3].text == ".062"  # .031, half of the 5 % is its share
    assert [cell.text for cell in relu.numbers[:2]] == ["5 of 5", "0 of 6 unpaired"]
    assert tanh.numbers[4].sort == analysis.solved_comparisons[0].log_rank_p_adjusted
    words = table_caption("sigmoid", analysis.solved_comparisons)
    assert words.endswith("Unpaired where a trial failed.")
    assert "Solved, compared" in dict(methods(analysis))
