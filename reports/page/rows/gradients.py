"""Decay of the gradient → rows of the page's tables."""

import math
from collections.abc import Mapping, Sequence

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.gradients.time_decay import quantities_of, sites_of
from orchestrator.reports.page.rows.rows import Cell, Row, level_cells
from orchestrator.reports.statistics.comparisons.comparisons import Comparison
from orchestrator.reports.statistics.gradients.decay import Profile
from orchestrator.reports.statistics.gradients.decay_comparisons import DecayComparisons
from orchestrator.reports.statistics.gradients.geometric import Estimate
from orchestrator.reports.statistics.gradients.influence import Correlation, Influence
from orchestrator.reports.statistics.gradients.probed_epochs import first_and_last
from orchestrator.reports.statistics.gradients.theory import FORWARD, Theory
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile, half_life
from orchestrator.reports.text import names
from orchestrator.reports.text.captions.gradients.influence import correlation_text
from orchestrator.reports.text.captions.gradients.time_decay import site_text
from orchestrator.reports.text.phrases import epoch_text

WORDS = {"better": "larger", "worse": "smaller", "undecided": "undecided", "equivalent": "equal",
         "no effect": "the same"}  # fmt: skip


def decay_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row per variant with at least two hidden layers: factor and total at both ends."""
    found = [p for p in analysis.profiles if p.quantity == "delta" and p.hidden >= 2]
    of = {(p.variant_id, p.epoch): p for p in found}
    epochs = decay_epochs(analysis)
    known = {variant for variant, _ in of}
    return tuple(
        Row(
            level_cells(view, variant),
            (
                *_decay_cells(of, variant.variant_id, epochs),
                *_theory_cells(analysis, "depth", variant.variant_id),
            ),
            variant=view.order[variant.variant_id],
        )
        for variant in view.plan.variants
        if variant.variant_id in known
    )


def decay_epochs(analysis: Analysis) -> tuple[int, ...]:
    """The first and last probed epoch."""
    return tuple(first_and_last(p.epoch for p in analysis.profiles if p.quantity == "delta"))


def decay_titles(analysis: Analysis) -> tuple[str, ...]:
    return tuple(epoch_text(epoch) for epoch in decay_epochs(analysis))


def _decay_cells(
    of: Mapping[tuple[str, int], Profile], variant: str, epochs: tuple[int, ...]
) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for epoch in epochs:
        profile = of.get((variant, epoch))
        cells += [_estimate_cell(profile.factor if profile else None)]
        cells += [_estimate_cell(profile.total if profile else None)]
        cells += [
            Cell(
                str(sum(profile.by_place.zeros)) if profile else "–",
                sum(profile.by_place.zeros) if profile else None,
            )
        ]
    return tuple(cells)


def time_decay_rows(view: Scheme, analysis: Analysis) -> tuple[Row, ...]:
    """One row per variant, layer and state: factor and half-life at both ends."""
    of = {(p.variant_id, p.site, p.quantity, p.epoch): p for p in analysis.time_profiles}
    epochs = first_and_last(p.epoch for p in analysis.time_profiles)
    known = {key[:3] for key in of}
    return tuple(
        Row(
            (*level_cells(view, variant), *_state_cells(site, place, quantity)),
            (
                *(cell for epoch in epochs for cell in _time_cells(of.get((*key, epoch)))),
                *_theory_cells(analysis, "time", *key),
            ),
            variant=view.order[variant.variant_id],
        )
        for variant in view.plan.variants
        for place, site in enumerate(sites_of(analysis.time_profiles))
        for quantity in quantities_of(analysis.time_profiles)
        if (key := (variant.variant_id, site, quantity)) in known
    )


def _state_cells(site: str, place: int, quantity: str) -> tuple[Cell, ...]:
    """hidden_grad → hidden."""
    return Cell(site_text(site), place), Cell(quantity.removesuffix("_grad"), quantity)


def time_decay_titles(analysis: Analysis) -> tuple[str, ...]:
    return tuple(
        epoch_text(epoch) for epoch in first_and_last(p.epoch for p in analysis.time_profiles)
    )


def _time_cells(profile: TimeProfile | None) -> tuple[Cell, ...]:
    if profile is None:
        return (Cell("–"),) * 3
    zeros = sum(profile.by_place.zeros)
    half = _half_life_cell(profile.factor)
    return _estimate_cell(profile.factor), half, Cell(str(zeros), zeros)


def _half_life_cell(factor: Estimate | None) -> Cell:
    """Sorted by the factor, with which it grows: "∞" is no number."""
    if factor is None:
        return Cell("–")
    texts = [names.steps_text(half_life(x)) for x in (factor.value, factor.low, factor.high) if x]
    ends_ = f" [{texts[1]}, {texts[2]}]" if len(texts) == 3 else ""
    return Cell(f"{texts[0]}{ends_}", factor.value)


def _estimate_cell(estimate: Estimate | None) -> Cell:
    if estimate is None:
        return Cell("–")
    if estimate.low is None:
        return Cell(names.factor_text(estimate.value), estimate.value)
    ends = f"[{names.factor_text(estimate.low)}, {names.factor_text(estimate.high)}]"
    return Cell(f"{names.factor_text(estimate.value)} {ends}", estimate.value)


def _theory_cells(
    analysis: Analysis, axis: str, variant: str, site: str = FORWARD, quantity: str = ""
) -> tuple[Cell, ...]:
    """The expected factor and how far the measured one is from it; none where no theory is."""
    found = analysis.gradients.theories.by_axis[axis]
    if not found:
        return ()
    theory = found.get(variant) if site == FORWARD and quantity != "cell_grad" else None
    return _factor_cell(theory), _deviation_cell(theory)


def _factor_cell(theory: Theory | None) -> Cell:
    if theory is None or theory.factor is None:
        return Cell("–")
    return Cell(f"{theory.factor:.4g}", theory.factor)


def _deviation_cell(theory: Theory | None) -> Cell:
    if theory is None or theory.deviation is None:
        return Cell("–")
    return Cell(names.percent_text(theory.deviation), theory.deviation)


def comparison_tables(view: Scheme, analysis: Analysis, axis: str) -> tuple[tuple[Row, ...], str]:
    """One row per contrast of factors, before training and after it; and the adjustment's name."""
    found = [each for each in analysis.gradients.comparisons if each.axis == axis]
    by_id = {variant.variant_id: variant for variant in view.plan.variants}
    known = [v for v in by_id if any(v == row.variant for f in found for row in f.compared.rows)]
    rows = tuple(
        Row(
            level_cells(view, by_id[variant]),
            tuple(_compared(variant, found)),
            variant=view.order[variant],
        )
        for variant in known
    )
    return rows, " and ".join(dict.fromkeys(each.compared.adjustment for each in found))


