"""The limits of docs/design.md: length of modules, modules per folder, no circular imports."""

from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

import grimp
import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ("orchestrator", "models", "reports", "tests", "benchmarks")
MOST_LINES = 300
MOST_MODULES = 20
MEDIAN_MODULES = 8


def modules() -> list[Path]:
    """Every one in its own folder, not by the links in `orchestrator`."""
    return [path for folder in HOUSE for path in (ROOT / folder).rglob("*.py")]


def modules_by_folder() -> Counter[str]:
    """Folder → how many; `__init__.py` is none."""
    named = (path for path in modules() if path.name != "__init__.py")
    return Counter(str(path.parent.relative_to(ROOT)) for path in named)


def test_no_module_is_too_long() -> None:
    lines = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in modules()}
    assert len(lines) > 500
    assert {path: number for path, number in lines.items() if number > MOST_LINES} == {}


def test_no_folder_is_too_full() -> None:
    found = modules_by_folder()
    assert {folder: number for folder, number in found.items() if number > MOST_MODULES} == {}
    assert median(found.values()) <= MEDIAN_MODULES


@pytest.mark.parametrize("package", ["orchestrator", "tests", "benchmarks"])
def test_no_import_is_circular(package: str) -> None:
    """Imports in functions and those for types alone count, too."""
    graph = grimp.build_graph(package, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert any(imports.values())
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_the_limits_are_those_of_the_design() -> None:
    text = (ROOT / "docs/design.md").read_text()
    assert (
        f"no module over {MOST_LINES} lines, no folder over {MOST_MODULES} modules, "
        f"and no more than {MEDIAN_MODULES} in half of the folders" in text
    )
    assert "There are no circles, imports inside functions included." in " ".join(text.split())


def test_what_make_test_leaves_out_by_name_is_marked() -> None:
    """Its first part ignores these files, so that collecting does not import playwright."""
    files = list((ROOT / "tests").rglob("*_in_browser.py"))
    assert len(files) > 10
    assert [path.name for path in files if "\npytestmark = MARKS\n" not in path.read_text()] == []
