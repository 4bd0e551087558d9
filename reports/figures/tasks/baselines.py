"""Draws `baselines`, and the threshold of solved tasks, as thin lines.

Their names are above the plot, where they cover no data.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orchestrator.plan_document import Variant
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.records import Layout, numbers
from orchestrator.reports.statistics.tasks.baselines import Baseline
from orchestrator.reports.text.captions.tasks import baselines as words
from orchestrator.reports.text.names import value_text

Baselines = Mapping[str, Sequence[Baseline]]  # by metric
_COLOUR = "rgba(128,128,128,1)"
_KEYS = {"dash": "– –", "dot": "· · ·"}  # of plotly → what the line looks like
_GAP = "\u2003"  # an em wide: plain spaces run together
_WIDEST = 3.0  # times the height of the data; a line farther off is only mentioned


@dataclass(frozen=True)
class Line:
    """A horizontal line: the baseline of some variants, or the threshold (of all: none named)."""

    value: float
    name: str
    value_text: str
    dash: str  # of plotly
    variants: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.name} {self.value_text}"


def lines(view: Scheme, found: Baselines, metric: str) -> tuple[Line, ...]:
    """metric: without its split."""
    made = [
        _line(view, metric, each.value, "dash", each.variants) for each in found.get(metric, ())
    ]
    if view.plan.solved and view.plan.solved.metric == metric:
        threshold = view.plan.solved.threshold
        made += [_line(view, metric, threshold, "dot")]
    return tuple(made)


def _line(
    view: Scheme, metric: str, value: float, dash: str, variants: tuple[str, ...] = ()
) -> Line:
    return Line(value, words.NAMES[dash], _value(view, metric, value), dash, variants)


def _value(view: Scheme, metric: str, value: float) -> str:
    known = view.plan.metrics.get(metric)
    return value_text(value, known.unit if known else "")


def widened(span: list[float] | None, every: Iterable[Line]) -> list[float] | None:
    """The span with room for the lines that are not too far from it."""
    if span is None:
        return None
    low, high = span
    air, most = 0.06 * (high - low), _WIDEST * (high - low)
    for value in (line.value for line in every):
        wider = min(low, value - air), max(high, value + air)
        if wider[1] - wider[0] <= most:
            low, high = wider
    return [low, high]


def inside(span: list[float] | None, line: Line) -> bool:
    return span is not None and span[0] <= line.value <= span[1]


def crossing(every: Iterable[Line], variants: Iterable[Variant]) -> list[Line]:
    """The lines that concern any of these variants, for a panel whose x is no factor."""
    ids = {variant.variant_id for variant in variants}
    return [replace(line, variants=()) for line in every if _concerns(line, ids)]


def layout(span: list[float] | None, every: Iterable[Line], places: Mapping[str, float]) -> Layout:
    """Shapes and annotations; places: variant id → x. A line for some of them spans only these."""
    drawn = [each for each in every if inside(span, each) and _concerns(each, places)]
    if not drawn:
        return {}
    return {
        "shapes": [_shape(line, places) for line in drawn],
        "annotations": _annotations(drawn, places),
    }


def _concerns(line: Line, places: Collection[str]) -> bool:
    return not line.variants or any(variant in places for variant in line.variants)


def _ends(line: Line, places: Mapping[str, float]) -> tuple[float, float] | None:
    """Where the line begins and ends on x; None: it crosses the whole panel."""
    own = [places[variant] for variant in line.variants if variant in places]
    if not line.variants or len(own) == len(places):
        return None
    return round(min(own)) - 0.5, round(max(own)) + 0.5


def _shape(line: Line, places: Mapping[str, float]) -> dict[str, Any]:
    ends = _ends(line, places)
    x0, x1 = ends or (0, 1)
    return {
        "type": "line", "layer": "below", "xref": "x" if ends else "paper", "x0": x0, "x1": x1,
        "y0": _rounded(line), "y1": _rounded(line),
        "line": {"color": _COLOUR, "width": 1.2, "dash": line.dash},
    }  # fmt: skip


def _annotations(drawn: Sequence[Line], places: Mapping[str, float]) -> list[dict[str, Any]]:
    """Lines across the panel in one text, the others each above its own part, by value alone."""
    whole = [line for line in drawn if not _ends(line, places)]
    parts = [(line, ends) for line in drawn if (ends := _ends(line, places))]
    crossing = f"{_GAP}".join(_keyed(line, line.text) for line in whole)
    return [
        *(_above(_keyed(line, line.value_text), "x", sum(ends) / 2) for line, ends in parts),
        *([_above(crossing, "paper", 1, "right")] if whole else []),
    ]


def _keyed(line: Line, text: str) -> str:
    return f"{_KEYS[line.dash]} {text}"


def _above(text: str, xref: str, x: float, anchor: str = "center") -> dict[str, Any]:
    return {
        "text": text, "showarrow": False, "font": {"size": 10}, "borderpad": 0,
        "xref": xref, "x": x, "xanchor": anchor, "yref": "paper", "y": 1, "yanchor": "bottom",
    }  # fmt: skip


def _rounded(line: Line) -> float | None:
    return numbers([line.value])[0]


def caption(view: Scheme, every: Sequence[Line], metric: str, span: list[float] | None) -> str:
    """What the lines are, and where those lie that are too far off: " Dashed: 88.0 %, what …"."""
    kinds = {dash: [line for line in every if line.dash == dash] for dash in _KEYS}
    return "".join(
        words.caption(view.plan, dash, _range(view, metric, some), _off(some, span))
        for dash, some in kinds.items()
        if some
    )


def _off(every: Sequence[Line], span: list[float] | None) -> str:
    if span is None or any(inside(span, line) for line in every):
        return ""
    return "Above" if every[0].value > span[1] else "Below"


def _range(view: Scheme, metric: str, every: Sequence[Line]) -> str:
    texts = [_value(view, metric, f(line.value for line in every)) for f in (min, max)]
    return " to ".join(dict.fromkeys(texts))


def caption_of_all(view: Scheme, found: Baselines, metrics: Iterable[str]) -> str:
    """The same for a figure with a list of metrics."""
    names = tuple(dict.fromkeys(name.split("/")[-1] for name in metrics))
    texts = []
    for dash in _KEYS:
        values = {
            name: _range(view, name, some)
            for name in names
            if (some := [line for line in lines(view, found, name) if line.dash == dash])
        }
        texts += [words.caption_of_all(view.plan, dash, values)] if values else []
    return "".join(texts)
