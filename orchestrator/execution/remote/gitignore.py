"""Files of a folder, without those that `.gitignore` and `.rayignore` exclude."""

from collections.abc import Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

IGNORE_FILES = (".gitignore", ".rayignore")
_NEVER = {".git", "__pycache__", ".venv"}

Rules = tuple[tuple[Path, GitIgnoreSpec], ...]  # folder, and what is ignored below it


def files_below(place: Path) -> Iterator[Path]:
    """A file itself, or all files of a folder, sorted.

    Ignore files of the folders above count too, up to the root of the repository. Where they ignore
    the whole place, such as `.venv` with a package in it, they do not apply to its files.
    """
    if place.is_file():
        yield place
        return
    above = _rules_above(place)
    yield from _walk(place, () if _is_ignored(place, above) else above)


def _rules_above(place: Path) -> Rules:
    """Outermost first; outside a repository only those of the parent."""
    to_root = list(place.parents)
    ends = (n for n, folder in enumerate(to_root, 1) if (folder / ".git").exists())
    folders = to_root[: next(ends, 1)]
    return tuple(rule for folder in reversed(folders) for rule in _rules_of(folder))


def _walk(folder: Path, rules: Rules) -> Iterator[Path]:
    rules += _rules_of(folder)
    for path in sorted(folder.iterdir()):
        if path.name in _NEVER or path.name in IGNORE_FILES or _is_ignored(path, rules):
            continue
        if path.is_dir():
            yield from _walk(path, rules)
        elif path.is_file():  # no sockets or pipes
            yield path


def _rules_of(folder: Path) -> Rules:
    found = (folder / name for name in IGNORE_FILES)
    return tuple(
        (folder, GitIgnoreSpec.from_lines(file.read_text("utf-8", "surrogateescape").splitlines()))
        for file in found
        if file.is_file()
    )


def _is_ignored(path: Path, rules: Rules) -> bool:
    """As git decides: by the last rule that matches, of the innermost file with one."""
    decided = False
    for folder, spec in rules:
        name = path.relative_to(folder).as_posix() + "/" * path.is_dir()
        ignores = spec.check_file(name).include
        decided = decided if ignores is None else ignores
    return decided
