"""How numbers, levels and variants are written."""

import math

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


def test_factors_are_written_from_their_logarithms() -> None:
    logs = [
        math.log(x) for x in (1 / 4.858, 1.2, 1.0, 0.9999, 999.6, 1 / 12_345, 1e-9, 9999.4, 9.97e5)
    ]
    texts = [
        "÷4.86",
        "×1.20",
        "×1.00",
        "×1.00",
        "×1000",
        "÷1.2·10⁴",
        "÷1.0·10⁹",
        "×9999",
        "×1.0·10⁶",
    ]
    assert [names.value_text(x, "factor") for x in logs] == texts
    assert [names.difference_text(x, "factor") for x in logs] == texts
    assert names.interval_text(-math.log(5.5), math.log(1.1), "factor") == "[÷5.50, ×1.10]"
    assert names.effect_text(-math.log(4), "factor") == "÷4.00"
    assert names.size_text(math.log(4), "factor") == "×4.00"
    assert names.zone_text(math.log(1.5), "factor") == "÷1.50 to ×1.50"
    assert names.zone_text(0.01, "share") == "±1.0 points"
    assert names.range_of_values([-math.log(100), -math.log(5)], "factor") == "÷100–÷5.00"
    assert names.range_of_values([0.31, 0.35], "nat") == "0.31–0.35 nat"
    assert names.range_of_values([0.31, 0.35], "squared unit") == "0.31–0.35 squared error"
    assert names.unit_words("factor") == "factor"
    assert names.effect_text(0.0206, "squared unit") == "+0.0206 (squared error)"


def test_a_gradient_before_training_is_not_a_final_metric() -> None:
    assert names.final_title("test/accuracy") == "Final test accuracy"
    assert names.final_title("gradient/decay_time") == "Gradient decay per step before training"
