"""The page's ES modules → one script, as a page that is opened from a disk can load no module.

Every module becomes a function of its own scope that returns what it exports. Of the language of
modules it knows what the modules use: `import { a, b } from "./path.js";` and `export` before
`const`, `function`, `async function` or `class`, each at the start of a line.
"""

import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from posixpath import dirname, normpath

from markupsafe import Markup

FOLDER = Path(__file__).parent / "scripts"
_IMPORT = re.compile(
    r'^import \{\s*(\w+(?:,\s*\w+)*),?\s*\} from "(\.\.?/[\w/]+)\.js";$', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:const|class|(?:async )?function) (\w+))", re.MULTILINE)
_TYPES = re.compile(r"^ */\*\*(?:(?!\*/)[\s\S])*\*/\n", re.MULTILINE)  # comments for tsc alone
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class BundleError(Exception):
    """A module that cannot become part of the page."""


@cache
def page_script(entry: str, folder: Path = FOLDER) -> Markup:
    """The module `entry` and all that it imports, each after those that it uses.

    folder: that of the modules; one is named by its path in there, without its ending.
    """
    modules: dict[str, str] = {}
    _collect(entry, folder, modules)
    uses = {name: _imported(name, text) for name, text in modules.items()}
    try:
        order = [*TopologicalSorter(uses).static_order()]
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise BundleError(f"modules import each other in a circle: {circle}") from None
    parts = "".join(_wrapped(name, modules) for name in order)
    return Markup(f'(() => {{\n"use strict";\n{parts}}})();\n')


def _collect(name: str, folder: Path, modules: dict[str, str]) -> None:
    if name in modules:
        return
    modules[name] = (folder / f"{name}.js").read_text(encoding="utf-8")
    for used in _imported(name, modules[name]):
        _collect(used, folder, modules)


def _imported(name: str, text: str) -> list[str]:
    return [_resolved(name, path) for _, path in _IMPORT.findall(text)]


def _resolved(name: str, path: str) -> str:
    """A path relative to the module `name` → relative to the folder of all modules."""
    return normpath(f"{dirname(name)}/{path}".lstrip("/"))


def _wrapped(name: str, modules: dict[str, str]) -> str:
    """`const $name = (() => { …; return { exported, … }; })();`"""
    body = _IMPORT.sub(lambda found: _names_of(name, found, modules), modules[name])
    body = _TYPES.sub("", _EXPORT.sub("", body))
    if other := _OTHER.search(body):
        raise BundleError(f"{name}.js: cannot bundle this line: {other[0]}")
    exported = ", ".join(_EXPORT.findall(modules[name]))
    return f"const {_constant(name)} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _names_of(name: str, found: re.Match[str], modules: dict[str, str]) -> str:
    """An import as a line of the script."""
    wanted = [each.strip() for each in found[1].split(",")]
    used = _resolved(name, found[2])
    if missing := set(wanted) - set(_EXPORT.findall(modules[used])):
        raise BundleError(f"{name}.js imports {', '.join(sorted(missing))}: not in {used}.js")
    return f"const {{ {', '.join(wanted)} }} = {_constant(used)};"


def _constant(name: str) -> str:
    """What a module exports is held by a constant of this name."""
    return f"${name.replace('/', '$')}"
