"""Splitting a pack, to find out which of its members brings the others down."""

from dataclasses import replace

from orchestrator.plan.identity import pack_id
from orchestrator.plan.records import Pack


def halves(pack: Pack) -> tuple[Pack, Pack]:
    """Two packs of the same trials, in the same order. The pack has at least two."""
    middle = len(pack.trials) // 2
    return _part(pack, slice(None, middle)), _part(pack, slice(middle, None))


def _part(pack: Pack, place: slice) -> Pack:
    trials = pack.trials[place]
    return replace(pack, trials=trials, pack_id=pack_id(trials))
