"""`package.module:function` → the function, with a clear error for whatever can go wrong."""

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from difflib import get_close_matches
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from traceback import extract_tb, walk_tb
from types import ModuleType
from typing import Any

from orchestrator.models.own.checkouts import apart
from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.own.process_settings import kept_settings
from orchestrator.models.settings.own import OwnCode

OURS = "orchestrator"  # the one package of orch
FORM = "package.module:function"
CHOSEN_FOLDERS: dict[
    tuple[str, ...], str
] = {}  # folders of own code → what it has called chdir with
LONGEST = 500  # characters of the text of an error


def is_own(name: object) -> bool:
    """Whether a name in a study refers to the user's code."""
    return isinstance(name, str) and ":" in name


def find_function(code: OwnCode) -> Callable[..., Any]:
    """The function or class, imported now. Raises OwnCodeError."""
    _check_form(code.name)
    with apart(code):
        _check_not_taken(code)
        module = _imported(code)
    found = getattr(module, code.function, None)
    if not hasattr(module, code.function):
        known = [name for name, value in vars(module).items() if _is_candidate(value, module)]
        what = f"{code.module} has no {code.function}"
        raise OwnCodeError(what, ", ".join(known), _nearest(code.function, known))
    if not callable(found):
        raise OwnCodeError(f"{code.name} is of the type {type(found).__name__}, not a function")
    return found  # type: ignore[no-any-return]


@contextmanager
def importable(folders: Iterable[Path]) -> Iterator[None]:
    """Put the folders first on sys.path inside the block.

    Output of the user's code goes to stderr, and Python writes no __pycache__ beside it. A current
    folder that the code chooses holds for the code alone: orch's own paths are relative, too. Other
    settings of the process are put back.
    """
    added = [str(folder) for folder in folders]
    writes_no_bytecode = sys.dont_write_bytecode
    sys.path[:0] = added
    sys.dont_write_bytecode = True
    try:
        with redirect_stdout(sys.stderr), kept_settings(), _own_folder(tuple(added)):
            yield
    finally:
        sys.dont_write_bytecode = writes_no_bytecode
        for folder in added:
            if folder in sys.path:
                sys.path.remove(folder)  # the first one: an entry from before stays


@contextmanager
def _own_folder(folders: tuple[str, ...]) -> Iterator[None]:
    """Inside the block the current folder is the one to which code of these folders has changed."""
    here = os.getcwd()
    if folders in CHOSEN_FOLDERS:
        os.chdir(CHOSEN_FOLDERS[folders])
    try:
        yield
    finally:
        if (there := os.getcwd()) != here:
            CHOSEN_FOLDERS[folders] = there
            os.chdir(here)


def describe_error(error: BaseException, code: OwnCode) -> str:
    """Type, message and place of an error that the user's code raised, on one line."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    first = (text.strip().splitlines() or [""])[0][:LONGEST]
    message = ": ".join(filter(None, (type(error).__name__, first)))
    if layer := failing_layer(error):
        message += f", in its layer {layer}"
    place = _place(error, _homes(code))
    return f"{message} ({place})" if place else message


def failing_layer(error: BaseException) -> str:
    """Name and kind of the innermost layer that was at work: `head: Linear(in_features=8, …)`.

    Empty outside of layers. Does not import torch: without it there is no layer.
    """
    if (torch := sys.modules.get("torch")) is None:
        return ""
    owners = [frame.f_locals.get("self") for frame, _ in walk_tb(error.__traceback__)]
    layers = [owner for owner in owners if isinstance(owner, torch.nn.Module)]
    if not layers:
        return ""
    named = layers[0].named_modules()
    name = next((name for name, module in named if module is layers[-1]), "")
    return f"{name}: {str(layers[-1]).splitlines()[0][:LONGEST]}" if name else ""


def _place(error: BaseException, homes: list[Path]) -> str:
    """File and line: the innermost in the user's code; empty if none is."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    places = [(Path(f.filename), f.lineno) for f in extract_tb(error.__traceback__)]
    own = [f"{file}:{line}" for file, line in places if any(_is_own(file, h) for h in homes)]
    return own[-1] if own else ""


