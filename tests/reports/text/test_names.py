"""How numbers, levels and variants are written."""

import pytest

from orchestrator.reports.text import names


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (names.value_text(0.9531, "share"), "95.3 %"),
        (names.value_text(0.00012345, "nat"), "0.0001234"),
        (names.value_text(None, "share"), "–"),
        (names.value_text(float("nan"), "nat"), "–"),
        (names.difference_text(0.1234, "share"), "+12.3"),
        (names.difference_text(-0.05, "share"), "−5.0"),
        (names.difference_text(-0.0001, "share"), "0.0"),
        (names.difference_text(-1.5e-3, "nat"), "−0.0015"),
        (names.difference_unit("share"), "points"),
        (names.difference_unit("nat"), "nat"),
        (names.difference_unit("squared unit"), "(squared error)"),
        (names.unit_words("squared unit"), "squared error"),
        (names.size_text(0.02, "share"), "2.0 points"),
        (names.size_text(0.0206, "squared unit"), "0.0206 (squared error)"),
        (names.size_text(3, ""), "3"),
        (names.measured_text(0.5, "share"), "50.0 %"),
        (names.measured_text(1 / 6, "squared unit"), "0.1667 (squared error)"),
        (names.interval_text(0.9, 0.95, "share"), "[90.0, 95.0 %]"),
        (names.interval_text(-0.01, 0.02, "share", signed=True), "[−1.0, +2.0]"),
        (names.interval_text(None, 0.95, "share"), "–"),
        (names.p_text(0.0319), ".032"),
        (names.p_text(0.0002), "< .001"),
        (names.p_text(1.0), "1.000"),
        (names.factor_text(0.2345), "0.23"),
        (names.factor_text(3.14e-8), "3.1·10⁻⁸"),
        (names.factor_text(1234.5), "1234"),
        (names.factor_text(0.0), "0"),
        (names.duration_text(9.66), "9.7 s"),
        (names.duration_text(67.2), "1 min 7 s"),
        (names.duration_text(3599.9), "1 h 0 min"),
        (names.duration_text(None), "–"),
        (names.count_text(1, "trial"), "1 trial"),
        (names.count_text(12000, "trial"), "12,000 trials"),
        (names.level_text(True), "true"),
        (names.level_text(False), "false"),
        (names.level_text(0.50), "0.5"),
        (names.level_text(None), "null"),
        (names.level_name("depth", 8), "depth 8"),
        (names.level_name("bidirectional", False), "bidirectional false"),
        (names.level_name("activation", "tanh"), "tanh"),
    ],
)
def test_texts(call: str, expected: str) -> None:
    assert call == expected


def test_short_names_stay_distinct() -> None:
    found = names.short_names(["model.init.scale", "task.scale", "model.depth"])
    assert found == {
        "model.init.scale": "init.scale",
        "task.scale": "task.scale",
        "model.depth": "depth",
    }
