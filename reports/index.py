"""index.html of the results folder: every study with its question and finding."""

import json
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

from reports.files import write_text
from reports.page.render import environment

_HEAD_CHARS = 20_000  # the head of a report stands before its style and scripts


@dataclass(frozen=True)
class Entry:
    """One study as the index shows it."""

    study: str
    question: str
    finding: str
    trials: str
    date: str
    href: str | None  # None while it has no report


def write_index(results: Path) -> None:
    """Lists every folder that holds a plan.json, the latest first."""
    found = [entry for path in results.glob("*/plan.json") if (entry := _entry(path))]
    found.sort(key=lambda entry: (entry.date, entry.study), reverse=True)
    page = environment().get_template("index.html").render(entries=found)
    write_text(results / "index.html", page)


def _entry(plan: Path) -> Entry | None:
    """None for a plan that cannot be read: its study is being written, or is not ours."""
    try:
        document = json.loads(plan.read_text(encoding="utf-8"))
        study, question = str(document["study"]), str(document["question"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    report = plan.parent / "report.html"
    meta = _meta(report) if report.exists() else {}
    href = f"{quote(plan.parent.name)}/report.html" if meta else None
    return Entry(
        study,
        question,
        meta.get("description", "no report yet"),
        meta.get("orch-trials", ""),
        meta.get("orch-date", ""),
        href,
    )


class _Meta(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "meta" and named.get("name") and named.get("content") is not None:
            self.found[str(named["name"])] = str(named["content"])


def _meta(report: Path) -> dict[str, str]:
    """name → content of the meta elements in a report's head, without reading all its bytes."""
    parser = _Meta()
    with report.open(encoding="utf-8", errors="replace") as file:
        parser.feed(file.read(_HEAD_CHARS))
    return parser.found
