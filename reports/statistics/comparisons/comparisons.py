"""Each variant against its baseline: paired differences, test, adjustment, verdict."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from types import MappingProxyType
from typing import Literal

import numpy as np

from orchestrator.plan_document import Compare, PlanDocument, Variant
from orchestrator.reports.statistics.comparisons.equivalence import is_equivalent
from orchestrator.reports.statistics.comparisons.family import (
    ALPHA,
    DESCRIPTIVE_BELOW,
    Tested,
    paired_family,
    unpaired_family,
)
from orchestrator.reports.statistics.intervals import Floats
from orchestrator.reports.statistics.outcomes.bounds import at_bound, within_range
from orchestrator.reports.statistics.outcomes.divergence import Diverged, Sides, Values, counted
from orchestrator.reports.statistics.outcomes.solved import wilson

Verdict = Literal["better", "worse", "equivalent", "no effect", "undecided"]
VERDICTS: tuple[Verdict, ...] = ("better", "worse", "equivalent", "no effect", "undecided")
Method = Literal["paired", "unpaired", "none"]
NONE_DIVERGED: Mapping[str, Diverged] = MappingProxyType({})


@dataclass(frozen=True)
class Comparison:
    """One contrast, variant − baseline, in the metric's unit; None where it cannot be had."""

    metric: str
    baseline: str  # variant ids
    variant: str
    method: Method
    n: int  # pairs; unpaired: replicates of the smaller group
    diverged: int  # trials of both variants
    counted_as: float | None  # the value of each of them; None where none diverged
    bound: float | None  # an end of the metric's range that both variants reach; None if neither
    at_bound: int  # replicates in which both lie there
    difference: float | None
    sd: float | None  # of the paired differences
    effect_size: float | None
    beyond: int | None  # pairs that differ by more than the smallest difference that matters
    prob_better: float | None
    better_low: float | None = None  # 95 % interval of P(better), of pairs
    better_high: float | None = None
    ci_low: float | None = None  # 95 % interval of this difference alone
    ci_high: float | None = None
    simultaneous_low: float | None = None  # 95 % for all of the family; agrees with the verdict
    simultaneous_high: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    verdict: Verdict = "undecided"

    @property
    def descriptive(self) -> bool:
        return self.n < DESCRIPTIVE_BELOW

    @property
    def shown(self) -> tuple[float | None, float | None]:
        """The interval beside a verdict; where so few pairs cannot have one, this difference's."""
        if self.simultaneous_low is None:
            return self.ci_low, self.ci_high
        return self.simultaneous_low, self.simultaneous_high

    @property
    def stuck(self) -> bool:
        """Every replicate of both lies at one end of the metric's range: nothing can show."""
        return self.bound is not None and self.at_bound == self.n


@dataclass(frozen=True)
class Comparisons:
    """All contrasts of a study; `adjustment` names what p_adjusted was adjusted with."""

    rows: tuple[Comparison, ...]
    adjustment: str
    without_baseline: tuple[str, ...]  # variant ids whose baseline is excluded from the study


def comparisons(
    plan: PlanDocument,
    values: Mapping[str, Values],
    diverged: Mapping[str, Diverged] = NONE_DIVERGED,
    same: Collection[tuple[str, str]] = (),
) -> Comparisons:
    """Compares every variant with its baseline, as the plan names it.

    values: variant id → replicate → final value, of completed trials.
    diverged: variant id → replicate → the task's baseline.
    same: (variant, baseline) whose trials are the same bit for bit, see `identical`.

    Answers: which variants differ from the baseline by more than seeds explain, and by how much?
    Assumes: replicate r of both variants had the same split, batch order and initial draws, so
        that their difference is free of these; the family of contrasts was declared beforehand.
    Misleads: when trials failed. Then pairs are missing, the others are compared unpaired
        (Welch), and a variant that lost its worst seeds looks better than it is. Diverged trials
        are counted instead, by the convention of `divergence.counted`.
    Source: Dror et al. 2018; Bouthillier et al. 2021 (P(better) and its .75 rule).
    """
    pairs, orphans = contrasts(plan.variants)
    rows, adjusted = compare_pairs(plan.compare, pairs, values, diverged)
    marked = [
        replace(row, verdict="no effect") if (row.variant, row.baseline) in same else row
        for row in rows
    ]
    return Comparisons(tuple(marked), adjusted, orphans)


