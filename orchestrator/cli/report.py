"""`orch report`: the report of a study that has been run, from the store alone."""

from collections import Counter
from pathlib import Path

from rich.console import Console

from orchestrator.cli.ending import show_report, show_statuses
from orchestrator.cli.known import document_of, trials_in
from orchestrator.cli.results import results_paths
from orchestrator.store.parts import statuses
from orchestrator.store.tables import compact


def report(study: str, *, results: Path | None) -> int:
    """Exit code 0 once it is built. Raises InputError when the study has not been run here."""
    paths = results_paths(results)
    document = document_of(study, paths)
    compact(paths, document)
    stored = statuses(paths)
    counts = Counter(stored.get(trial, "missing") for trial in trials_in(document["variants"]))
    folder, console = paths.study(document["study"]), Console()
    show_statuses(counts, folder, console)
    show_report(folder.root, console)
    return 0
