"""The report of a study under way: built again as packs finish, by `orch serve` and `--watch`."""

from pathlib import Path
from time import monotonic

from orchestrator.files import faults
from orchestrator.paths import ResultsPaths, StudyPaths
from orchestrator.store.journal import read_plan
from orchestrator.store.local.is_running import is_running
from orchestrator.store.remote.mirror import refresh
from orchestrator.store.tables.compact import compact

SOONEST_S = 5  # between two looks at a page
_SHARE = 10  # a report is built at most a tenth of the time
_HEAD_BYTES = 4096  # the page says in its first lines that it loads itself again


class Rebuilder:
    """Builds reports that are older than the last thing that happened to their study."""

    def __init__(self, paths: ResultsPaths) -> None:
        self.paths = paths
        self.pauses_s: dict[str, int] = {}  # study → between two builds of its report
        self.looked = monotonic()  # at the URI, last

    def fresh(self, name: str) -> bool:
        """Make the report up to date; whether it had to be built. Raises OrchError, ReportError."""
        self.look()
        study = self.paths.study(name)
        running = is_running(study)
        if not _is_stale(study) and running == _refreshes(study.report):
            return False
        self._build(name, study, running)
        return True

    def look(self) -> None:
        """At a URI: see what is new there, now and then. Raises EnvironmentFault."""
        if self.paths.uri and monotonic() - self.looked > SOONEST_S:
            refresh(self.paths)
            self.looked = monotonic()

    def _build(self, name: str, study: StudyPaths, running: bool) -> None:
        from orchestrator.reports.build import build_report

        started = monotonic()
        document = read_plan(study)
        if document is not None and document.study == name:
            compact(self.paths, document)
        with faults(study.root, "write the report in"):
            build_report(study.root, self.pause_s(name) if running else None)
        self.pauses_s[name] = max(SOONEST_S, round(_SHARE * (monotonic() - started)))

    def pause_s(self, name: str) -> int:
        """Until the next look at a study under way: building its report takes time from it."""
        return self.pauses_s.get(name, SOONEST_S)


def _is_stale(study: StudyPaths) -> bool:
    return _changed(study.report) < max(_changed(study.events), _changed(study.plan))


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