def compare_pairs(
    compare: Compare,
    pairs: Sequence[tuple[str, str]],
    values: Mapping[str, Values],
    diverged: Mapping[str, Diverged],
) -> tuple[tuple[Comparison, ...], str]:
    """One comparison a pair (variant, baseline), as one family, and what p was adjusted with."""
    sides = [sides_of(compare, *pair, values, diverged) for pair in pairs]
    rows = [_described(compare, *pair, s) for pair, s in zip(pairs, sides, strict=True)]
    tested = list(_tested(rows, sides))
    each = zip(rows, sides, tested, strict=True)
    return tuple(_judged(compare, *one) for one in each), adjustment(rows)


def contrasts(variants: Sequence[Variant]) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """([(variant, its baseline)], variants whose baseline is not in the study), by variant id."""
    known = {variant.variant_id for variant in variants}
    found = [(v.variant_id, v.baseline) for v in variants]
    orphans = tuple(variant for variant, base in found if base not in known)
    pairs = [(v, base) for v, base in found if base in known and base != v]
    return [(variant, str(base)) for variant, base in pairs], orphans


def sides_of(
    compare: Compare,
    variant: str,
    baseline: str,
    values: Mapping[str, Values],
    diverged: Mapping[str, Diverged],
) -> Sides:
    """Both sides of one contrast, by replicate, with the diverged trials counted."""
    lost = diverged.get(variant, {}), diverged.get(baseline, {})
    return counted(values[variant], values[baseline], *lost, direction=compare.direction)


def _described(compare: Compare, variant: str, baseline: str, sides: Sides) -> Comparison:
    """One contrast before it is tested: what can be said of its differences alone."""
    method = _method(sides)
    d = _differences(method, sides)
    sd = float(d.std(ddof=1)) if method == "paired" and d.size > 1 else None
    smallest = compare.smallest_difference
    wins = d if compare.direction == "maximize" else -d
    bound, reached = at_bound(compare, sides.variant, sides.baseline)
    row = Comparison(
        compare.metric, baseline, variant, method, min(len(sides.variant), len(sides.baseline)),
        sides.diverged, sides.counted_as, bound, reached,
        difference=float(d.mean()) if d.size else None,
        sd=sd,
        effect_size=_effect(d, _pooled_sd(sides) if method == "unpaired" else sd),
        beyond=int((np.abs(d) > smallest).sum()) if smallest and method == "paired" else None,
        prob_better=_share_above(wins) if d.size else None,
    )  # fmt: skip
    return _with_interval_of_wins(row)


def _method(sides: Sides) -> Method:
    a, b = sides.variant, sides.baseline
    if a and a.keys() == b.keys():
        return "paired"
    return "unpaired" if min(len(a), len(b)) >= 2 else "none"


def _arrays(sides: Sides) -> tuple[Floats, Floats]:
    return np.array(list(sides.variant.values())), np.array(list(sides.baseline.values()))


def _differences(method: Method, sides: Sides) -> Floats:
    """(n,) of pairs; (n · m,) of all against all where replicates are not shared."""
    if method == "paired":
        return np.array([sides.variant[r] - sides.baseline[r] for r in sides.variant])
    return np.subtract.outer(*_arrays(sides)).ravel() if method == "unpaired" else np.empty(0)


def _pooled_sd(sides: Sides) -> float:
    """Cohen's, with the averaged variance."""
    return float(np.sqrt(np.mean([side.var(ddof=1) for side in _arrays(sides)])))


