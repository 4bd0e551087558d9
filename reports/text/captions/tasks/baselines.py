"""Words of the lines that figures draw at a task's baseline and at the threshold of solving it."""

from collections.abc import Mapping

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.text.task_baseline import answer_text

NAMES = {"dash": "task baseline", "dot": "solved:"}  # by the line's dash
_WORDS = {"dash": "Dashed", "dot": "Dotted"}
_SOLVES = "where a trial counts as solved"


def caption(plan: PlanDocument, dash: str, values: str, off: str) -> str:
    """One kind of line: " Dashed: 88.0 %, what the most frequent tag of each word gives."

    off: Above | Below, where all lie too far from the data to be drawn; else "".
    """
    word = f"{off} the picture" if off else _WORDS[dash]
    meaning = _SOLVES if dash == "dot" else answer_text(plan.tasks) or "the task's baseline"
    return f" {word}: {values}, {meaning}."


def caption_of_all(plan: PlanDocument, dash: str, values: Mapping[str, str]) -> str:
    """The same for a figure with a list of metrics; values: by metric."""
    meaning = _SOLVES if dash == "dot" else answer_text(plan.tasks) or "the task's baseline"
    listed = ", ".join(f"{metric} {value}" for metric, value in values.items())
    return f" {_WORDS[dash]}, if near the curves: {meaning} ({listed})."
