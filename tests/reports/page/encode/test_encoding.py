"""What is packed for the page, read back by an independent reader of the same layout."""

import base64
import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest

from orchestrator.reports.page.encode.encoding import SHORTEST, packed


def unpacked(text: str) -> Any:
    """As encoding.js does it."""
    data = zlib.decompress(base64.b64decode(text))
    (size,) = struct.unpack_from("<I", data)
    planes = np.frombuffer(data[4 + size :], "u1").reshape(4, -1)
    numbers = np.ascontiguousarray(planes.T).view("<f4").ravel()

    def resolve(item: dict[str, Any]) -> Any:
        if "$" not in item:
            return item
        start, count = item["$"]
        return [None if np.isnan(x) else float(x) for x in numbers[start : start + count]]

    return json.loads(data[4 : 4 + size], object_hook=resolve)


def test_text_short_lists_and_records_come_back_as_they_are() -> None:
    value = {"a": [1, 2.5, None], "text": ["ü", "</script>"] * 5, "flag": True, "none": None}
    assert unpacked(packed(value)) == value


def test_numbers_keep_five_digits_and_gaps() -> None:
    rng = np.random.default_rng(0)
    values = [*(rng.normal(size=500) * 10.0 ** rng.integers(-30, 30, 500)).tolist(), None, 0.0]
    found = unpacked(packed({"x": values}))["x"]
    assert found[500] is None
    assert found[501] == 0.0
    assert found[:500] == pytest.approx(values[:500], rel=4e-6)


def test_whole_numbers_are_exact() -> None:
    counts = [*range(100), 99_999, 2**17]
    steps = [2**17 + 1, 3_000_001, 16_777_217, 1, 2, 3]  # too large: they stay JSON
    assert unpacked(packed([counts, steps])) == [counts, steps]


def test_what_float32_cannot_hold_stays_as_it_is() -> None:
    small = [1e-40, 1e-41, 1e-42, 1e-43, 1e-44, 1e-45]
    assert unpacked(packed(small)) == small
    assert len(small) >= SHORTEST


def test_numbers_beside_text_are_no_array() -> None:
    mixed = [1, "a", 2, "b", 3, "c"]
    flags = [True, False] * 4
    assert unpacked(packed([mixed, flags])) == [mixed, flags]


def test_many_numbers_take_less_room_than_as_json() -> None:
    values = np.random.default_rng(1).normal(size=20_000).round(4).tolist()
    assert len(packed(values)) < 0.6 * len(json.dumps(values))
