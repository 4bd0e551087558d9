"""Every verdict in a sentence, and how many replicates would decide the open ones."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from orchestrator.plan_document import Compare, Level, PlanDocument
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.comparisons.comparisons import VERDICTS, Comparison, Verdict
from orchestrator.reports.statistics.comparisons.power import MOST
from orchestrator.reports.statistics.comparisons.replicates_needed import (
    ReplicatesNeeded,
    has_spread,
)
from orchestrator.reports.statistics.comparisons.shapes import Reason, Shape
from orchestrator.reports.statistics.outcomes.bounds import best_possible
from orchestrator.reports.statistics.outcomes.learning import unlearnt
from orchestrator.reports.statistics.outcomes.solved import wilson
from orchestrator.reports.text.improving import MORE, improving_text
from orchestrator.reports.text.names import (
    count_text,
    describe,
    effect_text,
    interval_text,
    measured_text,
    p_text,
    short_names,
)
from orchestrator.reports.text.phrases import beside, verdict_interval
from orchestrator.reports.variants import baseline_text, is_crossed, names_of

MANY = 0.5  # share of the replicates at a bound from which on a verdict says so
SHOWN = 6  # sentences at the terminal and at the top of the report
_NOTHING = object()


@dataclass(frozen=True)
class Statement:
    """One verdict in words."""

    verdict: Verdict
    text: str  # "relu is better than sigmoid at depth 8: +75.4 points [+69.0, +81.9]"


def statements(analysis: Analysis) -> tuple[Statement, ...]:
    """One sentence per comparison that has a difference: by verdict, largest differences first."""
    plan, found, idle = analysis.plan, analysis.replicates_needed, unlearnt(analysis.learning)
    pair = _pairs(plan)
    known = [row for row in analysis.comparisons.rows if row.difference is not None]
    known.sort(key=lambda row: (VERDICTS.index(row.verdict), -abs(row.difference or 0.0)))
    return tuple(
        Statement(row.verdict, _no_effect(*pair(row)))
        if row.verdict == "no effect"
        else Statement(
            row.verdict,
            _text(plan, pair, row, found)
            + improving_text(row, analysis.improving, *pair(row)[:2])
            + _unlike_shapes(plan.compare, row, analysis.shapes.get(row.variant))
            + _unlearnt(row, idle),
        )
        for row in known
    )


def _no_effect(own: str, base: str, where: str) -> str:
    """A fact about the networks, so without an interval."""
    return (
        f"{own} has no effect beside {base}{where}: in every replicate both trained the same "
        "network, bit for bit"
    )


Pair = Callable[[Comparison], tuple[str, str, str]]  # the two variants' names, and where


def _text(plan: PlanDocument, pair: Pair, row: Comparison, found: ReplicatesNeeded | None) -> str:
    unit = plan.compare.unit
    own, base, where = pair(row)
    said = {
        "equivalent": f"{own} and {base} are equivalent{where}",
        "undecided": f"{own} or {base}{where} is undecided",
    }.get(row.verdict) or f"{own} {beside(row.verdict, row.metric)} {base}{where}"
    interval = verdict_interval(row, unit)
    effect = f"{effect_text(row.difference, unit)} {interval}"
    return f"{said}: {effect}{_unseen(row)}{_lost(plan, row)}{_open(plan, row, found)}"


def _unseen(row: Comparison) -> str:
    """What an equivalence of means leaves open: seeds whose difference does matter."""
    if row.verdict != "equivalent" or row.beyond is None:
        return ""
    most = 100 * float(wilson(row.beyond, row.n)[1])
    if row.metric.endswith("/solved"):
        return f"; {row.beyond} of {row.n} seeds solved by one alone, up to {most:.0f} % possible"
    return f"; {row.beyond} of {row.n} replicates differ by more, up to {most:.0f} % of seeds may"


_SHAPES: Mapping[Reason, str] = MappingProxyType(
    {
        "two_groups": "the results of one fall into two groups",
        "skewed": "the differences are skewed",
    }
)


def _unlike_shapes(compare: Compare, row: Comparison, shape: Shape | None) -> str:
    """What holds where shapes are unlike: wins, and the median with its interval."""
    if shape is None:
        return ""
    what = _SHAPES[shape.reasons[0]]
    decided = row.verdict in ("better", "worse")
    so = ", so this speaks of symmetry, not of the mean" if decided else ""
    ties = f", equal in {shape.ties}" if shape.ties else ""
    median = effect_text(shape.median, compare.unit)
    interval = interval_text(shape.low, shape.high, compare.unit, signed=True)
    return (
        f"; {what}{so}: better in {shape.wins} of {shape.n} replicates{ties} "
        f"(sign test p {p_text(shape.p)}), median {median} {interval}"
    )


def _pairs(plan: PlanDocument) -> Pair:
    """Names are made once, as a study may have a thousand variants."""
    if is_crossed(plan):
        levels = {variant.variant_id: variant.levels for variant in plan.variants}
        short = short_names(plan.factors)
        return lambda row: apart(levels[row.variant], levels[row.baseline], short)
    names, base = names_of(plan), baseline_text(plan)
    return lambda row: (names[row.variant], base, "")


def apart(
    own: Mapping[str, Level], base: Mapping[str, Level], names: Mapping[str, str]
) -> tuple[str, str, str]:
    """("relu", "sigmoid", " at depth 8"): what two variants differ in, and what they share."""
    shared = {path: level for path, level in own.items() if base.get(path, _NOTHING) == level}
    texts = [
        describe({p: level for p, level in levels.items() if p not in shared}, names)
        for levels in (own, base)
    ]
    return texts[0], texts[1], f" at {describe(shared, names)}" if shared else ""


def _lost(plan: PlanDocument, row: Comparison) -> str:
    if row.counted_as is None:
        return ""
    value = measured_text(row.counted_as, plan.compare.unit)
    return f"; {row.diverged} of their {2 * plan.replicates} trials diverged and count as {value}"


def _open(plan: PlanDocument, row: Comparison, found: ReplicatesNeeded | None) -> str:
    """What keeps it from being decided."""
    return _at_bound(plan.compare, row) + _needs(row, found)


def _at_bound(compare: Compare, row: Comparison) -> str:
    """What follows a verdict whose replicates lie at a bound; nothing where few do."""
    if row.bound is None or row.at_bound < MANY * row.n:
        return ""
    verb = "reach" if row.bound == best_possible(compare) else "stay at"
    value = measured_text(row.bound, compare.unit)
    if row.stuck:
        return f"; both {verb} {value} in every replicate, so no difference can show"
    return f"; in {row.at_bound} of {row.n} replicates both {verb} {value}"


def _needs(row: Comparison, found: ReplicatesNeeded | None) -> str:
    if found is None or row.variant not in found.needed or not has_spread(row):
        return ""
    needed = found.needed[row.variant]
    if needed is None:
        return "" if found.by_chance else f"; probably more than {MOST} replicates"
    return f"; would take about {needed} replicates"


def _unlearnt(row: Comparison, idle: Sequence[str]) -> str:
    """idle: variants that are not shown to be better than the task's baseline."""
    if row.stuck or row.variant not in idle or row.baseline not in idle:
        return ""
    empty = ', so "equivalent" says nothing' if row.verdict == "equivalent" else ""
    return f"; neither mean is shown to be better than the task's baseline{empty}"


