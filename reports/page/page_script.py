"""The page's own JavaScript: files of one idea each, put together as one script."""

from pathlib import Path

from markupsafe import Markup

FOLDER = Path(__file__).parent / "scripts"
ORDER = (
    "theme",
    "chips",
    "csv",
    "table",
    "tables",
    "roles",
    "scale",
    "dots",
    "arrange",
    "along",
    "painter",
    "figure",
    "card",
    "list",
    "link",
    "page",
)  # each uses those before it


def page_script() -> Markup:
    """They share one scope, which nothing else sees; `packs` is for files beside it too."""
    parts = "\n".join(_source(name) for name in ORDER)
    outside = f"{_source('packed')}\n{_source('inflate')}"
    return Markup(f"{outside}\n(async () => {{\n{parts}}})();\n")


def _source(name: str) -> str:
    return (FOLDER / f"{name}.js").read_text(encoding="utf-8")
