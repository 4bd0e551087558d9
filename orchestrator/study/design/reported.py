"""The metrics that the trials of a study report: what it may compare, and tune by."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.models.catalogue import Metric, TaskEntry
from orchestrator.study.parsing.messages import names
from orchestrator.study.parsing.own_command import COMMAND
from orchestrator.study.parsing.raw_factors import place_of
from orchestrator.study.parsing.sections import Sections
from orchestrator.study.parsing.yaml_text import Findings
from orchestrator.study.records import LOOP_SECTIONS, TRIAL, DeclaredMetric

SPLITS = ("train", "validation", "test")
TASK = "task.name"


@dataclass(frozen=True, slots=True)
class Reported:
    """What all trials report.

    metrics: `<split>/<metric>`, the default first; empty where a problem hides them.
    by: the tasks that report them, or the key that declares them, for messages.
    has_gradients: whether trials are probed, so that gradients can be compared, too.
    may_probe: whether they could be; a gradient may still be refused later, variant by variant.
    """

    metrics: tuple[str, ...]
    by: str
    has_gradients: bool
    may_probe: bool = True


def read_reported(
    findings: Findings, sections: Sections, tasks: Mapping[str, TaskEntry]
) -> Reported:
    """tasks: of the study's variants; none where trials are the user's own."""
    if sections.form != LOOP_SECTIONS:
        is_function = COMMAND not in sections.named[TRIAL]  # which alone has `trial.probe`
        return Reported(_declared(sections.declared), "metrics", is_function, is_function)
    known = metrics_of(tasks) if tasks else []
    if tasks and not known:
        own = "; ".join(f"{name}: {names(m.name for m in t.metrics)}" for name, t in tasks.items())
        what = "the tasks share no metric with the same unit"
        place = place_of(findings.document, [TASK], "") or ("task",)
        findings.add(place, what, own, "compare tasks that report the same metric")
    has_probes = sections.fixed["probes"].get("examples") != 0
    return Reported(tuple(known), names(tasks), has_probes)


def metrics_of(tasks: Mapping[str, TaskEntry]) -> list[str]:
    """`<split>/<metric>` that all these tasks report in one unit; the default first."""
    first, *others = tasks.values()
    common = [m.name for m in first.metrics if all(_reports(task, m) for task in others)]
    return [f"{split}/{metric}" for metric in common for split in reversed(SPLITS)]


def _reports(task: TaskEntry, wanted: Metric) -> bool:
    same = (wanted.name, wanted.direction, wanted.unit)
    return any((m.name, m.direction, m.unit) == same for m in task.metrics)


def _declared(metrics: tuple[DeclaredMetric, ...]) -> tuple[str, ...]:
    return tuple(each.name for each in metrics)