def shown(every: Sequence[Statement]) -> tuple[Statement, ...]:
    """All of a few; of many the first of each verdict, in turn."""
    if len(every) <= SHOWN:
        return tuple(every)
    by_verdict = [[s for s in every if s.verdict == word] for word in VERDICTS]
    ranked = [(place, s) for each in by_verdict for place, s in enumerate(each)]
    chosen = {id(s) for _, s in sorted(ranked, key=lambda pair: pair[0])[:SHOWN]}
    return tuple(s for s in every if id(s) in chosen)


def rest_text(every: Sequence[Statement]) -> str:
    """ "28 more: 20 better, 8 undecided", or nothing."""
    rest = Counter(s.verdict for s in every) - Counter(s.verdict for s in shown(every))
    listed = ", ".join(f"{rest[word]} {word}" for word in VERDICTS if rest[word])
    return f"{rest.total()} more: {listed}" if listed else ""


def next_step_text(found: ReplicatesNeeded | None) -> str:
    """What more epochs or replicates would probably do; nothing where nothing is open."""
    if found is None:
        return ""
    if found.improving:
        total = found.improving + found.undecided
        which = "it" if total == 1 else f"{found.improving} of them" if found.undecided else "them"
        return (
            f"{count_text(total, 'comparison')} undecided, and in {which} a variant was still "
            f"improving at the end: train longer, for example {MORE} times as many epochs, before "
            "you add replicates."
        )
    open_ = _undecided(found)
    if found.proposed is None and found.by_chance:
        return (
            f"{open_}: the differences seen are no larger than chance gives where nothing"
            " differs, so no number of replicates is proposed."
        )
    if found.proposed is None:
        which, small = "half of them", "these differences are too small for their spread"
        if found.undecided == 1:
            which, small = "it", "this difference is too small for its spread"
        needed = f"more than {MOST} replicates would probably be needed for {which}"
        return f"{open_}, and {needed}: {small}."
    which = "it" if found.undecided == 1 else f"{found.decided} of them"
    return (
        f"{open_}; {found.proposed} replicates in place of {found.now} would probably "
        f"decide {which}, unless hardly any variant differs:"
    )


def _undecided(found: ReplicatesNeeded) -> str:
    said = f"{count_text(found.undecided, 'comparison')} undecided"
    stuck = f" (besides {found.stuck} at a bound of the metric, where replicates do not help)"
    return f"{said}{stuck if found.stuck else ''}"
