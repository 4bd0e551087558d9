"""The report of a study under way: built again as packs finish, by `orch serve` and `--watch`."""

from pathlib import Path
from time import monotonic

from orchestrator.files import faults
from orchestrator.paths import ResultsPaths, StudyPaths
from orchestrator.run.rebuild import rebuild, require_results
from orchestrator.store.journal import read_plan
from orchestrator.store.local.is_running import is_running
from orchestrator.store.remote.mirror import refresh
from orchestrator.store.tables.current import CurrentTables, current_tables

SOONEST_S = 5  # between two looks at a page
_SHARE = 10  # a report is built at most a tenth of the time
_HEAD_BYTES = 4096  # the page says in its first lines that it loads itself again


class Rebuilder:
    """Builds reports that are older than the last thing that happened to their study.

    pages: a folder for them, of a process that reads results only; None: beside the results.
    """

    def __init__(self, paths: ResultsPaths, pages: Path | None = None) -> None:
        self.paths, self.pages = paths, pages
        self.pauses_s: dict[str, int] = {}  # study → between two builds of its report
        self.looked = monotonic()  # at the URI, last

    def fresh(self, name: str) -> bool:
        """Make the report up to date; whether it had to be built. Raises OrchError, ReportError."""
        self.look()
        study = self.paths.study(name)
        running = is_running(study)
        report = self.page(name) / study.report.name
        if not _is_stale(study, report) and running == _refreshes(report):
            return False
        self._build(name, study, running)
        return True

    def look(self) -> None:
        """At a URI: see what is new there, now and then. Raises EnvironmentFault."""
        if self.paths.uri and monotonic() - self.looked > SOONEST_S:
            refresh(self.paths)
            self.looked = monotonic()

    def page(self, name: str) -> Path:
        """The folder of the study's latest page."""
        own = self.paths.study(name).root
        built = self.pages / name if self.pages else own
        return max(own, built, key=lambda folder: _changed(StudyPaths(folder).report))

    def _build(self, name: str, study: StudyPaths, running: bool) -> None:
        started = monotonic()
        refresh_s = self.pause_s(name) if running else None
        document = read_plan(study)
        if document is None or document.study != name:  # the folder was renamed
            self._page_of(CurrentTables(study.root, 0), name, refresh_s)
        elif self.pages is None:
            rebuild(self.paths, document, refresh_s)
        else:
            require_results(self.paths, document)
            with current_tables(self.paths, document) as current:
                self._page_of(current, name, refresh_s)
        self.pauses_s[name] = max(SOONEST_S, round(_SHARE * (monotonic() - started)))

    def _page_of(self, current: CurrentTables, name: str, refresh_s: int | None) -> None:
        from orchestrator.reports.build import build_page

        into = (self.pages or self.paths.root) / name
        with faults(into, "write the report in"):
            build_page(current.folder, into, refresh_s, current.unstored)

    def pause_s(self, name: str) -> int:
        """Until the next look at a study under way: building its report takes time from it."""
        return self.pauses_s.get(name, SOONEST_S)


def _is_stale(study: StudyPaths, report: Path) -> bool:
    return _changed(report) < max(_changed(study.events), _changed(study.plan))


def _refreshes(report: Path) -> bool:
    """Whether the page loads itself again, as that of a study under way does."""
    try:
        with report.open("rb") as file:
            return b'<meta http-equiv="refresh"' in file.read(_HEAD_BYTES)
    except OSError:
        return False


def _changed(path: Path) -> int:
    """When, in ns; before everything else where there is no file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return -1
