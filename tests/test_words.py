"""Counts with their nouns, and durations."""

import pytest

from orchestrator.words import duration, plural


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (41.4, "0:41"), (725, "12:05"), (11220, "3:07:00")]
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1 GPU"), (0.5, "0.5 GPUs"), (2.0, "2 GPUs"), (0, "0 GPUs"),
                         (1_234_567, "1,234,567 GPUs")],
)  # fmt: skip
def test_plural(number: float, text: str) -> None:
    assert plural(number, "GPU") == text
