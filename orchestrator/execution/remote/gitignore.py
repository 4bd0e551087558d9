"""Files of a folder that may be sent: without those that `.gitignore` and `.rayignore` exclude,
those that look secret, and links that lead out of it.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from orchestrator.errors import InputError, Problem
from orchestrator.execution.remote.secret_files import looks_secret

IGNORE_FILES = (".gitignore", ".rayignore")
MOST_FILES = 20_000
"""Of a package: links to folders that hold such links could make more than any disk has."""
_NEVER = {".git", "__pycache__", ".venv"}

Rules = tuple[tuple[Path, GitIgnoreSpec], ...]  # folder, and what is ignored below it


@dataclass(slots=True)
class Found:
    """Files of a folder, sorted, and what of it must not be sent."""

    files: list[Path] = field(default_factory=list)
    secrets: list[Path] = field(default_factory=list)  # files and folders, by their names
    leading_out: list[Path] = field(default_factory=list)  # links


def files_below(place: Path) -> Found:
    """A file itself, or what is in a folder. Raises InputError for more than `MOST_FILES`.

    Ignore files of the folders above count too, up to the root of the repository. Where they ignore
    the whole place, such as `.venv` with a package in it, they do not apply to its files. A line
    with "!" in an ignore file sends what looks secret.
    """
    if place.is_file():
        return Found([place])
    above = _rules_above(place)
    walk = _Walk(place, real(place), Found())
    _walk(walk, place, () if _is_ignored(place, above) else above, (walk.home,))
    return walk.found


def real(path: Path) -> Path:
    """Without links. A link that leads to itself stays as it is; `Path.resolve` would raise."""
    return Path(os.path.realpath(path))


@dataclass(frozen=True, slots=True)
class _Walk:
    place: Path
    home: Path  # the same without links
    found: Found

    def leads_out(self, path: Path) -> bool:
        return not real(path).is_relative_to(self.home)

    def is_secret(self, path: Path) -> bool:
        end = "/" * path.is_dir()
        names = {path.relative_to(self.place), real(path).relative_to(self.home)}
        return any(looks_secret(f"{name.as_posix()}{end}") for name in names)


def _rules_above(place: Path) -> Rules:
    """Outermost first; outside a repository only those of the parent."""
    to_root = list(place.parents)
    ends = (n for n, folder in enumerate(to_root, 1) if (folder / ".git").exists())
    folders = to_root[: next(ends, 1)]
    return tuple(rule for folder in reversed(folders) for rule in _rules_of(folder))


def _walk(walk: _Walk, folder: Path, rules: Rules, trail: tuple[Path, ...]) -> None:
    """trail: the folders on the way here, without links; a link to one of them is a loop."""
    rules += _rules_of(folder)
    for path in sorted(folder.iterdir()):
        if path.name in _NEVER or path.name in IGNORE_FILES:
            continue
        verdict = _verdict(path, rules)
        if verdict is True:
            continue
        if path.is_symlink() and walk.leads_out(path):
            walk.found.leading_out.append(path)
        elif verdict is None and walk.is_secret(path):
            walk.found.secrets.append(path)
        elif path.is_dir():
            if (target := real(path)) not in trail:
                _walk(walk, path, rules, (*trail, target))
        elif path.is_file():  # no sockets or pipes
            walk.found.files.append(path)
            _require_few(walk)


def _require_few(walk: _Walk) -> None:
    if len(walk.found.files) > MOST_FILES:
        cure = "list in .rayignore what the study does not need"
        what = "has too many files to be sent"
        raise InputError([Problem(str(walk.place), what, f"at most {MOST_FILES:,}", cure)])


def _rules_of(folder: Path) -> Rules:
    found = (folder / name for name in IGNORE_FILES)
    return tuple(
        (folder, GitIgnoreSpec.from_lines(file.read_text("utf-8", "surrogateescape").splitlines()))
        for file in found
        if file.is_file()
    )


def _is_ignored(path: Path, rules: Rules) -> bool:
    return _verdict(path, rules) is True


def _verdict(path: Path, rules: Rules) -> bool | None:
    """As git decides: by the last rule that matches, of the innermost file with one.

    False for what a line with "!" keeps, None where no line is about it.
    """
    decided = None
    for folder, spec in rules:
        name = path.relative_to(folder).as_posix() + "/" * path.is_dir()
        ignores = spec.check_file(name).include
        decided = decided if ignores is None else ignores
    return decided
