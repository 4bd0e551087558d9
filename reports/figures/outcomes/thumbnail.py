"""Draws `outcomes` as a picture of a few centimetres, for lists of studies."""

from base64 import b64encode
from collections.abc import Iterable, Iterator

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.outcomes.outcomes import Outcomes, x_position
from orchestrator.reports.figures.palette import LOOKS
from orchestrator.reports.figures.records import linear_range

WIDTH, HEIGHT = 160, 90
_PAD = 7
_MOST = 120  # variants; of more, every second, third …


def thumbnail(view: Scheme, results: Outcomes) -> str | None:
    """An SVG as data URI: mean and interval of each variant, in its colour, panels side by side.

    It follows light and dark by itself. None while no trial has a final value.
    """
    shown = [v for v in view.plan.variants if results[v.variant_id].mean is not None]
    if not shown:
        return None
    shown = shown[:: -(-len(shown) // _MOST)]
    drawing = f"<style>{''.join(_styles())}</style>{''.join(_marks(view, shown, results))}"
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{drawing}</svg>'
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _styles() -> Iterator[str]:
    yield "path{stroke-width:1.2}"
    for dark in (False, True):
        rules = "".join(
            f".c{place}{{fill:{colour};stroke:{colour}}}"
            for place, look in enumerate(LOOKS)
            for colour in [look.dark if dark else look.light]
        )
        yield f"@media(prefers-color-scheme:dark){{{rules}}}" if dark else rules


def _marks(view: Scheme, shown: list[Variant], results: Outcomes) -> Iterable[str]:
    """A dot with its interval for each variant."""
    x_of = {v.variant_id: _x(view, v) for v in shown}
    left, right = min(x_of.values()), max(x_of.values())
    ends = [end for v in shown for end in _ends(results, v)]
    low, high = linear_range(ends, pad=0.02) or [0.0, 1.0]
    for variant in shown:
        x = _PAD + (WIDTH - 2 * _PAD) * (x_of[variant.variant_id] - left) / ((right - left) or 1)
        bottom, mean, top = (
            HEIGHT - _PAD - (HEIGHT - 2 * _PAD) * (end - low) / (high - low)
            for end in _ends(results, variant)
        )
        colour = f"c{view.colour(variant) % len(LOOKS)}"
        yield f'<path class="{colour}" d="M{x:.1f} {bottom:.1f}V{top:.1f}"/>'
        yield f'<circle class="{colour}" cx="{x:.1f}" cy="{mean:.1f}" r="2.2"/>'


def _x(view: Scheme, variant: Variant) -> float:
    """As in the main figure, panels of the column factor one after another."""
    roles = view.roles
    panel = len(view.plan.factors[roles.x]) if roles.x else len(view.legend)
    columns = view.place(roles.columns, variant) if roles.columns else 0
    return columns * (panel + 0.5) + x_position(view, variant)


def _ends(results: Outcomes, variant: Variant) -> tuple[float, float, float]:
    """Low, mean, high; without an interval three times the mean."""
    outcome = results[variant.variant_id]
    mean = outcome.mean or 0.0
    return (
        outcome.low if outcome.low is not None else mean,
        mean,
        outcome.high if outcome.high is not None else mean,
    )
