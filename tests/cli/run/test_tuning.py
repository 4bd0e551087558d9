"""`orch run` of a study that tunes: two phases, resumed in either, honest where a variant fails."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from orchestrator.execution.local import inline
from orchestrator.execution.worker.pack import train_pack
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.page.rows.trial_cards import trial_cards
from orchestrator.reports.statistics.outcomes.evidence import evidence
from orchestrator.reports.text.names import level_text
from tests.cli.orch import orch
from tests.cli.running import TINY, parts, tables, train_here, train_killed, write_study
from tests.reports.page.encode.test_encoding import unpacked

pytestmark = pytest.mark.slow  # a process a test

TUNE = "tune: {training.learning_rate: {log_uniform: [0.01, 2]}, points: 3, replicates: 2}\n"
TUNED = TINY.replace("  model.depth: [1, 2]\n", "") + TUNE
TUNED = TUNED.replace("epochs: 2", "epochs: 4")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tuned")
    assert train_here(write_study(folder, TUNED), report=True) == 0
    return folder


def plan_of(folder: Path) -> Any:
    return json.loads((folder / "results" / "tiny" / "plan.json").read_text())


def test_both_phases_are_in_the_tables(done: Path) -> None:
    trials = tables(done / "results")["trials"]
    rows = trials.to_pylist()
    assert [row["phase"] for row in rows].count("tuning") == 2 * 3 * 2
    assert [row["phase"] for row in rows].count("replication") == 2 * 2
    variants = plan_of(done)["variants"]
    for variant in variants:
        (best,) = variant["selected"]
        own = [row for row in rows if row["variant"] == variant["variant"]]
        means = {
            point["point"]: sum(
                row["final.validation/accuracy"]
                for row in own
                if row["trial_id"] in point["trials"]
            )
            / 2
            for point in variant["tuning"]
        }
        assert best["score"] == max(means.values())
        assert best["point"] == min(p for p, mean in means.items() if mean == best["score"])
        replicates = [row for row in own if row["phase"] == "replication"]
        for row in replicates:
            rate = best["settings"]["training.learning_rate"]
            assert row["setting.training.learning_rate"] == rate
            assert (row["point"], row["tuning_study"]) == (best["point"], 0)


def test_tuning_never_looks_at_test_and_probes_nothing(done: Path) -> None:
    found = tables(done / "results")
    is_tuning = pc.equal(found["trials"]["phase"], "tuning")
    tuning = found["trials"].filter(is_tuning)
    ids = set(tuning["trial_id"].to_pylist())
    for name in (column for column in tuning.column_names if column.startswith("final.test/")):
        assert tuning[name].null_count == len(tuning)
    assert tuning["final.validation/accuracy"].null_count == 0
    metrics = found["metrics"].to_pylist()
    assert {row["split"] for row in metrics if row["trial_id"] in ids} == {"train", "validation"}
    assert ids.isdisjoint(found["gradients"]["trial_id"].to_pylist())


def test_the_report_reads_results_from_replicates_only(done: Path) -> None:
    read = read_tables(done / "results" / "tiny")
    assert len(read.trials) == 4
    assert set(read.metrics["trial_id"]) == set(read.trials["trial_id"])
    assert len(read.tuning) == 12
    assert set(read.tuning["point"]) == {0, 1, 2}
    assert read.tuning["training.learning_rate"].between(0.01, 2).all()
    assert set(read.tuning_metrics["trial_id"]) == set(read.tuning["trial_id"])


def test_trials_of_the_tuning_have_cards_with_their_own_settings(done: Path) -> None:
    read = read_tables(done / "results" / "tiny")
    found = unpacked(trial_cards(scheme(read.plan), read, evidence(read)))
    trials = found["trials"]
    assert trials["point"].count(None) == 4
    rows = {row["trial_id"]: row for row in tables(done / "results")["trials"].to_pylist()}
    assert set(trials["id"]) == set(rows)
    for place, trial in enumerate(trials["id"]):
        rate = found["tuned"][int(trials["tuned"][place])]["training.learning_rate"]
        assert rate == level_text(rows[trial]["setting.training.learning_rate"])
        score = rows[trial]["final.validation/accuracy"]
        assert found["final"]["validation/accuracy"][place] == pytest.approx(score, rel=1e-4)


def test_the_same_points_for_all_variants(done: Path) -> None:
    first, second = (
        [point["settings"] for point in variant["tuning"]] for variant in plan_of(done)["variants"]
    )
    assert first == second


def test_plan_says_what_is_selected_and_a_second_run_trains_nothing(done: Path) -> None:
    planned = orch("plan", "study.yaml", cwd=done).stdout
    assert "Trials: 2 variants × 2 replicates = 4: 0 new, 4 done, 0 invalidated" in planned
    assert "Tuning: 3 points × 2 replicates for each variant = 12: 0 new, 12 done" in planned
    assert re.search(r"Selected: activation=tanh: training.learning_rate=\S+ \(validation", planned)
    before = parts(done / "results")
    assert train_here(done / "study.yaml") == 0
    assert parts(done / "results") == before


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_an_interrupted_run_goes_on_in_either_phase(
    after: int, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two packs of tuning, then two of replicates: killed after each of them."""
    study = write_study(tmp_path, TUNED)
    train_killed(study, after, monkeypatch)
    assert train_here(study) == 0
    assert tables(tmp_path / "results") == tables(done / "results")


def test_a_variant_that_fails_at_every_point_is_named_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    def picky(pack: Any, *others: Any) -> Any:
        if pack.trials[0].variant.label == "activation=relu":
            raise ValueError("relu is out of order")
        return train_pack(pack, *others)

    monkeypatch.setattr(inline, "train_pack", picky)
    study = write_study(tmp_path, TUNED)
    assert train_here(study, report=True) == 1
    text = capsys.readouterr().out
    assert "not replicated: activation=relu: no result at any of 3 points (6 trials failed)" in text
    assert "relu is out of order" in text
    assert "2 missing" in text
    tanh, relu = plan_of(tmp_path)["variants"]
    assert relu["trials"] == [None, None]
    assert relu["selected"] == [None]
    assert None not in tanh["trials"]
    read = read_tables(tmp_path / "results" / "tiny")
    missing = read.trials[read.trials["variant_id"] == relu["variant_id"]]
    assert missing["status"].tolist() == ["missing", "missing"]
    monkeypatch.undo()
    assert train_here(study) == 0  # what failed is tried once more


def test_the_edge_of_a_range_that_is_too_low_wins(tmp_path: Path) -> None:
    assert train_here(write_study(tmp_path, TUNED.replace("[0.01, 2]", "[0.00001, 0.3]"))) == 0
    for variant in plan_of(tmp_path)["variants"]:
        rates = [point["settings"]["training.learning_rate"] for point in variant["tuning"]]
        (best,) = variant["selected"]
        assert best["settings"]["training.learning_rate"] == max(rates)


def test_divergence_is_the_worst_score(tmp_path: Path) -> None:
    text = TUNED.replace("log_uniform: [0.01, 2]", "choice: [0.000001, 0.1, 1.0e+38]")
    assert train_here(write_study(tmp_path, text.replace("points: 3", "points: 4"))) == 0
    for variant in plan_of(tmp_path)["variants"]:
        assert len(variant["tuning"]) == 3  # one for each value
        (best,) = variant["selected"]
        assert best["settings"] == {"training.learning_rate": 0.1}
    trials = tables(tmp_path / "results")["trials"]
    assert "diverged" in trials.filter(pc.equal(trials["phase"], "tuning"))["status"].to_pylist()
