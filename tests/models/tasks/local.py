"""Every built-in task whose data are on this machine, small."""

from typing import Any

from orchestrator.models.catalogue import TASKS
from orchestrator.models.settings import TaskSettings
from tests.shared_data import EWT, MNIST, shared_data

LOCAL = [name for name, entry in TASKS.items() if name not in ("mnist", "fashion_mnist")]


def small(name: str, **chosen: Any) -> TaskSettings:
    """Settings with few examples where nothing else is chosen; skips without shared files."""
    entry = TASKS[name]
    match name:
        case "idx":
            given: dict[str, Any] = {key: shared_data(file) for key, file in MNIST.items()}
        case "tagging" | "next_word":
            short = {"train": "validation", "validation": "test", "test": "test"}  # 2,000 each
            files = {split: shared_data(EWT[other]) for split, other in short.items()}
            return entry.settings(name=name, **files, **chosen)
        case _:
            given = {}
    train = "examples" if "examples" in entry.settings.model_fields else "train_examples"
    sizes = {train: 60, "validation_examples": 40, "test_examples": 50}
    return entry.settings(name=name, **(given | sizes | chosen))
