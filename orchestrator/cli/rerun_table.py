"""`orch run --trial` for people: final values beside those stored, and how far all values agree."""

from collections.abc import Iterator

from orchestrator.run.rerun import Rerun, Trained
from orchestrator.store.trial import Measured, Stored


def lines(again: Rerun, trained: Trained) -> Iterator[str]:
    """Final values side by side, and whether all values are the same bits."""
    yield f"trained again, alone: {trained.status} in {trained.wall_s:.1f} s"
    stored = again.stored
    before = stored.final if stored else {}
    names = [*{**trained.final, **before}]
    width = max((len(name) for name in names), default=0)
    yield f"{'final':<{width}}  {'again':>12}" + f"  {'stored':>12}" * bool(stored)
    for name in names:
        cells = [trained.final.get(name), *([before.get(name)] if stored else [])]
        yield f"{name:<{width}}" + "".join(f"  {_number(value):>12}" for value in cells)
    yield _verdict(again, trained, stored)
    yield f"nothing was written: {again.results} is as it was"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.8g}"


def _verdict(again: Rerun, trained: Trained, stored: Stored | None) -> str:
    if stored is None:
        return "the store has no result of this trial to compare it with"
    if stored.status == "failed":
        return f"the stored one failed: {str(stored.error).splitlines()[0]}"
    if again.is_same:
        return f"the same bits as stored, all {len(stored.values):,} metrics and gradients"
    only = len(trained.values.keys() ^ stored.values.keys())
    return (
        f"not the same bits as stored ({stored.how}): {_farthest(trained.values, stored.values)}"
        + f"; {only:,} measured in one of them only" * bool(only)
    )


def _farthest(again: Measured, stored: Measured) -> str:
    """How many values differ, and which one most."""
    off = {
        key: abs(again[key] - stored[key]) / max(abs(again[key]), abs(stored[key]))
        for key in again.keys() & stored.keys()
        if again[key] != stored[key]
    }
    if not off:
        return "no value differs"
    worst = max(off, key=lambda key: off[key])
    return (
        f"{len(off):,} of {len(stored):,} values differ, at most by {off[worst]:.1g} of the value "
        f"({worst})"
    )
