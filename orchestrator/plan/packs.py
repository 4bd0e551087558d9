"""Trials → packs: those that can be trained side by side, in portions that keep workers busy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from math import ceil

from orchestrator.plan.cost import trial_cost
from orchestrator.plan.duration import UNKNOWN, Speeds
from orchestrator.plan.identity import Fingerprints, pack_id
from orchestrator.plan.pack_size import PackSize
from orchestrator.plan.records import Pack, Trial
from orchestrator.plan.samples import sample_of
from orchestrator.plan.stackable import Structure, structure
from orchestrator.plan_document import Identity
from orchestrator.study.records import Study


def make_packs(
    study: Study,
    todo: Sequence[Trial],
    kept: Iterable[Sequence[str]],
    workers: int,
    prints: Fingerprints,
    speeds: Speeds = UNKNOWN,
) -> tuple[Pack, ...]:
    """Every trial in exactly one pack, the most expensive pack first.

    kept: trial ids of packs of an interrupted run. One whose trials are all still to be trained
    stays as it was, so that it gives the same bits again, whatever is known by now.
    speeds: of earlier packs; from them, packs that would take too long to be lost are known.
    """
    is_shared = study.resources.workers > 1  # which train one trial at a time
    is_own = not study.loops  # whose trials are run one by one
    structures = _structures(todo)
    portions = list(_unchanged(todo, () if is_shared else kept, structures))
    taken = {trial.trial_id for portion in portions for trial in portion}
    groups: dict[Structure, list[Trial]] = {}
    for trial in todo:
        if trial.trial_id not in taken:
            groups.setdefault(structures[id(trial.variant)], []).append(trial)
    together = [*groups.values(), *portions]
    limits = PackSize.of(together, workers, study.resources, speeds)
    for group in groups.values():
        most = 1 if is_shared or is_own else limits.most(group)
        portions += _split(sorted(group, key=_replicate), most)
    pack = partial(_pack, study, prints, prints.identity)
    return tuple(pack(portion) for portion in sorted(portions, key=_cost))


def _structures(trials: Iterable[Trial]) -> dict[int, Structure]:
    """By the id() of their variant: tuning has one object a point, and replicates share theirs."""
    variants = {id(trial.variant): trial.variant for trial in trials}
    return {key: structure(variant.settings) for key, variant in variants.items()}


def _replicate(trial: Trial) -> int:
    return trial.replicate


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
    """PackSize of nearly equal size. Replicates stay together: they share their data."""
    count = ceil(len(group) / members)
    ends = [len(group) * i // count for i in range(count + 1)]
    for start, end in pairwise(ends):
        yield group[start:end]


def _cost(portion: list[Trial]) -> int:
    """Negative, for the most expensive to come first."""
    return -len(portion) * trial_cost(portion[0].variant.settings.flat)


def _pack(study: Study, prints: Fingerprints, identity: Identity, trials: list[Trial]) -> Pack:
    settings = trials[0].variant.settings
    digest, sample = prints.code_digest(settings), sample_of(settings, study.seed, identity)
    return Pack(pack_id(trials), tuple(trials), study.name, study.seed, digest, sample)
