"""Recurrent layers through depth: one direction at a time, whatever stands at the same place."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from orchestrator.reports.statistics.gradients.decay import decay
from orchestrator.reports.statistics.gradients.directions import BACKWARD, through_depth
from orchestrator.reports.statistics.gradients.fits import HIDDEN, decay_table, fits
from tests.reports.sample import Factors, Sample, write

FORWARDS, BACKWARDS = 0.5, 0.2  # factor per layer of the bidirectional variant


def rows() -> pd.DataFrame:
    """A bidirectional variant with three layers, and one of a single direction with two."""
    found = []
    for replicate in range(3):
        for layer in range(3):
            for direction, factor in (("forward", FORWARDS), ("backward", BACKWARDS)):
                site = f"{direction}.{layer}"
                found.append(("both", replicate, site, layer + 1, factor ** (2 - layer)))
        found.append(("both", replicate, "output", 4, 1.0))
        found += [("one", replicate, f"forward.{n}", n + 1, 0.9 ** (1 - n)) for n in range(2)]
        found.append(("one", replicate, "output", 3, 1.0))
    columns = ["variant_id", "replicate", "site", "position", "value"]
    return pd.DataFrame(found, columns=columns).assign(epoch=0, axis="depth", quantity="delta")


def test_each_direction_has_a_line_of_its_own() -> None:
    found = fits(rows()).groupby(["variant_id", "site_group"])["factor"].mean().to_dict()
    assert found == pytest.approx(
        {("both", HIDDEN): FORWARDS, ("both", BACKWARD): BACKWARDS, ("one", HIDDEN): 0.9}
    )


def test_profiles_are_of_one_direction() -> None:
    table = rows()
    fitted = fits(table)
    forward = {p.variant_id: p for p in decay(table, fitted)}
    (backward,) = decay(table, fitted, backward=True)
    assert forward["both"].by_place.sites == ("forward.0", "forward.1", "forward.2", "output")
    assert forward["both"].by_place.n == (3, 3, 3, 3), "replicates, not directions"
    assert (forward["both"].hidden, forward["one"].hidden) == (3, 2)
    assert forward["both"].factor is not None
    assert forward["both"].factor.value == pytest.approx(FORWARDS)
    assert backward.variant_id == "both"
    assert backward.by_place.sites[:3] == ("backward.0", "backward.1", "backward.2")
    assert backward.factor is not None
    assert backward.factor.value == pytest.approx(BACKWARDS)


def test_layers_without_a_direction_are_on_both_ways() -> None:
    dense = rows().replace({"site": {"forward.0": "dense", "backward.0": "dense"}})
    dense = dense.drop_duplicates(["variant_id", "replicate", "site", "position"])
    assert set(through_depth(dense)["site"]) == {"dense", "forward.1", "forward.2", "output"}
    backward = through_depth(dense, backward=True)
    assert set(backward["site"]) == {"dense", "backward.1", "backward.2", "output"}


@pytest.fixture
def deep(tmp_path: Path) -> Tables:
    """Tables of a study of recurrent networks with three layers."""
    factors: Factors = {"model.cell": ["rnn", "gru"], "model.bidirectional": [False, True]}
    tables = read_tables(write(tmp_path, Sample(study="s", factors=factors, replicates=3)))
    output = tables.gradients[tables.gradients["site"] == "output"]
    both = tables.gradients.loc[tables.gradients["site"] == "backward.0", "variant_id"].unique()
    layers = [
        output.assign(site=f"{direction}.{n}", position=n + 1, value=0.5 * factor ** (3 - n))
        for n in range(3)
        for direction, factor in (("forward", FORWARDS), ("backward", BACKWARDS))
    ]
    added = pd.concat(layers)
    added = added[added["site"].str.startswith("forward") | added["variant_id"].isin(both)]
    rest = tables.gradients[tables.gradients["site"] != "output"]
    whole = pd.concat([rest, added, output.assign(position=4)], ignore_index=True)
    return replace(tables, gradients=whole)


@pytest.mark.slow
def test_a_list_offers_the_backward_direction(deep: Tables) -> None:
    analysis = analyse(deep)
    figure = draw_all(scheme(analysis.plan), analysis)["delta"]
    (chooser,) = [each for each in figure.choosers if each.key == "direction"]
    assert [value for value, _ in chooser.options] == ["forward", "backward"]
    slopes: dict[str, set[float]] = {}
    for panel in figure.panels:
        for trace in (t for t in panel.data if "markers" in t["mode"]):
            slopes.setdefault(panel.when["direction"], set()).add(
                round(float(np.exp(np.diff(np.log(trace["y"]))).mean()), 3)
            )
    assert slopes == {"forward": {1 / FORWARDS}, "backward": {1 / BACKWARDS}}


@pytest.mark.slow
def test_decay_parquet_has_both(deep: Tables) -> None:
    analysis = analyse(deep)
    table = decay_table(analysis.gradients.fits, analysis.plan)
    depth = table[table["axis"] == "depth"]
    assert set(depth["site_group"]) == {HIDDEN, BACKWARD}
    keys = ["trial_id", "epoch", "axis", "site_group", "quantity"]
    assert not table.duplicated(keys).any()
