"""The end of a traceback: what a table can show of an error in the user's code."""

import traceback
from pathlib import Path
from types import TracebackType

LINES = 12  # kept of the end of a traceback
CHARACTERS = 4000
_ORCH = str(Path(__file__).parent)


def end_of_traceback(error: BaseException, *more: str) -> str:
    """Type, message, and the last lines of the traceback of an error. more: lines before these."""
    message = "".join(traceback.format_exception_only(error)).strip()
    frames = "".join(traceback.format_tb(_outside(error))).rstrip().splitlines()[-LINES:]
    return "\n".join([message[:CHARACTERS], *more, *frames])


def _outside(error: BaseException) -> TracebackType | None:
    """From the first frame that is not orch's own on; all, where there is none."""
    found = error.__traceback__
    while found and found.tb_frame.f_code.co_filename.startswith(_ORCH):
        found = found.tb_next
    return found or error.__traceback__


def storable(text: str) -> str:
    """Text that Parquet accepts, at a length that a table can show."""
    return text.encode("utf-8", "backslashreplace").decode()[: 2 * CHARACTERS]
