"""A tree of a repository as files, in a folder that is named after its hash and kept."""

import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from orchestrator.caches import cache_folder
from orchestrator.files import faults, write_text
from orchestrator.revisions.errors import RevisionError
from orchestrator.revisions.git import Git
from orchestrator.temp_files import passing, remove_abandoned

KEPT_DAYS = 90  # since it was last used
_AT_ONCE = 200  # files that git is asked for
_LFS = b"version https://git-lfs.github.com/spec/"
_LINK, _SUBMODULE, _PROGRAM = "120000", "160000", "100755"
_CURE = "set XDG_CACHE_HOME to a folder that you may write to, on a disk with room"
_TEMPORARY = "checkout"
_TIME_S = 946_684_800
"""The time of all files, 2000-01-01: another one says that somebody has changed a file."""

Stamp = list[int]  # size and time of a file, to see whether somebody has changed it


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a tree."""

    mode: str
    blob: str
    path: str


def files_of(root: Path) -> list[str]:
    """The files of a checkout, without what trials have written beside them."""
    return sorted(_stamps(root))


def differing(one: Path, other: Path) -> list[str]:
    """The files that are not the same in two checkouts."""
    files = sorted({*files_of(one), *files_of(other)})
    return [name for name in files if _content(one / name) != _content(other / name)]


def _content(path: Path) -> bytes | str | None:
    """None where there is no such file."""
    try:
        return os.readlink(path) if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def checked_out(git: Git, tree: str) -> Path:
    """The folder with the files of a tree, made if it is not there.

    Files that were changed or removed there are written again. What else lies there stays. Several
    processes may call it at once. Raises RevisionError for what has no files: submodules and files
    in Git LFS; EnvironmentFault where the folder cannot be written.
    """
    place = cache_folder("revisions", "a copy of each revision")
    root = place / tree
    known = _stamps(root) if root.is_dir() else {}
    if known and all(_stamp(root / name) == stamp for name, stamp in known.items()):
        os.utime(_list_of(root))
        return root
    entries = _entries(git, tree)
    with faults(place, "write", _CURE):
        place.mkdir(parents=True, exist_ok=True)
        _clean(place)
        if root.is_dir():
            _restore(git, root, entries, known)
        else:
            _make(git, root, entries)
    return root


def _make(git: Git, root: Path, entries: Sequence[Entry]) -> None:
    """All files, in a temporary folder that becomes this one at once."""
    temporary = root.parent / passing(_TEMPORARY)
    try:
        temporary.mkdir(mode=0o700)
        _write(git, temporary, entries)
        _write_list(root, temporary, entries)
        with suppress(OSError):  # another process was faster: the same files are there
            os.rename(temporary, root)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _restore(git: Git, root: Path, entries: Sequence[Entry], known: Mapping[str, Stamp]) -> None:
    """Write those files again that are not as they were."""
    _write(git, root, [e for e in entries if known.get(e.path) != _stamp(root / e.path)])
    _write_list(root, root, entries)


def _entries(git: Git, tree: str) -> list[Entry]:
    """Raises RevisionError for what cannot be checked out."""
    found = []
    for line in git.parts("ls-tree", "-r", "-z", "--full-tree", tree):
        facts, _, path = line.partition("\t")
        mode, _, blob = facts.split()
        if mode == _SUBMODULE:
            what = f"{path} is a repository in the repository, whose files orch does not check out"
            raise RevisionError(what, cure="make it a part of the repository, or ignore it")
        if PurePosixPath(path).is_absolute() or {"..", ".git"} & set(path.split("/")):
            raise RevisionError(f"{path!r} is no name of a file in a repository")
        found.append(Entry(mode, blob, path))
    return found


def _write(git: Git, folder: Path, entries: Sequence[Entry]) -> None:
    for start in range(0, len(entries), _AT_ONCE):
        some = entries[start : start + _AT_ONCE]
        for entry, content in zip(some, _contents(git, some), strict=True):
            if content.startswith(_LFS):
                what = f"{entry.path} is in Git LFS: the repository has only a pointer to it"
                raise RevisionError(what, cure="store the file itself, or keep it elsewhere")
            _write_one(folder / entry.path, entry.mode, content)


def _contents(git: Git, entries: Sequence[Entry]) -> Iterator[bytes]:
    """As they are stored: without filters, attributes and line ends of this machine."""
    names = "".join(f"{entry.blob}\n" for entry in entries).encode()
    answer = memoryview(git.run("cat-file", "--batch", given=names))
    for _ in entries:
        end = bytes(answer[:200]).index(b"\n")
        size = int(bytes(answer[:end]).split()[-1])
        yield bytes(answer[end + 1 : end + 1 + size])
        answer = answer[end + 2 + size :]


def _write_one(path: Path, mode: str, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{passing('file')}")
    if mode == _LINK:
        os.symlink(os.fsdecode(content), temporary)
    else:
        temporary.write_bytes(content)
        temporary.chmod(0o755 if mode == _PROGRAM else 0o644)
    os.utime(temporary, (_TIME_S, _TIME_S), follow_symlinks=False)
    os.replace(temporary, path)


def _list_of(root: Path) -> Path:
    """The file beside a checkout that says what is in it; its time is that of the last use."""
    return root.with_name(f"{root.name}.json")


def _write_list(root: Path, written: Path, entries: Iterable[Entry]) -> None:
    write_text(
        _list_of(root), json.dumps({e.path: _stamp(written / e.path) for e in entries}), _CURE
    )


def _stamps(root: Path) -> dict[str, Stamp]:
    """Empty where they are not known."""
    try:
        found: dict[str, Stamp] = json.loads(_list_of(root).read_bytes())
    except (OSError, ValueError):
        return {}
    return found


def _stamp(path: Path) -> Stamp:
    try:
        found = path.lstat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]


def _clean(place: Path) -> None:
    """Remove what processes that were killed have left, and what nobody has used for long."""
    remove_abandoned(place, _TEMPORARY)
    oldest = time.time() - KEPT_DAYS * 24 * 3600
    for file in place.glob("*.json"):
        with suppress(OSError):
            if file.stat().st_mtime < oldest:
                file.unlink()
                shutil.rmtree(file.with_suffix(""), ignore_errors=True)
