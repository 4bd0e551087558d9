"""Study folders to report on."""

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestrator.reports.analysis import analyse
from orchestrator.reports.build import Report, build_report
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from tests.reports.sample import Drawn, Factors, Sample, write, write_small

if TYPE_CHECKING:  # playwright takes half a second, in every process that collects tests
    from playwright.sync_api import Browser

    from tests.reports.page.browsing import Visit


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path]) -> Path:
    """What `make` returns for a new folder; the workers of a parallel run have one of this name."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    note = root / f"{name}.made"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            folder = root / name
            folder.mkdir(exist_ok=True)
            note.write_text(str(make(folder)))
    return Path(note.read_text())


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_small(tmp_path)


CELLS: Factors = {"model.cell": ["rnn", "lstm", "gru"], "model.bidirectional": [False, True]}


@pytest.fixture(scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recurrent networks of which some solve their task."""
    sample = Sample(
        study="memory", factors=CELLS, baseline={"model.cell": "rnn"}, replicates=6, threshold=0.9
    )
    return made_once(tmp_path_factory, "memory", lambda folder: write(folder, sample))


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 480 trials of studies/vanishing_gradient.yaml; some diverged, one failed."""
    label = "activation=relu depth=8 scale=2.0"
    fates = {(label, replicate): "diverged" for replicate in range(4)}
    fates[("activation=tanh depth=4 scale=1.0", 3)] = "failed"
    sample = Sample(fates=fates)
    return made_once(tmp_path_factory, "full", lambda folder: write(folder, sample))


@pytest.fixture
def browser(chromium: "Browser") -> Iterator["Browser"]:
    """Pages that a test opens are closed when it ends: each of them is a process."""
    before = set(chromium.contexts)
    yield chromium
    for context in set(chromium.contexts) - before:
        context.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    from tests.reports.page.browsing import CHROMIUM

    with sync_playwright() as running:
        started = running.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def full_drawn(full: Path) -> Drawn:
    """Its (tables, analysis, figures)."""
    tables = read_tables(full)
    analysis = analyse(tables)
    return tables, analysis, draw_all(scheme(analysis.plan), analysis)


@pytest.fixture(scope="session")
def full_built(full: Path) -> Report:
    return build_report(full)


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, full: Path) -> Path:
    """The page of `full`."""
    return made_once(tmp_path_factory, "full_page", lambda _: build_report(full).path)


@pytest.fixture(scope="session")
def memory_report(tmp_path_factory: pytest.TempPathFactory, memory: Path) -> Path:
    return made_once(tmp_path_factory, "memory_page", lambda _: build_report(memory).path)


@pytest.fixture(scope="session")
def small_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a study of four variants."""
    return made_once(
        tmp_path_factory, "small_page", lambda folder: build_report(write_small(folder)).path
    )


@pytest.fixture(scope="module")
def opened(chromium: "Browser", report: Path) -> Iterator["Visit"]:
    """The page of `report`, opened once for the tests of a file: that takes seconds of CPU."""
    from tests.reports.page.browsing import Visit

    visit = Visit(chromium, report).remember()
    yield visit
    visit.page.context.close()


@pytest.fixture
def visit(opened: "Visit") -> "Visit":
    """It again, as it opened."""
    return opened.as_opened()
