"""The reader: what it refuses, what it forgives."""

import json
from pathlib import Path

import pandas as pd
import pytest

from orchestrator.reports.data.errors import ReportError
from orchestrator.reports.data.read import read_tables


def test_reads_every_planned_trial_in_order(small: Path) -> None:
    tables = read_tables(small)
    planned = [trial for variant in tables.plan.variants for trial in variant.trials]
    assert tables.trials["trial_id"].tolist() == planned
    assert set(tables.trials["status"]) == {"completed"}
    assert set(tables.metrics["variant_id"]) == {v.variant_id for v in tables.plan.variants}


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"no plan\.json"):
        read_tables(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"study": 1}'])
def test_a_broken_plan_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(ReportError, match=r"plan\.json: not a plan"):
        read_tables(tmp_path)


def test_without_tables_every_trial_is_missing(small: Path) -> None:
    for name in ("trials", "metrics", "gradients"):
        (small / f"{name}.parquet").unlink()
    tables = read_tables(small)
    assert set(tables.trials["status"]) == {"missing"}
    assert len(tables.metrics) == len(tables.gradients) == 0


def test_rows_of_other_trials_are_left_out(small: Path) -> None:
    path = small / "metrics.parquet"
    metrics = pd.read_parquet(path)
    pd.concat([metrics, metrics.head(5).assign(trial_id="another")]).to_parquet(path)
    assert len(read_tables(small).metrics) == len(metrics)


def test_a_line_that_a_crash_cut_off_is_no_event(small: Path) -> None:
    path = small / "events.jsonl"
    before = len(read_tables(small).events)
    path.write_text(path.read_text() + '{"event": "pack_fin')
    assert len(read_tables(small).events) == before


def test_keys_that_a_later_version_adds_are_no_harm(small: Path) -> None:
    path = small / "plan.json"
    plan = json.loads(path.read_text())
    plan["later"] = plan["compare"]["later"] = plan["variants"][0]["later"] = 1
    path.write_text(json.dumps(plan))
    assert read_tables(small).plan.study == "small"
