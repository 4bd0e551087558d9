"""The private API of Ray is used in one file only, and does there what it is for."""

import ast
import signal
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from orchestrator.execution.ray import internals

ROOT = Path(__file__).parents[3]
PUBLIC = {
    "ray", "ray.exceptions", "ray.job_submission", "ray.train", "ray.train.backend",
    "ray.train.torch", "ray.tune", "ray.tune.schedulers", "ray.tune.search.optuna", "ray.util",
    "ray.util.scheduling_strategies",
}  # fmt: skip


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of orch but `internals`."""
    for folder in ("orchestrator", "models", "reports"):
        for path in (ROOT / folder).rglob("*.py"):
            if path != Path(internals.__file__):
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def imports(tree: ast.Module) -> Iterator[str]:
    """Modules that are imported, at any depth; names that are private with their module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            private = [alias.name for alias in node.names if alias.name.startswith("_")]
            yield from (f"{node.module}.{name}" for name in private)
            yield node.module


def private_attributes(tree: ast.Module) -> Iterator[str]:
    """`thing._name`, but for those of an object's own class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            is_own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "os")
            if not (is_own or node.attr.startswith("__")):
                yield ast.unparse(node)


@pytest.mark.slow
def test_only_public_modules_of_ray_are_imported_elsewhere() -> None:
    found = {
        f"{path}: {name}"
        for path, tree in modules()
        for name in imports(tree)
        if name.partition(".")[0] == "ray" and name not in PUBLIC
    }
    assert found == set()


@pytest.mark.slow
def test_no_private_attribute_is_used_where_ray_is() -> None:
    found = {
        f"{path}: {text}"
        for path, tree in modules()
        if path.startswith("orchestrator/execution/")
        for text in private_attributes(tree)
    }
    assert found == set()


def test_tune_handles_no_signal_of_this_process() -> None:
    """SIGUSR1 would end the packs without a checkpoint."""
    tune = import_module("ray.tune.tune")
    before = [signal.getsignal(name) for name in (signal.SIGINT, signal.SIGUSR1)]
    with internals.without_tune_handlers():
        assert not tune._setup_signal_catching().is_set()
    assert [signal.getsignal(name) for name in (signal.SIGINT, signal.SIGUSR1)] == before
