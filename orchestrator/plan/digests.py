"""Digests of the code and the data of a study, computed without importing any of them.

A digest follows the first-party imports of a module and hashes each source without its comments,
docstrings and formatting: only what can change a result changes it.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from orchestrator.errors import EnvironmentFault, InputError, Problem
from orchestrator.models.catalogue import (
    MODELS,
    TASKS,
    ModelEntry,
    TaskEntry,
    check_data,
    data_paths,
)
from orchestrator.models.files.downloads import DOWNLOADS
from orchestrator.models.files.errors import DataError
from orchestrator.models.settings import TaskSettings
from orchestrator.models.settings.own import OwnCode
from orchestrator.models.settings.own_trial import OwnCommand

ENGINE = "orchestrator.training.engine"
SEEDS = "orchestrator.seeds"
FIRST_PARTY = ("orchestrator",)

DECLARATIONS = (
    "orchestrator.models.settings",
    "orchestrator.models.catalogue",
    "orchestrator.models.own",
    "orchestrator.study",
    "orchestrator.plan",
    "orchestrator.errors",
)
"""Modules that only declare what a study may contain. A trial's id contains its resolved settings
and the digests of its catalogue entries instead; with the source of these modules, every new
setting or model would invalidate the results of all studies, although it changes none of them."""

ROOT = "orchestrator"
"""The package's own `__init__`: it only opens studies that were run, which no trial does."""


def code_digests(model: str, task: str, *parts: str, sources: "Sources") -> dict[str, str]:
    """Module → digest, of all first-party code that trains this model on this task.

    model, task: names; the name of own code is also its factory.
    parts: `module:function` of own code in training.
    """
    entries = {model: MODELS.get(model), task: TASKS.get(task)}
    factories = [*(entry.factory if entry else name for name, entry in entries.items()), *parts]
    modules = [factory.partition(":")[0] for factory in factories]
    return sources.digests([*modules, ENGINE]) | {
        f"orchestrator.models.catalogue[{name}]": _entry_digest(entry)
        for name, entry in entries.items()
        if entry is not None
    }


def own_digests(function: str, sources: "Sources") -> dict[str, str]:
    """Module → digest, of the code of a trial that is the user's own function.

    Of orch only what gives it its seeds: the rest passes on what the function reports.
    """
    return sources.digests([function.partition(":")[0], SEEDS])


def command_digests(command: OwnCommand) -> dict[str, str]:
    """File → digest of its content, of a trial that is a command. Raises InputError."""
    try:
        return {
            below(path, command.home): present_digest(path).hex()[:16]
            for path in command.decisive_files
        }
    except DataError as error:
        raise InputError([Problem(error.where, error.what, cure=error.cure)]) from error


def below(path: Path, home: Path) -> str:
    """The path of a file as from a folder, if it is in it."""
    inside = path.is_relative_to(home)
    return path.relative_to(home).as_posix() if inside else str(path)


def files_digest(paths: Iterable[Path]) -> str:
    """SHA-256 over the content of the user's files. Raises DataError for one that is missing."""
    total = hashlib.sha256()
    for path in paths:
        total.update(present_digest(path))
    return total.hexdigest()


