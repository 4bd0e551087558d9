"""`trial.revision` and `trial.repository`: the states of a repository in which trials run."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.models.own.checkouts import is_code
from orchestrator.models.settings import Settings
from orchestrator.models.settings.own import Checkout
from orchestrator.models.settings.own_trial import REPOSITORY, REVISION
from orchestrator.revisions.errors import RevisionError
from orchestrator.revisions.records import Revision
from orchestrator.revisions.repository import Repository, open_repository
from orchestrator.revisions.sent import sent_states
from orchestrator.revisions.states import State, states_of
from orchestrator.study.parsing.keys import Text
from orchestrator.study.parsing.raw_factors import is_always_varied, varied
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.study.records import TRIAL

REVISION_PATH, REPOSITORY_PATH = f"{TRIAL}.{REVISION}", f"{TRIAL}.{REPOSITORY}"


class RevisionKeys(Settings):
    """Settings that trials have where a study names a revision."""

    revision: Text
    """State of a git repository."""
    repository: Text
    """A folder of the repository."""


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revisions that a file names. Empty where it names none.

    checkouts: by name; none where something is wrong, which was reported.
    """

    named: tuple[str, ...] = ()
    checkouts: Mapping[str, Checkout] = field(default_factory=dict)
    records: tuple[Revision, ...] = ()

    @property
    def is_broken(self) -> bool:
        return len(self.checkouts) < len(self.named)


def read_revisions(
    findings: Findings, given: Mapping[str, Any], folders: tuple[Path, ...]
) -> Revisions:
    """Finds the revisions and checks them out; reports what is wrong.

    folders: that of the study file, and the current one.
    """
    trial = given.get(TRIAL)
    if not isinstance(trial, Mapping):
        return Revisions()
    places = _places(given, trial)
    if not places:
        if REPOSITORY in trial:
            what = f"has no effect without {REVISION_PATH}"
            findings.add((TRIAL, REPOSITORY), what, cure="remove it", at_key=True)
        return Revisions()
    named = tuple(places)
    try:
        states = _states(given, trial, named, folders[0])
    except RevisionError as error:
        place = (TRIAL, REPOSITORY) if REPOSITORY in trial else next(iter(places.values()))
        findings.add(place, error.what, error.allowed, error.cure)
        return Revisions(named)
    good = _good(findings, states.by_name, places)
    if len(good) < len(named):
        return Revisions(named)
    made = {name: states.checkout(state) for name, state in good.items()}
    return Revisions(named, made, tuple(state.revision for state in good.values()))


def _places(given: Mapping[str, Any], trial: Mapping[str, Any]) -> dict[str, KeyPath]:
    """Name of each revision → where it is named first. What is no text is reported elsewhere."""
    found = varied(given, REVISION_PATH)
    if REVISION in trial and not is_always_varied(given, REVISION_PATH):
        found.append(((TRIAL, REVISION), trial[REVISION]))
    places: dict[str, KeyPath] = {}
    for place, name in found:
        if not isinstance(name, str) or not name:
            return {}
        places.setdefault(name, place)
    return places


@dataclass(frozen=True, slots=True)
class _States:
    """by_name: each state, or what is wrong. home, folders, installed: paths below a checkout."""

    by_name: Mapping[str, State | RevisionError]
    repository: Path
    home: Path
    installed: tuple[Path, ...]

    def checkout(self, state: State) -> Checkout:
        home = state.root / self.home
        home.mkdir(parents=True, exist_ok=True)  # git knows no empty folders
        return Checkout(
            state.revision.revision,
            state.revision.commit,
            state.revision.uncommitted > 0,
            state.root,
            home,
            tuple(state.root / folder for folder in self.installed),
            self.repository,
        )


def _states(
    given: Mapping[str, Any], trial: Mapping[str, Any], named: tuple[str, ...], here: Path
) -> _States:
    """Raises RevisionError for a repository that is none."""
    if sent := sent_states():
        nowhere = sent.folder / "repository"  # it was not sent
        return _States(sent.states, nowhere, Path(sent.home), tuple(map(Path, sent.installed)))
    folder = here
    if isinstance(text := trial.get(REPOSITORY), str):
        folder = (here / Path(text).expanduser()).resolve()
    repository = open_repository(folder)
    is_inside = here.is_relative_to(repository.root)
    home = (here if is_inside else folder).relative_to(repository.root)
    installed = tuple(dict.fromkeys(_installed(repository)))
    states = states_of(repository, named, _reference(given, named))
    return _States(states, repository.root, home, installed)


def _reference(given: Mapping[str, Any], named: tuple[str, ...]) -> str:
    """The revision that the baseline has, as far as the file says it."""
    compare, variants = given.get("compare"), given.get("variants")
    baseline = compare.get("baseline") if isinstance(compare, Mapping) else None
    if isinstance(variants, Mapping):
        baseline = variants.get(baseline if isinstance(baseline, str) else next(iter(variants), ""))
    for levels in (baseline, given.get("center"), given.get(TRIAL)):
        name = levels.get(REVISION_PATH, levels.get(REVISION)) if isinstance(levels, Mapping) else 0
        if name in named:
            return str(name)
    return named[0]


def _installed(repository: Repository) -> Iterator[Path]:
    """Folders of the repository from which this Python imports, as below its root."""
    for text in (*filter(None, sys.path), *_edited()):
        folder = Path(os.path.realpath(text))
        if folder != Path.cwd() and is_code(str(folder), repository.root):
            yield folder.relative_to(repository.root)


def _edited() -> Iterator[str]:
    """Folders of packages that setuptools has installed with `pip install -e`, but by a finder."""
    for name, module in list(sys.modules.items()):
        mapping = getattr(module, "MAPPING", None) if name.startswith("__editable__") else None
        for path in mapping.values() if isinstance(mapping, Mapping) else ():
            yield str(Path(path).parent)


def _good(
    findings: Findings, states: Mapping[str, State | RevisionError], places: Mapping[str, KeyPath]
) -> dict[str, State]:
    """In the order of the file. Reports the others, and those that are the same."""
    found: dict[str, State] = {}
    for name in places:
        state = states.get(name) or RevisionError("was not sent to this cluster")
        if isinstance(state, RevisionError):
            findings.add(places[name], state.what, state.allowed, state.cure)
            continue
        same = [other for other in found.values() if other.revision.tree == state.revision.tree]
        if same:
            findings.add(places[name], *_same(same[0].revision, state.revision))
        found[name] = state
    return found


def _same(one: Revision, other: Revision) -> tuple[str, str, str]:
    """What is wrong with two names of the same files."""
    what = f"{one.revision} and {other.revision} have the same files: a factor without effect"
    is_worktree = "worktree" in (one.revision, other.revision)
    unchanged = f"the working tree has no change since {other.commit[:7]} ({other.subject})"
    return what, "", unchanged if is_worktree else f"both are {other.commit[:7]} ({other.subject})"
