"""Study folders to report on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from orchestrator.reports.analysis import analyse
from orchestrator.reports.build import Report, build_report
from orchestrator.reports.data.read import read_tables
from orchestrator.reports.figures.all_figures import draw_all
from orchestrator.reports.figures.facets import scheme
from tests.reports.page.browsing import CHROMIUM, Visit
from tests.reports.sample import Drawn, Factors, Sample, write, write_small


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
    return write(tmp_path_factory.mktemp("results"), sample)


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 480 trials of studies/vanishing_gradient.yaml; some diverged, one failed."""
    label = "activation=relu depth=8 scale=2.0"
    fates = {(label, replicate): "diverged" for replicate in range(4)}
    fates[("activation=tanh depth=4 scale=1.0", 3)] = "failed"
    return write(tmp_path_factory.mktemp("results"), Sample(fates=fates))


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Pages that a test opens are closed when it ends: each of them is a process."""
    before = set(chromium.contexts)
    yield chromium
    for context in set(chromium.contexts) - before:
        context.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
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
def report(full_built: Report) -> Path:
    """The page of `full`."""
    return full_built.path


@pytest.fixture(scope="session")
def memory_report(memory: Path) -> Path:
    return build_report(memory).path


@pytest.fixture
def visit(browser: Browser, report: Path) -> Visit:
    return Visit(browser, report)
