"""A path or the name of a shipped study → the text of the file, with all errors on the way."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from orchestrator.errors import InputError, Problem
from orchestrator.models.files.kinds import kind_of
from orchestrator.study.parsing.messages import closest, names

LARGEST_BYTES = 1_000_000  # the longest study written by hand has a few kilobytes
SUFFIXES = (".yaml", ".yml")


def find_source(source: str) -> Path:
    """The file that `source` names: a path, or else a study shipped with orch."""
    path = Path(source)
    shipped = shipped_studies()
    if _is(path.is_file):
        return path
    if source in shipped:
        return shipped[source]
    if _is(path.is_dir):
        raise _wrong(source, "is a folder, not a study file", cure=_nearby(path))
    if _is(path.exists):
        raise _wrong(source, "is not a regular file")
    raise _wrong(
        source or "STUDY", "there is no such file or shipped study", names(shipped), _nearby(path)
    )


def read_source(path: Path) -> str:
    """The text of a study file. Raises InputError for one that is binary, too large or locked."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _wrong(str(path), f"larger than a study can be ({LARGEST_BYTES:,} bytes)")
        data = path.read_bytes()
    except OSError as error:
        is_refused = isinstance(error, PermissionError)
        cure = f"make it readable for you: chmod u+r {path}" if is_refused else "check the disk"
        raise _wrong(str(path), f"cannot be read: {error.strerror}", cure=cure) from error
    return _decoded(str(path), data)


def shipped_studies() -> dict[str, Path]:
    """Studies installed with orch, by name."""
    folder = Path(str(resources.files("orchestrator.studies")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _decoded(source: str, data: bytes) -> str:
    if not data.strip():
        raise _wrong(source, "the file is empty", cure="`orch schema` describes a study file")
    if kind := kind_of(data):
        raise _wrong(
            source, f"is {kind.what}", "a YAML file in UTF-8", kind.cure.format(path=source)
        )
    if b"\0" in data:
        raise _wrong(source, "is a binary file", "a YAML file in UTF-8")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _wrong(f"{source}:{line}", "is not text in UTF-8", "a YAML file in UTF-8") from error


def _nearby(path: Path) -> str:
    """A hint: the study or YAML file with the nearest name, or the YAML files in the folder."""
    folder = path if _is(path.is_dir) else path.parent
    files = [str(file) for suffix in SUFFIXES for file in _listed(folder, suffix)]
    by_stem = {name: name for name in shipped_studies()} | {Path(f).stem: f for f in files}
    stem = closest(path.stem, by_stem)
    if stem is not None:
        return f"did you mean {by_stem[stem]!r}?"
    return f"YAML files in that folder: {names(files[:10])}" if files else ""


def _listed(folder: Path, suffix: str) -> list[Path]:
    try:
        return sorted(folder.glob(f"*{suffix}"))
    except OSError:
        return []


def _is(question: Callable[[], bool]) -> bool:
    """Asks the file system; a path that it cannot look up does not exist."""
    try:
        return question()
    except (OSError, ValueError):  # name too long, no permission, a NUL in the name
        return False


def _wrong(where: str, what: str, allowed: str = "", cure: str = "") -> InputError:
    return InputError([Problem(where, what, allowed, cure)])
