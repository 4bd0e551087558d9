"""The trials of a study in the order of its plan, and the packs from which their rows are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from orchestrator.plan_document import PlanDocument, Variant
from orchestrator.store.pack_files import Entry


@dataclass(frozen=True)
class PlanIndex:
    """The trials of a plan document, in its order.

    factors: their paths.
    """

    study: str
    factors: tuple[str, ...]
    variants: tuple[Variant, ...]

    @classmethod
    def of(cls, plan: PlanDocument) -> "PlanIndex":
        return cls(plan.study, tuple(plan.factors), plan.variants)

    @cached_property
    def trials(self) -> tuple["PlannedTrial", ...]:
        """All trials with known settings; of each variant those of tuning first."""
        return tuple(trial for variant in self.variants for trial in _trials_of(variant))

    @cached_property
    def trial_ids(self) -> list[str]:
        return [trial.trial_id for trial in self.trials]

    def rank(self, table: pa.Table) -> NDArray[np.int64]:
        """(rows,) index in `trials` of the trial of each row; -1 if the plan does not have it."""
        ranks = pc.index_in(table["trial_id"], pa.array(self.trial_ids, pa.string()))
        return np.asarray(ranks.fill_null(-1), np.int64)


@dataclass(frozen=True, slots=True)
class PlannedTrial:
    """A trial in the plan of a study. It may have been trained for another study."""

    trial_id: str
    variant: Variant
    phase: str
    tuning_study: int | None
    point: int | None


def _trials_of(variant: Variant) -> Iterator[PlannedTrial]:
    for point in variant.tuning:
        for trial in point.trials:
            yield PlannedTrial(trial, variant, "tuning", point.tuning_study, point.point)
    selected = variant.selected
    for replicate, trial_id in enumerate(variant.trials):
        best = selected[replicate % len(selected)] if selected else None
        origin = (best.tuning_study, best.point) if best else (None, None)
        if trial_id is not None:  # its settings are selected
            yield PlannedTrial(trial_id, variant, "replication", *origin)


@dataclass(frozen=True)
class Sources:
    """The pack from which the rows of each trial are read.

    packs: ids. chosen: (trials,) index in `packs`; -1 for a trial that is not in the store.
    """

    packs: tuple[str, ...]
    chosen: NDArray[np.int32]

    @classmethod
    def of(cls, stored: Mapping[str, Entry], index: PlanIndex) -> "Sources":
        found = [stored.get(trial) for trial in index.trial_ids]
        packs = dict.fromkeys(entry.pack_id for entry in found if entry)
        number_of = {pack: number for number, pack in enumerate(packs)}
        chosen = [number_of[entry.pack_id] if entry else -1 for entry in found]
        return cls(tuple(packs), np.array(chosen, np.int32))

    def having(self, folder: Path) -> "Sources":
        """Only the packs that have a part in this folder of the store."""
        kept = [(folder / f"{pack}.parquet").exists() for pack in self.packs]
        number_of = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)  # [-1]: not in the store
        packs = tuple(pack for pack, is_there in zip(self.packs, kept, strict=True) if is_there)
        return Sources(packs, number_of[self.chosen].astype(np.int32))

    def order(self, ranks: NDArray[np.int64], owners: NDArray[np.int32]) -> NDArray[np.int64]:
        """Indices of the rows to use, in the order of the plan.

        ranks, owners: (rows,) index of each row's trial in the plan, and of its pack in `packs`.
        The sort is stable: rows of a trial keep the order in which training wrote them.
        """
        used = np.flatnonzero((ranks >= 0) & (self.chosen[ranks] == owners))
        return used[np.argsort(ranks[used], kind="stable")]
