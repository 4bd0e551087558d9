"""Colours, symbols and dashes by a level's place in the study: the same in every figure and table.

Okabe & Ito 2008 (colour-blind safe), ordered so that the first four differ most; yellow is left
out, black is grey. `light` and `dark` have a contrast of at least 3:1 to the page behind them.
Symbol and dash repeat what colour says, for readers and printers without it.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property


@dataclass(frozen=True)
class Look:
    """How one level is drawn. Colours are #rrggbb."""

    light: str
    dark: str
    symbol: str  # of plotly
    dash: str  # of plotly
    path: str  # the symbol as an SVG path in a box from −6 to 6
    dasharray: str  # the dash in SVG

    @cached_property
    def soft(self) -> str:
        """The colour of a band."""
        return soft(self.light)


def soft(colour: str, alpha: float = 0.16) -> str:
    """#rrggbb → rgba(…)."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


INK = ("#1b1f24", "#e6e9ed")  # of theory and bounds, on a light and on a dark page
ON_COLOUR = "#101418"  # of lines on a coloured ground, which is the same on both

LOOKS = (
    Look("#0072b2", "#4ba3e3", "circle", "solid", "M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z", ""),
    Look("#d55e00", "#f0803c", "square", "dash", "M-4.5-4.5H4.5V4.5H-4.5Z", "7 3"),
    Look("#008c69", "#2fc498", "diamond", "dot", "M0-6L6 0L0 6L-6 0Z", "2 3"),
    Look("#b4588f", "#dd8fbd", "triangle-up", "dashdot", "M0-5.5L5.5 4.5H-5.5Z", "7 3 2 3"),
    Look("#b07c00", "#e6ab2e", "x", "longdash",
         "M-5-3L-3-5L0-2L3-5L5-3L2 0L5 3L3 5L0 2L-3 5L-5 3L-2 0Z", "11 3"),
    Look("#3a94c6", "#8accf2", "triangle-down", "longdashdot", "M0 5.5L5.5-4.5H-5.5Z", "11 3 2 3"),
    Look("#6b7280", "#a8b0bb", "star", "solid",
         "M0-6L1.5-2L6-2L2.4 .8L3.7 5L0 2.5L-3.7 5L-2.4 .8L-6-2L-1.5-2Z", ""),
)  # fmt: skip


@cache
def look(place: int) -> Look:
    """The look of the level at a place. After the seventh colours return, on other symbols."""
    turn, colour = divmod(place, len(LOOKS))
    style = LOOKS[(colour + 2 * turn) % len(LOOKS)]
    return replace(style, light=LOOKS[colour].light, dark=LOOKS[colour].dark)


def looks(levels: int) -> tuple[Look, ...]:
    """Of so many levels, and at least of one turn."""
    return tuple(look(place) for place in range(max(levels, len(LOOKS))))


def dark_of() -> dict[str, str]:
    """Every colour that a figure uses on a light page → the one for a dark page."""
    pairs = {each.light: each.dark for each in LOOKS} | {INK[0]: INK[1], ON_COLOUR: ON_COLOUR}
    return pairs | {each.soft: soft(each.dark, 0.2) for each in LOOKS}
