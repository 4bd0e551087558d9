"""Splits a pack in two, to find the member that makes it fail."""

from dataclasses import replace

from orchestrator.plan.identity import pack_id
from orchestrator.plan.records import Pack


def bisect(pack: Pack) -> tuple[Pack, Pack]:
    """Two packs of the same trials, in the same order. The pack has at least two."""
    middle = len(pack.trials) // 2
    return _subset(pack, slice(None, middle)), _subset(pack, slice(middle, None))


def _subset(pack: Pack, members: slice) -> Pack:
    trials = pack.trials[members]
    return replace(pack, trials=trials, pack_id=pack_id(trials))