def _homes(code: OwnCode) -> list[Path]:
    """Folders of the user's code: those of the study, and that of an installed package."""
    module = sys.modules.get(code.module.partition(".")[0])
    return [*code.folders, *map(Path, getattr(module, "__path__", ()))]


def _is_own(file: Path, home: Path) -> bool:
    """Not of an environment of Python that lies in the folder, nor of orch."""
    if not file.is_relative_to(home):
        return False
    is_ours = file.is_relative_to(Path(__file__).parents[2])
    return not is_ours and "site-packages" not in file.relative_to(home).parts


def _check_form(name: str) -> None:
    module, _, function = name.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), function)):
        raise OwnCodeError(
            f"{name!r} does not have the form {FORM}", "names of Python, such as my_models:build"
        )


def _check_not_taken(code: OwnCode) -> None:
    """A loaded module of the same name would be used instead of the user's."""
    top = code.module.partition(".")[0]
    own = PathFinder.find_spec(top, [*map(str, code.folders), *sys.path])
    if code.checkout and (own is None or not Path(_home(own)).is_relative_to(code.checkout.root)):
        raise _not_there(code)
    if own is None:
        return
    other = find_spec(top) if top == OURS else _spec_of(sys.modules.get(top))
    if other is not None and _home(other) != _home(own):
        what = f"there is another module {top}, which is in use: {_home(other)}"
        raise OwnCodeError(what, cure=f"rename {_home(own)}")


def _spec_of(module: ModuleType | None) -> ModuleSpec | None:
    return None if module is None else module.__spec__


def _home(spec: ModuleSpec) -> str:
    """The file, or for a package without __init__.py the folder."""
    places = [spec.origin] if spec.has_location else list(spec.submodule_search_locations or ())
    return str(Path(places[0] or "").resolve()) if places else str(spec.origin)


def _imported(code: OwnCode) -> ModuleType:
    with importable(code.folders):
        importlib.invalidate_caches()
        try:
            return importlib.import_module(code.module)
        except ModuleNotFoundError as error:
            if error.name and f"{code.module}.".startswith(f"{error.name}."):
                raise _not_there(code) from error
            raise _broken(code, error) from error
        except (Exception, SystemExit) as error:
            raise _broken(code, error) from error


def _broken(code: OwnCode, error: BaseException) -> OwnCodeError:
    return OwnCodeError(f"{code.module} cannot be imported: {describe_error(error, code)}")


def _not_there(code: OwnCode) -> OwnCodeError:
    """With the nearest name among the modules in the folders."""
    package, _, last = code.module.rpartition(".")
    folders = [folder.joinpath(*package.split(".")) for folder in code.folders]
    if not any(folder.is_dir() for folder in folders):
        folders, package, last = list(code.folders), "", code.module.partition(".")[0]
    prefix = f"{package}." if package else ""
    known = sorted({f"{prefix}{name}" for folder in folders for name in _modules(folder)})
    near = _nearest(f"{prefix}{last}", known)
    if code.module.endswith(".py"):
        near = f"write {code.module.removesuffix('.py')}:{code.function}"
    places = " or ".join(dict.fromkeys(map(str, code.folders)))
    what = f"there is no module {code.module}"
    if code.checkout:
        return OwnCodeError(f"{what} in {code.checkout.revision}", ", ".join(known), near)
    return OwnCodeError(what, f"an installed module, or one in {places}", near)


def _modules(folder: Path) -> Iterator[str]:
    try:
        entries = list(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        is_module = entry.suffix == ".py" or (entry.is_dir() and any(entry.glob("*.py")))
        if is_module and entry.stem.isidentifier() and entry.stem != "__init__":
            yield entry.stem


def _nearest(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else ""


def _is_candidate(value: object, module: ModuleType) -> bool:
    """A function or class that is defined in the module itself."""
    return callable(value) and getattr(value, "__module__", None) == module.__name__
