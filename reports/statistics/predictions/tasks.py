"""Which task each variant has, and the names of its classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.plan_document import PlanDocument, Task, Variant
from orchestrator.reports.data.predictions import Predictions
from orchestrator.reports.data.samples import Sample


@dataclass(frozen=True)
class TaskVariants:
    """Variants that answer the same examples.

    classes: their names, by number.
    """

    task: Task
    variants: tuple[str, ...]  # ids
    classes: tuple[str, ...]


def task_variants(
    plan: PlanDocument, said: Predictions, samples: Sequence[Sample]
) -> tuple[TaskVariants, ...]:
    """Of every task with predictions, in the order of the plan."""
    having = {variant for variant, _ in said.by_trial}
    groups = [
        (task, tuple(v.variant_id for v in plan.variants if _has(plan, v, task)))
        for task in plan.tasks
    ]
    known = [(task, tuple(v for v in own if v in having)) for task, own in groups]
    return tuple(
        TaskVariants(task, own, _classes(task, own, said, samples)) for task, own in known if own
    )


def _has(plan: PlanDocument, variant: Variant, task: Task) -> bool:
    every: Mapping[str, object] = {**plan.fixed, **variant.settings, **variant.levels}
    return all(every.get(path, value) == value for path, value in task.settings.items())


def _classes(
    task: Task, variants: Sequence[str], said: Predictions, samples: Sequence[Sample]
) -> tuple[str, ...]:
    named = [each.classes for each in samples if each.settings == task.settings]
    own = [said.by_trial[key] for key in said.by_trial if key[0] in variants]
    most = 1 + max(max(int(s.target.max()), int(s.answer.max())) for s in own if len(s.target))
    names = named[0] if named else ()
    return (*names, *(str(number) for number in range(len(names), most)))
