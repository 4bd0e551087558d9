"""The structure of a trial: trials with the same structure can train side by side."""

from functools import cache

from orchestrator.models.settings import Settings
from orchestrator.plan_document import Level
from orchestrator.study.records import TrialSettings, flatten

STACKABLE = (
    *("training.learning_rate", "training.momentum", "training.weight_decay"),
    *("training.clip_norm", "training.clip_value", "training.label_smoothing"),
)
GROUPS = ("model.init.", "training.schedule.")
"""Settings in which the members of a pack may differ, besides the replicate."""

Structure = tuple[tuple[tuple[str, Level], ...], ...]


def structure(settings: TrialSettings) -> Structure:
    """The settings that all members of a pack share."""
    return tuple(_structure(name, section) for name, section in settings.sections)


@cache
def _structure(name: str, section: Settings) -> tuple[tuple[str, Level], ...]:
    return tuple((path, value) for path, value in flatten(name, section) if not is_stackable(path))


def is_stackable(path: str) -> bool:
    return path in STACKABLE or path.startswith(GROUPS)
