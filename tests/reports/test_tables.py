"""comparisons.parquet has what the page shows beside a verdict."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from orchestrator.plan_document import Data, Task
from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.tables import write_comparisons
from tests.reports.answered import with_answers
from tests.reports.sample import Sample, write
from tests.reports.some import some

SAMPLE = Sample(
    study="s", factors={"model.activation": ["sigmoid", "tanh"]}, replicates=6, probes=False
)


def row(folder: Path, analysis: Analysis) -> "pd.Series[float]":
    write_comparisons(folder / "c.parquet", analysis)
    frame = pd.read_parquet(folder / "c.parquet")
    assert len(frame) == 1
    return frame.iloc[0]


def test_intervals_for_other_examples(tmp_path: Path) -> None:
    analysis = analyse(with_answers(read_tables(write(tmp_path, SAMPLE))))
    found = next(iter(analysis.other_examples.intervals.values()))
    stored = row(tmp_path, analysis)
    assert (stored.examples_low, stored.examples_high) == (found.low, found.high)
    assert stored.mcnemar_p == some(found.mcnemar_p)
    assert stored[["resplit_low", "resplit_high"]].isna().all()


def test_intervals_for_re_splits(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, SAMPLE))
    data = Data("resplit", 1797, 1197, 300, 300)
    analysis = analyse(replace(tables, plan=replace(tables.plan, tasks=(Task({}, "", data),))))
    stored = row(tmp_path, analysis)
    low, high = stored.resplit_low, stored.resplit_high
    assert low < stored.ci_low < stored.ci_high < high
    assert (low + high) / 2 == pytest.approx(stored.difference)
    assert stored[["examples_low", "examples_high", "mcnemar_p"]].isna().all()


@pytest.mark.slow
def test_unlike_shapes(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, replace(SAMPLE, replicates=10)))
    variants = tables.trials["variant_id"] == tables.plan.variants[1].variant_id
    lost = variants & tables.trials["replicate"].isin([0, 1, 2])
    values = tables.trials["final.test/accuracy"].mask(variants, 0.99).mask(lost, 0.01)
    trials = tables.trials.assign(**{"final.test/accuracy": values})
    analysis = analyse(replace(tables, trials=trials))
    (shape,) = analysis.shapes.values()
    stored = row(tmp_path, analysis)
    assert (stored["median"], stored.sign_p) == (shape.median, shape.p)
    assert stored.median_low == some(shape.low)
    assert row(tmp_path, analyse(tables))[["median", "sign_p"]].isna().all()
