"""`orch report`: the report of a study that has been run, from the store alone."""

from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from rich.console import Console

from orchestrator.cli.ending import show_report, show_statuses
from orchestrator.cli.results import results_paths
from orchestrator.errors import InputError, Problem
from orchestrator.paths import ResultsPaths
from orchestrator.store.journal import read_plan
from orchestrator.store.parts import statuses
from orchestrator.store.tables import compact
from orchestrator.study.load import load_study
from orchestrator.study.source import shipped_studies


def report(study: str, *, results: Path | None) -> int:
    """Exit code 0 once it is built. Raises InputError when the study has not been run here."""
    paths = results_paths(results)
    document = _document(study, paths)
    compact(paths, document)
    stored = statuses(paths)
    trials = (trial for variant in document["variants"] for trial in variant["trials"])
    counts = Counter(stored.get(trial, "missing") for trial in trials)
    folder, console = paths.study(document["study"]), Console()
    show_statuses(counts, folder, console)
    show_report(folder.root, console)
    return 0


def _document(study: str, paths: ResultsPaths) -> Mapping[str, Any]:
    """plan.json of the last run of the study that a path or a name stands for."""
    known = _known(paths)
    name = study if study in known else _name_in(study)
    document = read_plan(paths.study(name)) if name in known else None
    if document is None:
        raise InputError([_nothing_there(study, name, known, paths)])
    return document


def _known(paths: ResultsPaths) -> list[str]:
    """Studies that have been run in this results folder."""
    return sorted(plan.parent.name for plan in paths.root.glob("*/plan.json"))


def _name_in(study: str) -> str:
    """The name that a study file gives itself. Raises InputError for a bad file."""
    is_file = study.endswith((".yaml", ".yml")) or Path(study).exists()
    return load_study(study).name if is_file or study in shipped_studies() else study


def _nothing_there(study: str, name: str, known: list[str], paths: ResultsPaths) -> Problem:
    near = get_close_matches(name, known, 1)
    return Problem(
        where=study,
        what=f"{paths.root} has no results of {name!r}",
        allowed=", ".join(known),
        cure=f"did you mean {near[0]!r}?" if near else f"train it first: orch run {study}",
    )
