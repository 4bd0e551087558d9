"""Colours can be told apart, by each other and by other signs."""

import numpy as np

from orchestrator.reports.figures.palette import LOOKS, looks


def test_colour_is_never_alone() -> None:
    assert len({(look.symbol, look.dash) for look in LOOKS}) == len(LOOKS)


def test_when_colours_return_symbols_and_dashes_differ() -> None:
    assert looks(3) == LOOKS
    many = looks(4 * len(LOOKS))
    assert len({(look.light, look.symbol) for look in many}) == len(many)
    assert len({(look.light, look.path) for look in many}) == len(many)
    assert [look.light for look in many[7:14]] == [look.light for look in LOOKS]


def test_colours_contrast_with_their_page() -> None:
    """3:1 against white and against the dark page (WCAG 1.4.11)."""
    for look in LOOKS:
        assert contrast(look.light, "#ffffff") >= 3
        assert contrast(look.dark, "#11151a") >= 3


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
