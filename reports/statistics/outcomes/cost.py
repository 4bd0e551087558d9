"""What the study cost: seconds of each variant's trials, and how much of the run was training."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from orchestrator.reports.data.read import Tables


@dataclass(frozen=True)
class Spent:
    """Training time of one variant's trials."""

    n: int
    mean_s: float  # of one trial
    total_s: float


@dataclass(frozen=True)
class Cost:
    """Seconds of wall time."""

    by_variant: Mapping[str, Spent]  # variant id → its trials that completed or diverged
    training_s: float  # of all trials, tuning included, one after another
    trials: int
    together: float  # mean number of trials that shared a pack, over trials
    execution: Mapping[str, int]  # stacked | sequential → trials
    busy: float | None  # share of the workers' time that packs took; None where no run has finished


def cost(tables: Tables) -> Cost | None:
    """None while no trial is in the store.

    Answers: what does one more replicate of a variant cost, and where did the time of the run go?
    Assumes: the members of a pack share its time alike, as each row says; packs side by side slow
        each other down as much as they did here.
    Misleads: as a comparison of architectures. Variants that trained in one pack have the same
        time by construction, and a machine that did other work too was slower than it is.
    Source: `wall_s` of trials.parquet; `pack_finished` and `study_finished` of events.jsonl.
    """
    own = _trained(tables.trials)
    done = pd.concat([own, _trained(tables.tuning)], ignore_index=True)
    if done.empty:
        return None
    table = own.groupby("variant_id")["wall_s"].agg(["size", "mean", "sum"])
    packs = done["pack_id"].value_counts()
    return Cost(
        {str(row.Index): Spent(int(row[1]), float(row[2]), float(row[3]))
         for row in table.itertuples()},
        float(done["wall_s"].sum()), len(done),
        float((packs**2).sum() / packs.sum()) if len(packs) else 1.0,
        {str(name): int(n) for name, n in done["execution"].value_counts().items()},
        _busy(tables),
    )  # fmt: skip


def _trained(trials: pd.DataFrame) -> pd.DataFrame:
    """Those that completed or diverged: what a failed one took is not recorded."""
    done = trials[trials["status"].isin(["completed", "diverged"])]
    return done.assign(wall_s=done["wall_s"].astype(float)).dropna(subset=["wall_s"])


def _busy(tables: Tables) -> float | None:
    """Of finished runs: seconds of their packs over seconds × workers."""
    packs_s, capacity_s = 0.0, 0.0
    own_s, workers = 0.0, 0
    for event in tables.events:
        if event["event"] == "study_started":
            own_s, workers = 0.0, int(event.get("workers") or 0)
        elif event["event"] == "pack_finished":
            own_s += float(event.get("wall_s") or 0.0)
        elif event["event"] == "study_finished":
            packs_s, capacity_s = packs_s + own_s, capacity_s + workers * float(event["wall_s"])
    return packs_s / capacity_s if packs_s and capacity_s else None
