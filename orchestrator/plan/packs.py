"""Trials → packs: those that can be trained side by side, in portions that keep workers busy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil

from models.settings import Settings
from orchestrator.plan.cost import trial_cost
from orchestrator.plan.identity import Fingerprints, pack_id
from orchestrator.plan.records import Pack, Trial
from orchestrator.study.records import Level, Study, TrialSettings, flatten

STACKABLE = (
    *("training.learning_rate", "training.momentum", "training.weight_decay"),
    *("training.clip_norm", "training.clip_value"),
)
"""Settings in which the members of a pack may differ, besides the replicate and `model.init.*`."""

SMALLEST, LARGEST = 8, 64  # members: below, stacking gains little; above, a worker waits for long
ROUNDS = 4  # packs per worker, so that the last ones to finish leave few idle

Structure = tuple[tuple[tuple[str, Level], ...], ...]


def structure(settings: TrialSettings) -> Structure:
    """What the members of a pack have in common."""
    return tuple(_structure(name, section) for name, section in settings.sections)


@lru_cache(maxsize=10_000)
def _structure(name: str, section: Settings) -> tuple[tuple[str, Level], ...]:
    return tuple((path, value) for path, value in flatten(name, section) if not is_stackable(path))


def is_stackable(path: str) -> bool:
    return path in STACKABLE or path.startswith("model.init.")


def make_packs(
    study: Study,
    todo: Sequence[Trial],
    kept: Iterable[Sequence[str]],
    workers: int,
    prints: Fingerprints,
) -> tuple[Pack, ...]:
    """Every trial in exactly one pack, the most expensive pack first.

    kept: trial ids of packs of an interrupted run. One whose trials are all still to be trained
    stays as it was, so that it gives the same bits again.
    """
    members = _members(len(todo), workers)
    structures = _structures(todo)
    portions = list(_unchanged(todo, kept, structures))
    taken = {trial.trial_id for portion in portions for trial in portion}
    groups: dict[Structure, list[Trial]] = {}
    for trial in todo:
        if trial.trial_id not in taken:
            groups.setdefault(structures[id(trial.variant)], []).append(trial)
    for group in groups.values():
        portions += _split(sorted(group, key=lambda trial: trial.replicate), members)
    return tuple(_pack(study, portion, prints) for portion in sorted(portions, key=_cost))


def _structures(trials: Iterable[Trial]) -> dict[int, Structure]:
    """By the id() of their variant: tuning has one object a point, and replicates share theirs."""
    variants = {id(trial.variant): trial.variant for trial in trials}
    return {key: structure(variant.settings) for key, variant in variants.items()}


def _members(trials: int, workers: int) -> int:
    return min(max(ceil(trials / (ROUNDS * max(workers, 1))), SMALLEST), LARGEST)


def _unchanged(
    todo: Sequence[Trial], kept: Iterable[Sequence[str]], structures: Mapping[int, Structure]
) -> Iterator[list[Trial]]:
    free = {trial.trial_id: trial for trial in todo}
    for ids in kept:
        if ids and len(set(ids)) == len(ids) and all(trial_id in free for trial_id in ids):
            portion = [free[trial_id] for trial_id in ids]
            if len({structures[id(trial.variant)] for trial in portion}) == 1:
                yield portion
                for trial_id in ids:
                    del free[trial_id]


def _split(group: list[Trial], members: int) -> Iterator[list[Trial]]:
    """Portions of nearly equal size. Replicates stay together: they share their data."""
    count = ceil(len(group) / members)
    ends = [len(group) * i // count for i in range(count + 1)]
    for start, end in pairwise(ends):
        yield group[start:end]


def _cost(portion: list[Trial]) -> int:
    """Negative, for the most expensive to come first."""
    return -len(portion) * trial_cost(portion[0].variant.settings.flat)


def _pack(study: Study, trials: list[Trial], prints: Fingerprints) -> Pack:
    digest = prints.code_digest(trials[0].variant.settings)
    return Pack(pack_id(trials), tuple(trials), study.name, study.seed, digest)
