"""Which trials a study has, in which order, and which packs of the store their rows come from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from orchestrator.plan_document import PlanDocument, Variant
from orchestrator.store.pack_files import Entry


@dataclass(frozen=True)
class Planned:
    """The trials of a plan document, in its order."""

    study: str
    factors: tuple[str, ...]
    variants: tuple[Variant, ...]

    @classmethod
    def of(cls, plan: PlanDocument) -> "Planned":
        return cls(plan.study, tuple(plan.factors), plan.variants)

    @cached_property
    def trials(self) -> list[str]:
        return [trial.trial_id for trial in self.places]

    def rank(self, table: pa.Table) -> NDArray[np.int64]:
        """(rows,) the place of each row's trial in the plan, or -1."""
        places = pc.index_in(table["trial_id"], pa.array(self.trials, pa.string()))
        return np.asarray(places.fill_null(-1), np.int64)

    @cached_property
    def places(self) -> tuple["Place", ...]:
        """(trials,) where each of them stands in the study; tuning first."""
        return tuple(place for variant in self.variants for place in _places_in(variant))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a trial stands in a study. It may have been trained for another one."""

    trial_id: str
    variant: Variant
    phase: str
    tuning_study: int | None
    point: int | None


def _places_in(variant: Variant) -> Iterator[Place]:
    for point in variant.tuning:
        for trial in point.trials:
            yield Place(trial, variant, "tuning", point.tuning_study, point.point)
    selected = variant.selected
    for replicate, planned in enumerate(variant.trials):
        best = selected[replicate % len(selected)] if selected else None
        place = (best.tuning_study, best.point) if best else (None, None)
        if planned is not None:  # its settings are selected
            yield Place(planned, variant, "replication", *place)


@dataclass(frozen=True)
class Sources:
    """Which pack the rows of each planned trial are taken from.

    packs: their ids. chosen: (trials,) place in `packs`, or -1 for a trial not in the store.
    """

    packs: tuple[str, ...]
    chosen: NDArray[np.int32]

    @classmethod
    def of(cls, stored: Mapping[str, Entry], planned: Planned) -> "Sources":
        found = [stored.get(trial) for trial in planned.trials]
        packs = dict.fromkeys(entry.pack_id for entry in found if entry)
        place = {pack: number for number, pack in enumerate(packs)}
        chosen = [place[entry.pack_id] if entry else -1 for entry in found]
        return cls(tuple(packs), np.array(chosen, np.int32))

    def order(self, ranks: NDArray[np.int64], owners: NDArray[np.int32]) -> NDArray[np.int64]:
        """Indices of the rows that count, in the order of the plan.

        ranks, owners: (rows,) places of each row's trial in the plan and of its pack in `packs`.
        The sort is stable: rows of one trial keep the order in which training wrote them.
        """
        counts = np.flatnonzero((ranks >= 0) & (self.chosen[ranks] == owners))
        return counts[np.argsort(ranks[counts], kind="stable")]
