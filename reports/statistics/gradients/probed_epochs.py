"""Which probed epochs the report compares."""

from collections.abc import Iterable


def first_and_last(epochs: Iterable[int]) -> list[int]:
    """Without repetition, so one epoch where only one was probed; none where none was."""
    found = set(epochs)
    return sorted({min(found), max(found)}) if found else []
