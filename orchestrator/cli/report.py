"""`orch report`: the report of a study that has been run, from the store alone."""

import time
from collections import Counter

from orchestrator.cli.terminal import Terminal
from orchestrator.errors import Interrupted
from orchestrator.paths import Location, ResultsPaths
from orchestrator.run.find_study import document_of
from orchestrator.run.rebuild import rebuild, require_writable
from orchestrator.run.report_watcher import Rebuilder
from orchestrator.run.results_location import results_now
from orchestrator.run.signals import Stop, interruptible
from orchestrator.run.summary import report_lines, status_lines
from orchestrator.store.local.is_running import is_running
from orchestrator.store.pack_files import statuses
from orchestrator.store.remote.mirror import push_study
from orchestrator.store.tables.unstored import known_statuses


def report(study: str, *, results: Location | None, watch: bool = False) -> int:
    """Exit code 0 once it is built. Raises InputError when the study has not been run here."""
    paths = results_now(results)
    document = document_of(study, paths)
    folder, say = paths.study(document.study), Terminal().say
    require_writable(folder)
    if watch and is_running(folder):
        _watch(document.study, paths)
    written = rebuild(paths, document)
    stored = statuses(paths)
    known = known_statuses(paths, document, stored)
    counts = Counter(known.get(trial, "missing") for trial in document.every_trial())
    where = "in the store" if known.items() <= stored.items() else "in the study's tables"
    for line in (*status_lines(counts, folder, where), *report_lines(written)):
        say(line)
    push_study(paths, document.study)
    return 0


def _watch(name: str, paths: ResultsPaths) -> None:
    """Build the report as packs finish, until the run ends. The page loads itself again."""
    study, rebuilder = paths.study(name), Rebuilder(paths)
    print(f"{name} is under way: {study.report} follows it (Ctrl-C ends this)", flush=True)
    with interruptible():
        try:
            while is_running(study):
                rebuilder.fresh(name)
                time.sleep(rebuilder.pause_s(name))
        except Stop:
            raise Interrupted("not watched any more; the run goes on") from None
