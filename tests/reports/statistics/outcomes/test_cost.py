"""Seconds by variant, packing and overhead, counted anew from the files of the folder."""

import json
import statistics
from pathlib import Path

import pandas as pd
import pytest

from orchestrator.reports.data.read import read_tables
from orchestrator.reports.statistics.outcomes.cost import cost
from orchestrator.reports.statistics.outcomes.evidence import evidence
from orchestrator.reports.text.sections.cost import cost_text
from tests.reports.some import some


@pytest.fixture
def timed(small: Path) -> Path:
    """Trials of 1, 2, 3 … seconds in packs of 4; one run of 100 s on two workers."""
    trials = pd.read_parquet(small / "trials.parquet")
    trials["wall_s"] = [float(1 + i) for i in range(len(trials))]
    trials["pack_id"] = [f"{i // 4:016x}" for i in range(len(trials))]
    trials.to_parquet(small / "trials.parquet")
    at = "2026-05-04T09:30:00+00:00"
    events = [
        {"event": "study_started", "at": at, "workers": 2},
        {"event": "pack_started", "at": at},
        {"event": "pack_finished", "at": at, "wall_s": 90.0},
        {"event": "pack_finished", "at": at, "wall_s": 60.0},
        {"event": "study_finished", "at": at, "wall_s": 100.0},
        {"event": "study_started", "at": at, "workers": 2},  # interrupted: counts nowhere
        {"event": "pack_finished", "at": at, "wall_s": 500.0},
    ]
    (small / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
    return small


def test_seconds_packs_and_busy_workers(timed: Path) -> None:
    tables = read_tables(timed)
    found = some(cost(tables))
    assert found.trials == 28
    assert found.training_s == sum(range(1, 29))
    first = found.by_variant[tables.plan.variants[0].variant_id]
    assert (first.n, first.mean_s, first.total_s) == (7, statistics.mean(range(1, 8)), 28)
    assert found.together == pytest.approx(4)
    assert found.busy == pytest.approx(150 / 200)


def test_it_is_said_in_words(timed: Path) -> None:
    tables = read_tables(timed)
    text = cost_text(cost(tables), evidence(tables), tables.plan)
    assert "28 trials took 6 min 46 s of training" in text
    assert "packs of about 4 (28 stacked)" in text
    assert "75 % of the runs' wall time of 1 min 40 s" in text


def test_nothing_trained_costs_nothing(small: Path) -> None:
    pd.read_parquet(small / "trials.parquet").head(0).to_parquet(small / "trials.parquet")
    tables = read_tables(small)
    assert cost(tables) is None
    assert cost_text(None, evidence(tables), tables.plan) == ""
