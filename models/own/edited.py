"""Own modules that were edited since this process imported them, as happens in a notebook."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestrator.models.own.importing import OURS

_IMPORTED: dict[Path, int] = {}  # file → its time when it was imported


def forget_edited(folders: Iterable[Path]) -> None:
    """Have Python import the modules of these folders anew if one of them was edited.

    All of them: one that stays would keep what it took from the edited one. A module that was
    imported before the first call counts as edited.
    """
    loaded = dict(_loaded_from(folders))
    if any(_IMPORTED.get(file) != _time(file) for file in loaded.values()):
        for name in loaded:
            del sys.modules[name]


def remember(folders: Iterable[Path]) -> None:
    """What is imported now is as the files are."""
    _IMPORTED.update({file: _time(file) for _, file in _loaded_from(folders)})


def _loaded_from(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Name and file of modules in these folders, but not of an environment that lies there."""
    places = tuple(
        f"{place}{os.sep}" for each in folders for place in (each.absolute(), each.resolve())
    )
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        is_other = name == "__main__" or name.partition(".")[0] == OURS or "site-packages" in file
        if file.startswith(places) and not is_other:
            yield name, Path(file)


def _time(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