def present_digest(path: Path) -> bytes:
    """Of the content of one file. Raises DataError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise DataError(str(path), f"cannot be read: {error.strerror}", "name a file") from error


def data_name(task: TaskSettings) -> str:
    """The name of a task's data in plan.json: the task's name, and the files in its settings."""
    download = [task.download] if task.download not in (None, task.name) else []
    return " ".join([task.name, *map(str, download), *map(str, task.files)])


def data_digest(task: TaskSettings) -> str:
    """SHA-256 over the task's data files; for downloads, over their expected hashes.

    Raises EnvironmentFault if installed files are missing, DataError if given ones are bad.
    """
    check_data(task)
    total = hashlib.sha256()
    try:
        for path in data_paths(task):
            total.update(hashlib.sha256(path.read_bytes()).digest())
    except (ModuleNotFoundError, OSError) as error:
        cure = "install orch again, with its dependencies"
        raise EnvironmentFault(
            f"the data of the task {task.name} are missing: {error}\n    {cure}"
        ) from error
    for download in DOWNLOADS.get(task.download or "", ()):
        total.update(bytes.fromhex(download.sha256))
    return total.hexdigest()


def normalised(tree: ast.Module) -> str:
    """The source in one spelling, without comments, docstrings and formatting."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [statement for statement in body if not _is_text(statement)]
            node.body = kept or ([] if node is tree else [ast.Pass()])  # type: ignore[attr-defined]
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    """A docstring, of a module, class, function or attribute."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant):
        return False
    return isinstance(statement.value.value, str)


def _entry_digest(entry: ModelEntry | TaskEntry) -> str:
    """Digest of the parts of an entry that results depend on: factory, loss, metrics, `solved`."""
    said = [entry.factory]
    if isinstance(entry, TaskEntry):
        said += [entry.loss, *(metric.name for metric in entry.metrics), *_solved(entry)]
    return _hash("\n".join(said))


def _solved(entry: TaskEntry) -> list[str]:
    return [f"{entry.solved.metric} {entry.solved.threshold}"] if entry.solved else []


class Sources:
    """The source files of the first-party packages, each read once. Nothing is imported.

    own: own code; modules in its folders, and its package if that is installed, are first-party
    too.
    """

    def __init__(
        self, packages: Mapping[str, Path] | None = None, own: Iterable[OwnCode] = ()
    ) -> None:
        self._packages = dict(_first_party() if packages is None else packages)
        self._folders = list(dict.fromkeys(folder for code in own for folder in code.folders))
        for top in {code.module.partition(".")[0] for code in own}:
            if self._find(top) is None:
                self._packages |= _locations([top])
        self._imports: dict[str, tuple[str, ...]] = {}
        self._digests: dict[str, str] = {}

    def homes(self, modules: Iterable[str]) -> list[Path]:
        """Where these modules and their imports are, without orch: the folder of each package, and
        the file of each module outside packages."""
        own = [m for m in self.digests(modules) if m.partition(".")[0] not in FIRST_PARTY]
        return sorted({self._home(module) for module in own})

    def digests(self, modules: Iterable[str]) -> dict[str, str]:
        """Module → digest, for these modules and everything that they import, directly or not.

        A module without code, such as most `__init__.py`, is left out.
        """
        waiting, found = list(modules), set[str]()
        while waiting:
            module = waiting.pop()
            if module not in found and module != ROOT and not _declares(module):
                found.add(module)
                waiting += self._read(module)
        return {module: self._digests[module] for module in sorted(found) if self._digests[module]}

    def _home(self, module: str) -> Path:
        file = self._file(module)
        place = file.parent if file.stem == "__init__" else file
        return (place, *place.parents)[module.count(".")]

    def _read(self, module: str) -> tuple[str, ...]:
        """The first-party modules that it imports anywhere, and the packages that contain it."""
        if module not in self._imports:
            path = self._file(module)
            tree = _parsed(path)
            parts = module.split(".")
            names = [".".join(parts[:end]) for end in range(1, len(parts))]
            names += _imported(tree, parts if path.stem == "__init__" else parts[:-1])
            known = [name for name in dict.fromkeys(names) if self._find(name) is not None]
            self._imports[module] = tuple(known)
            self._digests[module] = _digest(tree)
        return self._imports[module]

    def _file(self, module: str) -> Path:
        path = self._find(module)
        if path is None:
            raise EnvironmentFault(f"there is no module {module}\n    install orch again")
        return path

    def _find(self, module: str) -> Path | None:
        root, *rest = module.split(".")
        homes = [folder / root for folder in self._folders]
        if root in self._packages:
            homes = [self._packages[root]]
        paths = [home.joinpath(*rest) for home in homes]
        candidates = [f for p in paths for f in (p / "__init__.py", p.with_name(f"{p.name}.py"))]
        return next((file for file in candidates if file.is_file()), None)


def _first_party() -> dict[str, Path]:
    return _locations(FIRST_PARTY)


def _locations(packages: Iterable[str]) -> dict[str, Path]:
    """Where packages are installed: the folder, or for a single module its file without `.py`.

    Looking up a top-level package imports nothing.
    """
    specs = {package: find_spec(package) for package in packages}
    places = {p: Path(spec.origin) for p, spec in specs.items() if spec and spec.origin}
    return {
        package: path.parent if path.stem == "__init__" else path.with_suffix("")
        for package, path in places.items()
    }


def _declares(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in DECLARATIONS)


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except SyntaxError as error:
        place = f"{path}:{error.lineno}:{error.offset}"
        raise InputError([Problem(place, f"not valid Python: {error.msg}")]) from error


def _imported(tree: ast.Module, package: list[str]) -> Iterator[str]:
    """Names that the source imports, absolute; `from a import b` may mean the module a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def _digest(tree: ast.Module) -> str:
    text = normalised(tree)
    return _hash(text) if text else ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
