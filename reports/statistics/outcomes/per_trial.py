"""What was measured of every single trial: metrics by epoch, gradients by layer and lag."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.data.read import Tables
from orchestrator.reports.statistics.intervals import Floats

MOST_VALUES = 400_000  # of all trials together; beyond, places along x are thinned evenly
LEAST, MOST = 8, 60  # places along x
QUANTITIES = {"depth": "delta", "time": "hidden_grad"}


@dataclass(frozen=True)
class PerTrial:
    """One quantity of every trial, as some lines along x."""

    kind: str  # metric | depth | time
    name: str  # accuracy; delta; name of the state
    x: tuple[int, ...]  # epochs; layers; lags
    lines: tuple[str, ...]  # splits; probed epochs
    values: Floats  # (trials, lines, x), NaN where nothing was measured


def per_trial(tables: Tables) -> tuple[PerTrial, ...]:
    """The compared metric (of a gradient: the task's first) and the loss, then gradients.

    Trials are those of `tables.trials`, in its order.

    Answers: how did this one trial go?
    Assumes: nothing.
    Misleads: one trial is one seed; the next may go another way.
    Source: none needed, these are the numbers as measured.
    """
    ids = _unique(tables.trials["trial_id"])
    wanted = [*_metrics(tables), *_gradients(tables)]
    budget = MOST_VALUES // max(len(wanted) * len(ids), 1)
    return tuple(_one(ids, *each, budget) for each in wanted)


def _unique(trial_ids: pd.Series) -> pd.Index:
    """A trial whose settings are not selected yet has no id, only its place."""
    return pd.Index([x if isinstance(x, str) else place for place, x in enumerate(trial_ids)])


Wanted = tuple[str, str, pd.DataFrame]  # kind, name, rows with trial_id, line, x, value


def _metrics(tables: Tables) -> list[Wanted]:
    rows = tables.metrics.rename(columns={"split": "line", "epoch": "x"})
    return [
        ("metric", name, rows[rows["metric"] == name])
        for name in _compared(tables.plan)
        if (rows["metric"] == name).any()
    ]


def _compared(plan: PlanDocument) -> list[str]:
    name = plan.compare.metric.split("/")[-1]
    return list(dict.fromkeys((name if name in plan.metrics else next(iter(plan.metrics)), "loss")))


def _gradients(tables: Tables) -> list[Wanted]:
    """Through time each state by itself, as they lie in different layers and directions."""
    rows = tables.gradients.rename(columns={"position": "x"})
    found: list[Wanted] = []
    for axis, quantity in QUANTITIES.items():
        own = rows[(rows["axis"] == axis) & (rows["quantity"] == quantity)]
        sites = ["delta"] if axis == "depth" else sorted(own["site"].unique())
        for site in sites:
            part = own if axis == "depth" else own[own["site"] == site]
            if part["x"].nunique() > 1:
                found.append((axis, site, _at_both_ends(part)))
    return found


def _at_both_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each trial the first and the last probe: line is the epoch."""
    last = rows.groupby("trial_id")["epoch"].transform("max")
    kept = rows[(rows["epoch"] == rows["epoch"].min()) | (rows["epoch"] == last)]
    made: pd.DataFrame = kept.assign(line=kept["epoch"])
    return made


def _one(ids: pd.Index, kind: str, name: str, rows: pd.DataFrame, budget: int) -> PerTrial:
    lines = sorted(rows["line"].unique(), key=_order)
    places = np.sort(rows["x"].unique())
    kept = _thinned(places, budget // len(lines))
    values = np.full((len(ids), len(lines), len(kept)), np.nan)
    place = pd.Index(kept).get_indexer(pd.Index(rows["x"]))
    trial, line = (
        index.get_indexer(pd.Index(rows[name]))
        for index, name in ((ids, "trial_id"), (pd.Index(lines), "line"))
    )
    at = (trial, line, place)
    seen = place >= 0
    values[tuple(each[seen] for each in at)] = rows["value"].to_numpy(dtype=float)[seen]
    return PerTrial(kind, name, tuple(map(int, kept)), tuple(map(str, lines)), values)


def _order(line: str | int) -> int:
    """Splits in the order of their use; epochs as they are."""
    splits: Sequence[str] = ("train", "validation", "test")
    return splits.index(line) if isinstance(line, str) and line in splits else int(line)


def _thinned(places: np.ndarray, budget: int) -> np.ndarray:
    """At most as many as the budget allows, the first and the last among them."""
    most = int(np.clip(budget, LEAST, MOST))
    if len(places) <= most:
        return places
    chosen: np.ndarray = places[np.linspace(0, len(places) - 1, most).round().astype(int)]
    return chosen
