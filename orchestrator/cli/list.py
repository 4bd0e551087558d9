"""`orch list`: which studies a results folder holds, and how far each is."""

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rich.table import Table
from rich.text import Text

from orchestrator.cli.terminal import Terminal
from orchestrator.paths import Location, ResultsPaths
from orchestrator.run.find_study import known
from orchestrator.run.results_location import results_now
from orchestrator.store.journal import last_event, read_plan
from orchestrator.store.pack_files import statuses
from orchestrator.store.tables.unstored import known_statuses
from orchestrator.study.parsing.source import read_source, shipped_studies
from orchestrator.study.parsing.yaml_text import read_yaml


@dataclass(frozen=True, slots=True)
class Listed:
    """One study of the results folder."""

    study: str
    question: str
    variants: int
    trials: int
    completed: int
    diverged: int
    failed: int
    missing: int
    last_run: str  # ISO 8601, UTC; empty before the first
    report: str | None  # path


@dataclass(frozen=True, slots=True)
class Shipped:
    """A study that is installed with orch."""

    study: str
    question: str
    takes: str  # on two idle cores: "2 min"


_DURATION = re.compile(r"^\| \[(\w+)\]\(#.*\| ([^|]+) \|$", re.MULTILINE)  # of docs/studies.md


def list_studies(*, results: Location | None, as_json: bool) -> int:
    """Exit code 0, also where nothing has been run yet."""
    paths = results_now(results)
    found = _studies(paths)
    unrun = _shipped({each.study for each in found})
    if as_json:
        document = {
            "results": str(paths),
            "studies": [asdict(each) for each in found],
            "shipped": [asdict(each) for each in unrun],
        }
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        _show(paths, found, unrun)
    return 0


def _shipped(run: Collection[str]) -> list[Shipped]:
    """Those that have not been run here."""
    page = Path(__file__).parents[1] / "docs" / "studies.md"  # is installed with the package
    takes = dict(_DURATION.findall(page.read_text(encoding="utf-8")))
    return [
        Shipped(name, str(read_yaml(read_source(path), name)[0].value["question"]), takes[name])
        for name, path in shipped_studies().items()
        if name not in run
    ]


def _studies(paths: ResultsPaths) -> list[Listed]:
    """The latest run first."""
    stored = statuses(paths)
    found = [each for name in known(paths) if (each := _listed(paths, name, stored))]
    return sorted(found, key=lambda each: (each.last_run, each.study), reverse=True)


def _listed(paths: ResultsPaths, name: str, stored: Mapping[str, str]) -> Listed | None:
    """None for a plan.json that is not ours, or is being written."""
    folder = paths.study(name)
    document = read_plan(folder)
    if document is None or document.study != name:
        return None
    trials = list(document.every_trial())
    known = known_statuses(paths, document, stored)
    counts = Counter(known.get(trial, "missing") for trial in trials)
    event = last_event(folder)
    return Listed(
        study=name,
        question=document.question,
        variants=len(document.variants),
        trials=len(trials),
        **{status: counts[status] for status in ("completed", "diverged", "failed", "missing")},
        last_run=str(event.get("at", "")) if event else "",
        report=str(folder.report) if folder.report.exists() else None,
    )


def _show(paths: ResultsPaths, found: list[Listed], unrun: list[Shipped]) -> None:
    terminal = Terminal()
    if found:
        terminal.console.print(_table(found))
    else:
        terminal.say(f"{paths}: no study has been run here")
    if unrun:
        terminal.say("\nshipped, not run here; times are for two idle cores: orch run NAME")
        terminal.console.print(_table_of_shipped(unrun))


def _table(found: list[Listed]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("study", "trials", "", "last run (UTC)", "question"):
        table.add_column(title, overflow="fold", justify="right" if title == "trials" else "left")
    for each in found:
        done = f"{each.completed + each.diverged:,}/{each.trials:,}"
        date = each.last_run[:16].replace("T", " ")
        cells = (each.study, done, _lost(each), date, each.question)
        table.add_row(*map(Text, cells))
    return table


def _table_of_shipped(unrun: list[Shipped]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("study", "about", "question"):
        justify: Literal["left", "right"] = "right" if title == "about" else "left"
        table.add_column(title, overflow="fold", justify=justify)
    for each in unrun:
        table.add_row(*map(Text, (each.study, each.takes, each.question)))
    return table


def _lost(each: Listed) -> str:
    """2 diverged, 1 failed."""
    words = ((each.diverged, "diverged"), (each.failed, "failed"))
    return ", ".join(f"{count:,} {word}" for count, word in words if count)
