"""What the section of comparisons says of its data."""

import re
from dataclasses import replace
from pathlib import Path

from orchestrator.plan_document import Data, Task
from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.text.sections.comparisons import other_data_text, other_examples_text
from orchestrator.reports.text.sections.results import sampling_text
from tests.reports.answered import FIXED, with_answers
from tests.reports.sample import Factors, Sample, write

DIGITS = Data("resplit", 1797, 1197, 300, 300)
SAMPLE = Sample(
    study="s", factors={"model.activation": ["sigmoid", "tanh"]}, replicates=6, probes=False
)


def said(folder: Path, data: Data, sample: Sample = SAMPLE) -> str:
    tables = read_tables(write(folder, sample))
    plan = replace(tables.plan, tasks=(Task({}, "", data),))
    return other_data_text(analyse(replace(tables, plan=plan)))


def test_it_names_the_pool(tmp_path: Path) -> None:
    text = said(tmp_path, DIGITS)
    assert text.startswith(
        "Every replicate takes its test examples from the same 1,797 examples, split anew."
    )
    assert "first interval hold for them: for other splits and other seeds" in text
    unknown = said(tmp_path, replace(DIGITS, pool=None))
    assert "from the same pool of examples" in unknown
    assert "hold for that pool" in unknown


def test_it_counts_what_other_data_may_undo(tmp_path: Path) -> None:
    factors: Factors = {"model.activation": ["sigmoid", "tanh"], "model.depth": [4]}
    decided = replace(SAMPLE, factors=factors)
    assert "It holds 0 in 0 of 1 decided comparison." in said(tmp_path, DIGITS, decided)
    large = replace(DIGITS, n_train=10, n_test=1700)
    assert "It holds 0 in 1 of 1 decided comparison." in said(tmp_path, large, decided)
    assert "decided" not in said(tmp_path, DIGITS, replace(SAMPLE, replicates=3))


def test_it_says_which_examples_intervals_hold_for(tmp_path: Path) -> None:
    tables = with_answers(read_tables(write(tmp_path, SAMPLE)))
    known = other_examples_text(analyse(tables))
    assert known.startswith("The test examples are the same in every replicate")
    assert re.search(r"make \d+ % of its variance", known)
    unknown = other_examples_text(analyse(replace(tables, answers={})))
    assert "answers to single examples are not stored" in unknown
    generated = analyse(with_answers(tables, replace(FIXED, sampling="generated")))
    assert "generates its own test examples" in other_examples_text(generated)
    assert other_examples_text(analyse(with_answers(tables, DIGITS))) == ""
    assert "except for" in sampling_text(analyse(tables))
    assert "except for" not in sampling_text(generated)
