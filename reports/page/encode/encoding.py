"""Values of the page, deflated: JSON, and its long lists of numbers as one typed array.

What is packed, laid out before it is deflated: the length of the JSON in bytes (uint32), the JSON,
and the array's float32 numbers by byte planes (all first bytes, all second bytes …), which deflate
to less. In the JSON `{"$": [start, count]}` replaces a list. `decode` in encoding.js reads it.
"""

import json
import zlib
from base64 import b64encode
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestrator.reports.figures.records import Figure

LEVEL = 7  # the highest takes five times as long, for two per cent
SHORTEST = 6  # numbers; a shorter list stays JSON
_LARGEST_WHOLE = 2**17  # whole numbers up to here survive the rounding
_HALF, _KEEP = np.uint32(0x20), np.uint32(0xFFFFFFC0)  # 18 significant bits, as five digits need
_NUMERIC = {int, float, type(None)}
_PLAIN = {str, bool, *_NUMERIC}
_SMALLEST, _LARGEST = 1e-37, 1e37  # of float32, less some air


class _Numbers:
    """All lists of numbers of one value, one after another.

    strict: look at each list by itself, and refuse those of `_loses`. That takes long where there
        are a hundred thousand of them, and is seldom needed.
    """

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.values: list[float | None] = []

    def add(self, part: Sequence[float | None]) -> dict[str, list[int]] | None:
        """The reference that replaces the list in the JSON; None where it must stay."""
        if self.strict and _loses(_array(part)):
            return None
        place = [len(self.values), len(part)]
        self.values += part
        return {"$": place}

    def planes(self) -> bytes:
        """(4, count) bytes."""
        every = _array(self.values).astype("<f4")
        rounded = (every.view("<u4") + _HALF) & _KEEP
        return np.where(np.isnan(every), every.view("<u4"), rounded).view("u1").reshape(
            -1, 4).T.tobytes()  # fmt: skip


def packed(value: Any) -> str:
    """Base64, for inside a script element. Records become objects; numbers keep five digits."""
    numbers = _Numbers(strict=False)
    tree = _tree(value, numbers)
    if _loses(_array(numbers.values)):
        numbers = _Numbers(strict=True)
        tree = _tree(value, numbers)
    text = json.dumps(tree, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    return deflated(len(text).to_bytes(4, "little") + text + numbers.planes())


def deflated(data: bytes) -> str:
    return b64encode(zlib.compress(data, LEVEL)).decode()


def _tree(value: Any, numbers: _Numbers) -> Any:
    """The value as JSON takes it, with references in place of long lists of numbers."""
    if isinstance(value, (list, tuple)):
        return _list(value, numbers)
    if isinstance(value, (str, int, float)) or value is None:
        return value
    items = value.items() if hasattr(value, "items") else vars(value).items()
    return {key: v if type(v) in _PLAIN else _tree(v, numbers) for key, v in items}


def _list(values: Sequence[Any], numbers: _Numbers) -> Any:
    """Most lists are of one kind, and there may be a hundred thousand of them."""
    kinds = set(map(type, values))
    reference = numbers.add(values) if len(values) >= SHORTEST and kinds <= _NUMERIC else None
    if reference is not None:
        return reference
    if kinds <= _PLAIN or (kinds == {list} and _are_short(values)):
        return values
    return [_tree(each, numbers) for each in values]


def _are_short(values: Sequence[list[Any]]) -> bool:
    """Lists that stay as they are, such as what is shown of each point."""
    longest = max(map(len, values))
    return longest < SHORTEST and set(map(type, chain.from_iterable(values))) <= _PLAIN


def _array(values: Sequence[float | None]) -> NDArray[np.float64]:
    """None as NaN."""
    return np.array(values, dtype=float)


def _loses(values: NDArray[np.float64]) -> bool:
    """Whether a number would lose more than digits."""
    size = np.abs(values)
    if ((size < _SMALLEST) & (size > 0)).any():
        return True
    large = size[(size > _LARGEST_WHOLE) & (size < np.inf)]  # seldom any
    return bool(((large > _LARGEST) | (large == np.floor(large))).any())


def head(figure: Figure) -> dict[str, Any]:
    """All of a figure but what its panels show: enough for its place, lists and legend."""
    panels = [_without(panel, ("data", "layout")) for panel in figure.panels]
    return {**vars(figure), "panels": panels}


def contents(figure: Figure) -> str:
    """What its panels show, packed; inflated when the figure is drawn."""
    return packed([{"data": panel.data, "layout": panel.layout} for panel in figure.panels])


def beside(name: str, contents: str) -> str:
    """The same as a script, for a file beside the page: a page from a disk may read no other."""
    return f'receiveData("{name}","{contents}");\n'


def _without(record: Any, names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in names}