def _share_above(d: Floats) -> float:
    """P(d > 0), ties counted half."""
    return float((d > 0).mean() + (d == 0).mean() / 2)


def _effect(d: Floats, sd: float | None) -> float | None:
    """mean / sd; no number when nothing varies, except that no difference is no effect."""
    if sd is None:
        return None
    mean = float(d.mean())
    if sd > 1e-12 * abs(mean):
        return mean / sd
    return 0.0 if mean == 0 else None


def _with_interval_of_wins(row: Comparison) -> Comparison:
    """Wilson's interval of P(better); of pairs only, as all against all are not independent."""
    if row.method != "paired" or row.prob_better is None:
        return row
    low, high = wilson(row.prob_better * row.n, row.n)
    return replace(row, better_low=float(low), better_high=float(high))


def _tested(rows: Sequence[Comparison], sides: Sequence[Sides]) -> Iterator[Tested | None]:
    """The family's result of each contrast; None of those that cannot be tested."""
    each = list(zip(rows, sides, strict=True))
    paired = [side for row, side in each if row.method == "paired"]
    others = [_arrays(side) for row, side in each if row.method == "unpaired"]
    m = len(paired) + len(others)
    found = {
        "paired": iter(paired_family(paired, m)),
        "unpaired": iter(unpaired_family(others, m)),
    }
    return (next(found[row.method]) if row.method in found else None for row in rows)


def _judged(compare: Compare, row: Comparison, sides: Sides, tested: Tested | None) -> Comparison:
    if tested is None:
        return row
    row = replace(row, p_value=tested.p, p_adjusted=tested.adjusted)
    differences = _differences("paired", sides) if row.method == "paired" else None
    said = verdict(row, compare, tested, differences)
    together = tested.together
    if said in ("better", "worse"):
        together = cut(row.difference or 0.0, *together)
    alone, shown = (_known(within_range(compare, *ends)) for ends in (tested.alone, together))
    return replace(
        row, ci_low=alone[0], ci_high=alone[1],
        simultaneous_low=shown[0], simultaneous_high=shown[1], verdict=said,
    )  # fmt: skip


def verdict(
    row: Comparison, compare: Compare, tested: Tested, differences: Floats | None
) -> Verdict:
    """better | worse: p_adjusted ≤ .05. equivalent: see `equivalence.is_equivalent`.

    differences: (n,) paired ones, None of unpaired values.

    A difference that is certain but too small to matter is called equivalent. Where trials
    diverged it is not: how large the difference is then depends on what they are counted as. Nor
    is it where all values lie at the metric's bound: there a difference could not have shown.
    """
    if row.difference is None or row.p_adjusted is None or row.descriptive or row.stuck:
        return "undecided"
    smallest = compare.smallest_difference
    declared = smallest is not None and not row.diverged
    if declared and is_equivalent(tested.alone, tested.together, smallest or 0.0, differences):
        return "equivalent"
    if row.p_adjusted > ALPHA or row.difference == 0:
        return "undecided"
    return "better" if (row.difference > 0) == (compare.direction == "maximize") else "worse"


def cut(difference: float, low: float, high: float) -> tuple[float, float]:
    """A decided difference's interval without the part beyond 0.

    A later step of step-down max-T may reject 0 where the simultaneous interval holds it: that
    one has to hold for all differences at once, those included that earlier steps have decided.
    """
    return (max(low, 0.0), high) if difference > 0 else (low, min(high, 0.0))


def _known(ends: tuple[float, float]) -> tuple[float | None, float | None]:
    """None for both where so few pairs exclude nothing."""
    return ends if all(map(isfinite, ends)) else (None, None)


def adjustment(rows: Sequence[Comparison]) -> str:
    """What p_adjusted was adjusted with."""
    methods = {row.method for row in rows} - {"none"}
    names = {"paired": "step-down max-T", "unpaired": "Holm, of unpaired comparisons"}
    return "; ".join(name for method, name in names.items() if method in methods)
