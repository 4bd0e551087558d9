"""Words of the sections on the tuning and its audit."""

from collections.abc import Collection, Iterator

import numpy as np

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.statistics.tuning.tuning import Tuning
from orchestrator.reports.statistics.tuning.tuning_audit import Audit
from orchestrator.reports.text.names import count_text, difference_unit, metric_text, sd_text


def summary(found: Tuning) -> str:
    tune = found.tune
    again = f", {tune.studies} times over" if tune.studies > 1 else ""
    lost = [f", {n} {status}" for status, n in found.counts.items() if status != "completed"]
    return (
        f"Each variant got its own {', '.join(tune.settings)}: {count_text(tune.points, 'point')} "
        f"({tune.method}) with {count_text(tune.replicates, 'seed')} each{again}, chosen by "
        f"{metric_text(tune.select)}. That took {count_text(found.trials, 'trial')}"
        f"{''.join(lost)}. None of their seeds is used elsewhere on this page, and none of them "
        "has seen the test set."
    )


def luck(plan: PlanDocument, found: Tuning | None) -> str:
    """How much depends on which tuning it was, and whether intervals contain that."""
    if found is None:
        return ""
    if found.tune.studies == 1:
        return (
            "Every variant was tuned once. How much its result depends on the luck of that one "
            "search is not known, and no interval on this page contains it; tune.studies above 1 "
            "would show it."
        )
    return " ".join([*_spreads(plan, found), _intervals(found.tune.studies, plan.replicates)])


def _spreads(plan: PlanDocument, found: Tuning) -> Iterator[str]:
    """The typical variant, in the metric's unit."""
    spreads = [variant.spread for variant in found.variants if variant.spread]
    known = [(each.between, each.by_seeds) for each in spreads if each.by_seeds is not None]
    if known:
        unit = plan.compare.unit
        between, by_seeds = (float(np.median(x)) for x in zip(*known, strict=True))
        moved = f"{sd_text(between, unit)} {difference_unit(unit)}".rstrip()
        yield (
            f"From one tuning to the next, a variant's mean typically moves by an sd of "
            f"{moved}; seeds alone would make "
            f"about {sd_text(by_seeds, unit)}."
        )


def _intervals(studies: int, n: int) -> str:
    if studies >= n:
        return "Every replicate has its own tuning, so that intervals and tests contain it."
    return (
        f"Intervals and tests contain that, but as if each of the {n} replicates had been tuned "
        f"by itself; there are {studies} tunings, so where they differ by more than seeds would, "
        "intervals are too narrow."
    )


def audit_failures(audits: Collection[Audit]) -> str:
    """3 of 4 variants fail."""
    fails = sum(audit.fails for audit in audits)
    return f"{fails} of {count_text(len(audits), 'variant')} fail." if fails else ""
