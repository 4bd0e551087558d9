"""Every module of a statistic says what it answers, assumes, when it misleads, and its source."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import FunctionType, ModuleType

import pytest

from orchestrator.reports import statistics

HEADINGS = ("Answers", "Assumes", "Misleads", "Source")
# They count, time or bundle what other modules estimate: nothing in them can mislead by itself.
PLAIN = {
    "comparisons.simulated_families": "draws what `power` judges",
    "factorial.analysis": "bundles",
    "factorial.crossing": "puts values into an array",
    "predictions.analysis": "bundles",
    "predictions.tasks": "groups variants",
    "gradients.analysis": "bundles",
    "gradients.directions": "chooses rows",
    "gradients.geometric": "averages for `decay` and `time_decay`, which say what that means",
    "gradients.probed_epochs": "chooses epochs",
    "outcomes.evidence": "counts trials and runs",
    "outcomes.failures": "groups errors",
    "outcomes.solve_times": "gathers what `time_to_solve` and `solved_comparisons` judge",
}


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(statistics.__path__, f"{statistics.__name__}."):
        if not found.ispkg:
            yield importlib.import_module(found.name)


MODULES = tuple(modules())


def short(module: ModuleType) -> str:
    return module.__name__.removeprefix(f"{statistics.__name__}.")


def public(module: ModuleType) -> list[FunctionType]:
    """Functions that the module defines."""
    members = inspect.getmembers(module, inspect.isfunction)
    own = [each for _, each in members if each.__module__ == module.__name__]
    return [each for each in own if not each.__name__.startswith("_")]


def headings(function: FunctionType) -> list[str]:
    lines = [line.strip().split(":")[0] for line in (function.__doc__ or "").splitlines()]
    return [line for line in lines if line in HEADINGS]


@pytest.mark.parametrize("module", MODULES, ids=short)
def test_a_statistic_documents_itself(module: ModuleType) -> None:
    documented = [each for each in public(module) if headings(each)]
    assert bool(documented) != (short(module) in PLAIN)


@pytest.mark.parametrize("module", MODULES, ids=short)
def test_headings_are_whole_and_in_order(module: ModuleType) -> None:
    for function in public(module):
        if {"Answers", "Misleads"} & set(headings(function)):
            assert headings(function) == list(HEADINGS), function.__name__


def test_every_exception_is_a_module() -> None:
    assert set(PLAIN) <= {short(module) for module in MODULES}
