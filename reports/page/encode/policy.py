"""The page's content-security policy: of all scripts, only our own run, known by their digests."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

_ALWAYS = "default-src 'none'; base-uri 'none'; form-action 'none'"
_STYLES = "style-src 'unsafe-inline'"  # plotly sets styles as it draws; they cannot run anything


def policy(
    scripts: Iterable[str],
    *,
    images: str = "data: blob:",
    frames: str = "'none'",
    loads: bool = False,
) -> str:
    """For a meta element before the scripts. An inline handler never runs.

    scripts: texts of the script elements, character by character as they are in the page.
    loads: these scripts may load files; a script element of the page itself may not.
    """
    digests = " ".join(f"'sha256-{_digest(text)}'" for text in scripts) or "'none'"
    digests += " 'strict-dynamic'" * loads
    allowed = f"script-src {digests}; {_STYLES}; img-src {images}; frame-src {frames}"
    return f"{_ALWAYS}; {allowed}"


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
