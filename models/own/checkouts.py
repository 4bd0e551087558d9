"""Modules of several revisions of the user's code in one process, each apart from the others.

Python keeps one module of a name. A worker that has run a trial of one revision must not run that
module for another one: inside `of_checkout` there are only the modules of its checkout, and those
that are installed.
"""

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from types import ModuleType

from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.settings.own import Checkout, OwnCode

_MODULES: dict[Path, dict[str, ModuleType]] = {}  # root of a checkout → its modules, by name
Places = Iterable[Path]


def apart(code: OwnCode) -> AbstractContextManager[None]:
    """Inside, modules are those of the code's checkout, if it has one."""
    return of_checkout(code.checkout) if code.checkout else nullcontext()


@contextmanager
def of_checkout(checkout: Checkout) -> Iterator[None]:
    """Inside, modules come from the checkout and never from the repository, and the current folder
    is that of the checkout.

    Raises OwnCodeError at the end where a module was imported from the repository all the same.
    """
    _MODULES.setdefault(checkout.root, {})
    places = [checkout.repository, *_MODULES]
    outside = _taken_out(places)
    sys.modules.update(_MODULES[checkout.root])
    path, here = list(sys.path), os.getcwd()
    sys.path[:] = [p for p in path if not is_code(os.path.abspath(p), checkout.repository)]
    checkout.home.mkdir(parents=True, exist_ok=True)  # git knows no empty folders
    os.chdir(checkout.home)
    try:
        yield
        _check(checkout)
    finally:
        os.chdir(here)
        sys.path[:] = path
        _MODULES[checkout.root] = _taken_out(places)
        sys.modules.update(outside)


def _taken_out(places: Places) -> dict[str, ModuleType]:
    """The modules from these places, which `sys.modules` has no more."""
    names = [name for name, module in _modules() if _home(module, places)]
    return {name: sys.modules.pop(name) for name in names}


def _check(checkout: Checkout) -> None:
    for name, module in _modules():
        if file := _home(module, [checkout.repository]):
            what = f"{name} is imported from {file}, not from the revision {checkout.revision}"
            raise OwnCodeError(what, cure="import it by a path that is relative to the repository")


def _modules() -> list[tuple[str, ModuleType]]:
    """Those that may be the user's."""
    kept = ("__main__", "orchestrator")
    return [(n, module) for n, module in list(sys.modules.items()) if n.split(".")[0] not in kept]


def _home(module: ModuleType, places: Places) -> str | None:
    """The file or folder of a module, if it is in one of these places and not installed there."""
    file = getattr(module, "__file__", None)
    files = [file] if isinstance(file, str) else _folders(module)
    return next((file for file in files if any(is_code(file, place) for place in places)), None)


def _folders(module: ModuleType) -> list[str]:
    """Of a package without `__init__.py`; some objects in `sys.modules` are no modules."""
    try:
        return [each for each in getattr(module, "__path__", ()) if isinstance(each, str)]
    except Exception:  # a lazy module may raise anything
        return []


def is_code(path: str, place: Path) -> bool:
    """Whether a file or folder lies in a place, but not in an environment of Python there."""
    folder, name = os.path.split(path)
    whole = f"{os.path.join(_real(folder), name)}{os.sep}"
    return whole.startswith(f"{place}{os.sep}") and not whole.startswith(_installed())


@cache
def _real(folder: str) -> str:
    return os.path.realpath(folder)


@cache
def _installed() -> tuple[str, ...]:
    """Folders of Python's own modules and of packages."""
    folders = {*map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib"))}
    return tuple(f"{os.path.realpath(folder)}{os.sep}" for folder in folders if folder)
