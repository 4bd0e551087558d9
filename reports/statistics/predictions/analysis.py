"""Everything that predictions say, of every task of a study."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.data.predictions import Predictions
from orchestrator.reports.data.read import Tables
from orchestrator.reports.statistics.predictions.always_wrong import AlwaysWrong, always_wrong
from orchestrator.reports.statistics.predictions.class_accuracy import (
    ClassAccuracy,
    class_accuracies,
)
from orchestrator.reports.statistics.predictions.confusion import Confusions, confusions
from orchestrator.reports.statistics.predictions.tasks import task_variants


@dataclass(frozen=True)
class Predicted:
    """class_accuracies: by variant id."""

    split: str
    confusions: tuple[Confusions, ...]  # of each task
    class_accuracies: Mapping[str, ClassAccuracy]
    always_wrong: tuple[AlwaysWrong, ...]  # of each task where every variant has predictions


def predicted(tables: Tables) -> Predicted | None:
    """None where no predictions are kept, or where values are predicted."""
    said = tables.predictions
    return _predicted(tables.plan, said, tables) if said and said.by_trial else None


def _predicted(plan: PlanDocument, said: Predictions, tables: Tables) -> Predicted | None:
    tasks = task_variants(plan, said, tables.samples)
    baselines = {variant.variant_id: variant.baseline for variant in plan.variants}
    hard = [always_wrong(said, task) for task in tasks]
    return Predicted(
        split=said.split,
        confusions=tuple(confusions(said, task, baselines) for task in tasks),
        class_accuracies={
            variant: found
            for task in tasks
            for variant, found in class_accuracies(said, task).items()
        },
        always_wrong=tuple(each for each in hard if each),
    )
