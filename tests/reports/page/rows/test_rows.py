"""Rows of the table of comparisons."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.plan_document import Data, Task
from orchestrator.reports.build import build_report
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.page.rows.rows import comparison_rows
from orchestrator.reports.text.names import interval_text
from tests.reports.figures.drawing import with_view
from tests.reports.sample import Sample, write

DIGITS = Data("resplit", 1797, 1197, 300, 300)
SAMPLE = Sample(study="s", factors={"model.activation": ["sigmoid", "tanh"]}, replicates=6)


def test_re_split_data_have_one_more_interval(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, SAMPLE))
    (plain,) = comparison_rows(*with_view(tables))
    plan = replace(tables.plan, tasks=(Task({}, "", DIGITS),))
    view, analysis = with_view(replace(tables, plan=plan))
    (row,) = comparison_rows(view, analysis)
    ((low, high),) = analysis.resplits.values()
    added = row.numbers[4]
    assert row.numbers[:4] + row.numbers[5:] == plain.numbers
    assert added.text == interval_text(low, high, "share", signed=True)
    assert added.sort == low


@pytest.mark.slow
def test_its_heading_is_in_its_place(tmp_path: Path) -> None:
    folder = write(tmp_path, SAMPLE)
    plan = json.loads((folder / "plan.json").read_text())
    sizes = {"pool": 1797, "n_train": 1197, "n_validation": 300, "n_test": 300}
    plan["tasks"] = [{"settings": {}, "sample": "", "data": {"sampling": "resplit", **sizes}}]
    (folder / "plan.json").write_text(json.dumps(plan))
    page = build_report(folder).path.read_text()
    table = page[page.index("Every comparison with its test") :].partition("</table>")[0]
    heads = re.findall(r"<th\b.*?>(.*?)</th>", table.partition("<tbody")[0], re.DOTALL)
    words = [re.sub("<.*?>", "", head).strip() for head in heads]
    assert words[words.index("alone") + 1] == "other data"
    body = table.partition("<tbody")[2]
    assert body.partition("</tr>")[0].count("<td") == len(heads)
    assert "takes its test examples from the same 1,797 examples, split anew" in page
    assert "√(1/n + n_test/n_train)" in page
