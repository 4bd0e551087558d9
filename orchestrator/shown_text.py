"""Text as a terminal, a log or a report may show it: no control codes, no secrets of addresses.

The only place that decides both. Texts come from study files, results, servers and exceptions.
"""

import re

_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
# Control codes but for tab and line break, and what changes the direction of the text after it.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_HIDDEN = "***"
_NAMES = (
    r"[\w.-]*(?:token|secret|password|passwd|api_?key|account_?key|access_?key|secret_?key|sig"
    r"|signature|credentials?)|key|auth|pwd"
)
_QUERY = re.compile(rf"([?&](?:{_NAMES})=)[^&#\s'\"]+", re.IGNORECASE)
_USER = re.compile(r"(https?://)[^\s/@'\"]+@", re.IGNORECASE)  # may be a token alone
# A secret key may have slashes; behind the colon of a port there are none but digits.
_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/@:'\"]*):(?!\d+/)[^\s@'\"]+@", re.IGNORECASE)


def printable(text: str) -> str:
    """Without codes that a terminal would obey: \\u001b for them; colours are left out.

    A carriage return, with which programs draw over their line, becomes a line break.
    """
    plain = _COLOUR.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", plain)


def masked(text: str) -> str:
    """With *** for passwords and tokens in addresses: user:***@, ?token=***."""
    hidden = _PASSWORD.sub(rf"\1:{_HIDDEN}@", _USER.sub(rf"\1{_HIDDEN}@", text))
    return _QUERY.sub(rf"\1{_HIDDEN}", hidden)


def shown(text: str) -> str:
    """Both: for everything that is printed."""
    return printable(masked(text)) if _is_suspect(text) else text


def _is_suspect(text: str) -> bool:
    return "=" in text or "@" in text or "\r" in text or _OBEYED.search(text) is not None
