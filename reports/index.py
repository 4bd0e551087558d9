"""index.html of the results folder: every study with its question and finding."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from orchestrator.files import write_text
from orchestrator.plan_document import PlanDocument, PlanDocumentError
from orchestrator.reports.page.encode.policy import policy
from orchestrator.reports.page.page_script import page_script
from orchestrator.reports.page.render import environment
from orchestrator.reports.text.names import level_text

_INDEX_BYTES = 4096
_HEAD_CHARS = 40_000  # the head of a report comes before its style and scripts


@dataclass(frozen=True)
class Entry:
    """One study as the index shows it."""

    study: str
    question: str
    finding: str
    trials: str  # 462 of 480; empty where it is not known
    date: str  # 2026-11-29 11:30, in UTC
    href: str | None  # None while it has no report
    thumbnail: str | None  # data URI
    settings: Mapping[str, str]  # path → value, or levels of a factor


def write_index(results: Path) -> None:
    """Lists every folder that holds a plan.json, the latest first.

    An index.html that something else has written stays: results may lie in any folder.
    """
    path = results / "index.html"
    if not path.exists() or _is_ours(path):
        write_text(path, index_page(results))


def _is_ours(index: Path) -> bool:
    """Earlier versions had no generator, but always this title."""
    with index.open("rb") as file:
        start = file.read(_INDEX_BYTES)
    return b'<meta name="generator" content="orch">' in start or b"<title>Studies</title>" in start


def trials_shown(report: Path) -> int:
    """Number of completed trials of a report; 0 where the file is absent, or not a report."""
    shown = _read_head(report).found.get("orch-trials", "") if report.exists() else ""
    number = shown.split(" ")[0]
    return int(number) if number.isdigit() else 0


def index_page(results: Path, pages: Mapping[str, Path] | None = None) -> str:
    """pages: study → its report where that is not in its folder."""
    places = pages or {}
    found = [
        entry
        for path in results.glob("*/plan.json")
        if (entry := _entry(path, places.get(path.parent.name, path.parent / "report.html")))
    ]
    found.sort(key=lambda entry: (entry.date, entry.study), reverse=True)
    script = page_script("index")
    return (
        environment()
        .get_template("index.html")
        .render(
            entries=found,
            facts=[_facts(entry) for entry in found],
            script=script,
            policy=policy([script], images="data:", frames="'self' file:"),
        )
    )


def _facts(entry: Entry) -> dict[str, Any]:
    """What the page's script sorts by and sets beside each other."""
    completed = entry.trials.split(" ")[0].replace(",", "")
    return {
        "study": entry.study,
        "question": entry.question,
        "finding": entry.finding,
        "date": entry.date,
        "done": entry.trials,
        "trials": int(completed) if completed.isdigit() else 0,
        "href": entry.href,
        "settings": dict(entry.settings),
    }


def _entry(plan: Path, report: Path) -> Entry | None:
    """None for a plan that cannot be read: its study is being written, or is not ours."""
    try:
        document = PlanDocument.from_json(plan.read_bytes())
    except (OSError, PlanDocumentError):
        return None
    head = _read_head(report) if report.exists() else _Head()
    meta = head.found
    return Entry(
        document.study,
        document.question,
        meta.get("description", "no report yet"),
        re.sub(r"\d+", lambda found: f"{int(found[0]):,}", meta.get("orch-trials", "")),
        meta.get("orch-date", "").replace("T", " "),
        f"{quote(plan.parent.name)}/report.html" if meta else None,
        head.icon,
        _settings(document),
    )


def _settings(document: PlanDocument) -> dict[str, str]:
    factors = {
        path: ", ".join(map(level_text, levels)) for path, levels in document.factors.items()
    }
    fixed = {path: level_text(value) for path, value in document.fixed.items()}
    head = {"replicates": str(document.replicates), "seed": str(document.seed)}
    return fixed | factors | head


class _Head(HTMLParser):
    """The meta elements of a report's head, and its icon where that is a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.icon: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "meta" and named.get("name") and named.get("content") is not None:
            self.found[str(named["name"])] = str(named["content"])
        if tag == "link" and (named.get("href") or "").startswith("data:image/svg+xml;base64,"):
            self.icon = named["href"]


def _read_head(report: Path) -> _Head:
    """Without reading all of the report's bytes."""
    parser = _Head()
    with report.open(encoding="utf-8", errors="replace") as file:
        parser.feed(file.read(_HEAD_CHARS))
    return parser
