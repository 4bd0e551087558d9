"""An axis whose values are logarithms of factors, labelled with the factors."""

import math
from collections.abc import Iterator

from orchestrator.gradient_metrics import FACTOR
from orchestrator.reports.figures.records import Layout
from orchestrator.reports.text.names import value_text

MOST_TICKS = 7
MOST_STEPS = 10_000
_STEPS = (
    0.0001,
    0.0002,
    0.0005,
    0.001,
    0.002,
    0.005,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
)  # of factors near 1


def factor_axis(span: list[float] | None) -> Layout:
    """The axis over `span`, natural logarithms."""
    if not span:
        return {}
    ticks = _ticks(*span)
    return {"range": span, "tickvals": ticks, "ticktext": [_label(x) for x in ticks]}


def hover(unit: str, place: int) -> str:
    """The value in a hover text: a factor is written out, as entry `place` of customdata."""
    return f"%{{customdata[{place}]}}" if unit == FACTOR else "%{y}"


def _label(log: float) -> str:
    """×1.05, ÷50; from 10,000 on as in the text."""
    ratio = math.exp(abs(log))
    if ratio > 9999.5:
        return value_text(log, FACTOR)
    return f"{'÷' if log < 0 else '×'}{ratio:.5g}"


def _ticks(low: float, high: float) -> list[float]:
    """The finest round factors of which no more than `MOST_TICKS` lie in the range."""
    for candidates in _grids(low, high):
        inside = sorted({x for x in candidates if low <= x <= high})
        if 2 <= len(inside) <= MOST_TICKS:
            return inside
    return [low, (low + high) / 2, high]


def _grids(low: float, high: float) -> Iterator[list[float]]:
    """Even steps near 1, then 1, 2, 5 in each power of ten, then powers of ten, ever fewer."""
    if high - low < math.log(4):
        for step in _STEPS:
            first, last = (math.floor(math.expm1(abs(end)) / step) + 1 for end in (low, high))
            sizes = [math.log1p(step * i) for i in range(min(max(first, last), MOST_STEPS) + 1)]
            yield [*sizes, *(-x for x in sizes)]
    first, last = math.floor(low / math.log(10)), math.ceil(high / math.log(10))
    for digits in ((1, 2, 5), (1, 3), (1,)):
        yield [_log(d, p) for p in range(first, last + 1) for d in digits]
    for every in (2, 3, 5, 10, 20, 50, 100):
        yield [_log(1, p) for p in range(first, last + 1) if p % every == 0]


def _log(digit: int, power: int) -> float:
    """Below 1 the mirror image: ÷2 and ÷5 are as round as ×2 and ×5."""
    return (
        math.log(digit) + power * math.log(10)
        if power >= 0
        else (power + 1) * math.log(10) - math.log(digit)
    )
