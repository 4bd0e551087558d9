"""What the cards show of single trials, against the tables read another way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orchestrator.reports.data.read import read_tables
from orchestrator.reports.statistics.outcomes import per_trial as module
from orchestrator.reports.statistics.outcomes.per_trial import per_trial
from tests.reports.sample import Sample, write


def test_values_are_those_of_the_tables(small: Path) -> None:
    tables = read_tables(small)
    found = {(each.kind, each.name): each for each in per_trial(tables)}
    assert list(found) == [("metric", "accuracy"), ("metric", "loss"), ("depth", "delta")]
    accuracy = found["metric", "accuracy"]
    assert accuracy.lines == ("train", "validation", "test")
    assert accuracy.x == tuple(range(21))
    rows = tables.metrics[tables.metrics["metric"] == "accuracy"]
    cube = rows.pivot_table(index="trial_id", columns=["split", "epoch"], values="value")
    for place, trial in enumerate(tables.trials["trial_id"]):
        for line, split in enumerate(accuracy.lines):
            assert accuracy.values[place, line].tolist() == cube.loc[trial, split].tolist()


def test_a_shallow_network_has_no_deeper_layers(small: Path) -> None:
    delta = per_trial(read_tables(small))[-1]
    assert delta.lines == ("0", "20")
    reached = np.isfinite(delta.values).sum(axis=2)
    assert sorted(set(reached.ravel())) == [2, 4]  # depth 1 and 3, and the output


def test_through_time_every_state_is_by_itself(memory: Path) -> None:
    found = per_trial(read_tables(memory))
    assert [each.name for each in found if each.kind == "time"] == ["backward.0", "forward.0"]
    backward = found[-2].values
    two_ways = [v.levels["model.bidirectional"] for v in read_tables(memory).plan.variants]
    measured = np.isfinite(backward).all(axis=(1, 2))
    assert measured.tolist() == [way for way in two_ways for _ in range(6)]


def test_a_trial_that_diverged_ends_with_its_last_probe(tmp_path: Path) -> None:
    fates = {("activation=tanh", 1): "diverged"}
    factors = {"model.activation": ["sigmoid", "tanh"]}
    sample = Sample(factors=factors, replicates=2, fates=fates)
    found = per_trial(read_tables(write(tmp_path, sample)))
    accuracy = found[0].values[3, 2]
    assert np.isfinite(accuracy).tolist() == [True] * 3 + [False] * 18


def test_trials_without_selected_settings_have_no_id_and_no_values(small: Path) -> None:
    tables = read_tables(small)
    names: list[str | None] = [None, None, *tables.trials["trial_id"][2:]]
    unnamed = tables.trials.assign(trial_id=pd.Series(names, index=tables.trials.index))
    lost = tables.metrics["trial_id"].isin(tables.trials["trial_id"][:2])
    metrics, nothing = tables.metrics[~lost], tables.gradients.iloc[:0]
    whole = per_trial(tables)
    found = per_trial(replace(tables, trials=unnamed, metrics=metrics, gradients=nothing))
    assert not np.isfinite(found[0].values[:2]).any()
    assert np.array_equal(found[0].values[2:], whole[0].values[2:])


@pytest.mark.parametrize(("most", "points"), [(10**6, 21), (28 * 3 * 3 * 10, 10), (1, 8)])
def test_large_studies_keep_fewer_places(
    small: Path, monkeypatch: pytest.MonkeyPatch, most: int, points: int
) -> None:
    monkeypatch.setattr(module, "MOST_VALUES", most)
    accuracy = per_trial(read_tables(small))[0]
    assert len(accuracy.x) == points
    assert (accuracy.x[0], accuracy.x[-1]) == (0, 20)


def test_nothing_measured_is_nothing_to_show(small: Path) -> None:
    tables = read_tables(small)
    none = replace(tables, metrics=tables.metrics[:0], gradients=tables.gradients[:0])
    assert per_trial(none) == ()
