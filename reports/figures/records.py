"""A figure: small multiples of plotly plots, with a legend and lists to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestrator.reports.text.names import power_text

Floats = NDArray[np.float64]
Trace = dict[str, Any]  # plotly's JSON
Layout = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """One plot. It is shown when every list named in `when` is at the given option."""

    title: str
    data: tuple[Trace, ...]
    layout: Layout
    when: Mapping[str, str]
    note: str = ""  # what is missing from it
    variants: tuple[int, ...] = ()  # their places in the study; empty where it shows all
    part: str = ""  # what of the title is no level: "before training"
    short: tuple[tuple[int, str], ...] = ()  # (place of a variant, how many replicates it has)


@dataclass(frozen=True)
class Chooser:
    """A list from which the reader chooses one option: (value, text) pairs."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str
    slider: bool = False  # options in an order, drawn as a slider

    def text(self, chosen: Mapping[str, str] | None = None) -> str:
        """Of the option chosen by the reader, else of that the page opens on."""
        return dict(self.options)[(chosen or {}).get(self.key, self.chosen)]


@dataclass(frozen=True)
class Key:
    """One entry of the legend: a level, at its place in the study."""

    place: int
    text: str


@dataclass(frozen=True)
class Arrangement:
    """Which roles of factors a figure shows, so that the page can give them to other factors.

    panels: roles that make panels (colour | x | columns | rows), or `others`: all factors but the
    colour's and the task's; above `most` panels, the first makes none. None: the panels stay as
    they are, colours change in them.
    along: what x is: the place of a level with its colours beside each other (dodged), the place
    itself (levels), or no factor ("").
    dashed: whether dashes say the same as colours, and so change with them.
    whole: of all tasks together: hidden levels do not change it, and tasks have no colours in it.
    """

    panels: tuple[str, ...] | None
    along: str = ""
    most: int = 1000
    dashed: bool = True
    whole: bool = False


STAYS = Arrangement(None)  # one panel holds variants of all levels


@dataclass(frozen=True)
class Figure:
    """What the page draws. Titles and captions are plain text."""

    name: str
    title: str  # {metric}: the option of that list
    caption: str
    columns: int  # panels side by side on a wide screen
    height_px: int  # of one plot
    legend_title: str
    legend: tuple[Key, ...]
    choosers: tuple[Chooser, ...]
    panels: tuple[Panel, ...]
    lesson: str = ""  # what to see, from this study's numbers
    scale: str = ""  # linear | log: how the y axes open, where the reader may change them
    arrangement: Arrangement | None = None  # None: factors keep their roles

    def titled(self, chosen: Mapping[str, str] | None = None) -> str:
        """The title with these options of lists, else with those that the page opens on."""
        title = self.title
        for each in self.choosers:
            title = title.replace(f"{{{each.key}}}", each.text(chosen))
        return title[:1].upper() + title[1:]

    def chosen_text(self, chosen: Mapping[str, str] | None = None) -> str:
        """Options of the lists that the title leaves out: "depth 8, quantity mean of …"."""
        left = [each for each in self.choosers if f"{{{each.key}}}" not in self.title]
        return ", ".join(f"{each.label} {each.text(chosen)}" for each in left)


def numbers(values: Any, digits: int = 5) -> list[float | None]:
    """Rounded to significant digits, None for NaN, as the page's JSON has them."""
    form = f"%.{digits}g"
    return [
        float(form % value) if isfinite(value) else None  # there may be a million
        for value in np.asarray(values, dtype=float).tolist()
    ]


def linear_range(values: Any, pad: float = 0.06) -> list[float] | None:
    """[low, high] around all finite values, with some air."""
    finite = _finite(values)
    if not finite.size:
        return None
    low, high = finite.min(), finite.max()
    air = (high - low) * pad or abs(high) * pad or 1.0
    return [float(low - air), float(high + air)]


def log_range(values: Any) -> list[float] | None:
    """The same for a logarithmic axis, in powers of ten; at least one decade."""
    finite = _finite(values)
    positive = finite[finite > 0]
    if not positive.size:
        return None
    low, high = np.log10(positive.min()), np.log10(positive.max())
    air = max(0.05 * (high - low), (1 - (high - low)) / 2)
    return [float(low - air), float(high + air)]


def log_axis(span: list[float] | None) -> Layout:
    """A logarithmic axis over `span` powers of ten, with as many labels as are readable."""
    axis: Layout = {"type": "log", "range": span, "zeroline": False}
    if not span:
        return axis
    ticks = _log_ticks(span[0], span[1])
    plain = all(1e-3 <= tick < 1e4 for tick in ticks)
    texts = [f"{tick:g}" if plain else power_text(tick) for tick in ticks]
    return {**axis, "tickvals": ticks, "ticktext": texts}


def _log_ticks(low: float, high: float) -> list[float]:
    """1-2-5 steps below two decades, else whole powers of ten, at most eight."""
    powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    if high - low < 2:
        every = [m * 10.0**power for power in powers for m in (1, 2, 5)]
        return [tick for tick in every if low <= np.log10(tick) <= high]
    step = int(np.ceil((high - low) / 8))
    return [10.0**power for power in powers if power % step == 0]


def _finite(values: Any) -> Floats:
    flat = values
    if not isinstance(values, np.ndarray):
        flat = np.array([value for value in values if value is not None], dtype=float)
    finite: Floats = flat[np.isfinite(flat)]
    return finite