def comparison_titles(analysis: Analysis, axis: str) -> tuple[str, ...]:
    return tuple(epoch_text(c.epoch) for c in analysis.gradients.comparisons if c.axis == axis)


def _compared(variant: str, found: Sequence[DecayComparisons]) -> list[Cell]:
    cells: list[Cell] = []
    for each in found:
        row = next((row for row in each.compared.rows if row.variant == variant), None)
        cells += _contrast_cells(row) if row else [Cell("–")] * 4
    return cells


def _contrast_cells(row: Comparison) -> list[Cell]:
    """ratio [interval], n, p adjusted, word."""
    ratio = [math.exp(x) for x in (row.difference, *row.shown) if x is not None]
    texts = [f"{x:.3g}" for x in ratio]
    interval = f" [{texts[1]}, {texts[2]}]" if len(texts) == 3 else ""
    n = f"{row.n}{'' if row.method == 'paired' else ' ' + row.method}"
    return [
        Cell(f"{texts[0]}{interval}", row.difference),
        Cell(n, row.n),
        Cell(names.p_text(row.p_adjusted), row.p_adjusted),
        Cell(WORDS[row.verdict], WORDS[row.verdict]),
    ]


def influence_rows(analysis: Analysis, axis: str) -> tuple[Row, ...]:
    """One row per probe: rank correlations with what the variants reached."""
    found = [each for each in analysis.gradients.influences if each.axis == axis]
    return tuple(
        Row((Cell(epoch_text(each.epoch), each.epoch),), _influence_cells(each)) for each in found
    )


def _influence_cells(found: Influence) -> tuple[Cell, ...]:
    n = Cell(str(found.arrives.n), found.arrives.n)
    return n, _correlation_cell(found.arrives), _correlation_cell(found.change)


def _correlation_cell(found: Correlation) -> Cell:
    return Cell("–") if found.rho is None else Cell(correlation_text(found), found.rho)
