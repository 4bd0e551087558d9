"""A study on its way to a cluster: looked at here, sent with all it needs, run there."""

import json
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from orchestrator.addresses import is_uri
from orchestrator.errors import EnvironmentFault
from orchestrator.execution.remote.archive import (
    Archive,
    check_paths,
    files_expected,
    size_text,
    study_file,
)
from orchestrator.paths import Location
from orchestrator.plan.identity import fingerprints
from orchestrator.plan.records import Plan
from orchestrator.provenance import SENT_GIT, git_state
from orchestrator.revisions.sent import FOLDER, SENT_REVISIONS
from orchestrator.run.planning import first_plan, require_method
from orchestrator.run.remote.job_context import COMMAND
from orchestrator.run.results_location import results_paths
from orchestrator.shown_text import masked
from orchestrator.study.load import Overrides, load_study
from orchestrator.study.records import Study
from orchestrator.words import plural

_NAMED = 5  # files that are listed


def plan_to_send(name: str, overrides: Overrides) -> Plan:
    """As if nothing were stored. Raises InputError for what could not be run, or not elsewhere."""
    study = load_study(name, overrides)
    check_paths(study)
    prints = fingerprints(study)
    require_method(study)
    return first_plan(study, prints)


def results_there(given: Location | None) -> str:
    """The results location for the cluster: a URI, or an absolute path. Raises InputError."""
    paths = results_paths(given)
    return paths.uri or str(paths.root.absolute())


def require_results(place: str) -> None:
    """Raises EnvironmentFault for a bucket that is not there; credentials may be elsewhere."""
    if not is_uri(place):
        return
    from orchestrator.store.remote.filesystems import is_missing
    from orchestrator.store.remote.object_io import require_bucket

    try:
        require_bucket(place)
    except EnvironmentFault as fault:
        if is_missing(fault):
            raise
        warnings.warn(f"from here, {fault}\n    the cluster may be able to", stacklevel=2)


def arguments_there(study: Study, results: str, flags: Sequence[str]) -> list[str]:
    """Of `orch`, in the folder that the archive becomes there."""
    return ["run", study_file(study), "--address", "auto", *flags, "--results", results]


def variables_there(study: Study, command: Sequence[str]) -> dict[str, str]:
    """What a run cannot know there. command: what the user typed; Ray shows it without secrets."""
    git = git_state(study.path.resolve().parent)
    revisions = {SENT_REVISIONS: FOLDER} if study.revisions else {}
    typed = json.dumps(list(map(masked, command)))
    return {COMMAND: typed, SENT_GIT: json.dumps(git and asdict(git)), **revisions}


def _names_of(paths: Sequence[Path]) -> str:
    """The first few."""
    more = f" and {len(paths) - _NAMED:,} more" if len(paths) > _NAMED else ""
    return ", ".join(map(str, paths[:_NAMED])) + more


def sent(study: Study, archive: Archive, file: Path) -> Iterator[str]:
    """Lines of what has been uploaded, and what has not."""
    size, files = size_text(file.stat().st_size), plural(len(archive.files), "file")
    yield f"uploaded: {size} ({files}); the largest: {archive.largest}"
    if archive.secrets:
        named, cure = _names_of(archive.secrets), "a line !NAME in .rayignore sends it"
        yield f"not uploaded, as its name looks secret: {named}; {cure}"
    if archive.leading_out:
        named = _names_of(archive.leading_out)
        yield f"not uploaded, as the link leads out of its package: {named}"
    if expected := files_expected(study):
        yield f"not uploaded, so every node must have: {', '.join(map(str, expected))}"
