"""What the command writes: in any encoding, without codes that a terminal obeys or secrets of
addresses, and to readers that leave early.
"""

import codecs
import io
import json
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TextIO

from orchestrator.errors import InputError, OrchError
from orchestrator.shown_text import shown

ERRORS = "orch"
_IN_ASCII = str.maketrans({
    "×": "x", "·": "-", "–": "-", "—": "-", "−": "-", "…": "...", "→": "->", "←": "<-",
    "≤": "<=", "≥": ">=", "≈": "~", "±": "+/-", "∞": "inf", "’": "'", "“": '"', "”": '"',
    "²": "^2", "‖": "||", "∕": "/",
})  # fmt: skip


def write_anything(*, as_json: bool) -> None:
    """Make stdout and stderr write every text: \\u2026 for a character that they lack, or in plain
    text a similar one. In a JSON text that is the same character, for whoever reads it.

    With Latin-1 or ASCII (`PYTHONIOENCODING`, an old locale) and with a file name that is not UTF-8
    Python would raise UnicodeEncodeError.
    """
    codecs.register_error(ERRORS, _escaped if as_json else _similar)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):  # None where it is closed
            with suppress(OSError):  # set, but a file that has become a pipe has no position
                stream.reconfigure(errors=ERRORS)
            setattr(sys, name, Filtered(stream))


class Filtered:
    """A stream on which texts come out as `shown`, whoever prints them.

    unfiltered: the stream itself, for what draws on the terminal on purpose.
    """

    def __init__(self, unfiltered: io.TextIOWrapper) -> None:
        self.unfiltered = unfiltered

    def write(self, text: str) -> int:
        self.unfiltered.write(shown(text))
        return len(text)

    def writelines(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unfiltered, name)


def unfiltered(stream: TextIO) -> TextIO:
    found: TextIO = getattr(stream, "unfiltered", stream)
    return found


def _similar(error: UnicodeError) -> tuple[str, int]:
    text, end = _lacking(error)
    spelt = text.translate(_IN_ASCII)
    return "".join(char if char.isascii() else _code(char) for char in spelt), end


def _escaped(error: UnicodeError) -> tuple[str, int]:
    text, end = _lacking(error)
    return "".join(map(_code, text)), end


def _lacking(error: UnicodeError) -> tuple[str, int]:
    """What the encoding lacks, and where the text goes on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end], error.end


def _code(character: str) -> str:
    """As JSON has it: \\u00d7; above U+FFFF two of them."""
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[i : i + 2] for i in range(0, len(units), 2))
    return "".join(f"\\u{int.from_bytes(pair):04x}" for pair in pairs)


def silence() -> None:
    """What is still to be written to stdout goes nowhere: Python flushes it again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def wants_json() -> bool:
    """Whether the command line asks for one JSON document on stdout."""
    return "--json" in sys.argv[1:]


def tell(error: OrchError) -> None:
    """On stderr; or with --json as the one document that a program waits for on stdout."""
    if isinstance(error, InputError) and wants_json():
        from dataclasses import asdict

        print(json.dumps({"problems": [asdict(problem) for problem in error.problems]}, indent=2))
    else:
        print(error, file=sys.stderr)


def show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    """On stderr, in place of `warnings.showwarning`."""
    print(f"warning: {shown(str(message))}", file=sys.stderr)
