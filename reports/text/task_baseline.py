"""What a task's baseline knows, and the variants that are not better than it."""

from collections.abc import Iterator, Mapping, Sequence

from orchestrator.plan_document import PlanDocument, Task
from orchestrator.reports.analysis import Analysis
from orchestrator.reports.statistics.outcomes.learning import LEARNT, Learning
from orchestrator.reports.text.names import (
    count_text,
    interval_text,
    listed,
    measured_text,
    metric_text,
    value_text,
)

Names = Mapping[str, str]  # variant id → name


def ignores_input(plan: PlanDocument) -> bool:
    """Whether the baseline of every task of the study is chance: an answer without the input."""
    return bool(plan.tasks) and all(t.baseline and not t.baseline.sees for t in plan.tasks)


def answer_text(tasks: Sequence[Task]) -> str:
    """ "what always answering the mean gives"; nothing where no task says what its baseline is."""
    answers = {task.baseline.answer for task in tasks if task.baseline}
    return f"what {' or '.join(sorted(answers))} gives" if answers else ""


def knowledge_text(tasks: Sequence[Task]) -> str:
    """ ", which ignores the input"; ", which sees the word alone"; nothing where tasks differ."""
    known = {task.baseline.sees if task.baseline else None for task in tasks}
    sees = known.pop() if len(known) == 1 else None
    if sees is None:
        return ""
    return f", which sees {sees}" if sees else ", which ignores the input"


def chance_text(plan: PlanDocument) -> str:
    """chance, where that is what the baseline is."""
    is_chance = plan.compare.unit == "share" and ignores_input(plan)
    return "chance" if is_chance else "the task's baseline"


def baseline_warnings(analysis: Analysis, names: Names) -> Iterator[str]:
    """Variants below the baseline, those that learnt in no seed, and those that did in some."""
    found, outcomes, unit = analysis.learning, analysis.outcomes, analysis.plan.compare.unit
    worse = [v for v, each in found.items() if each.place == "worse"]
    means = [
        f"{names[v]}: {value_text(outcomes[v].mean, unit)} "
        f"{interval_text(outcomes[v].low, outcomes[v].high, unit)}"
        for v in worse
    ]
    idle = [v for v, each in found.items() if _is_idle(each)]
    some = [v for v, each in found.items() if _is_mixed(each)]
    yield from _worse(analysis, worse, means)
    yield from _idle(analysis, idle, names)
    yield from _some(analysis, some, names)


def _is_idle(each: Learning) -> bool:
    """Not shown to be better, and no seed that shows it."""
    return each.place in ("at", "open") and not each.learnt and each.seeds > 0


def _is_mixed(each: Learning) -> bool:
    return each.learnt is not None and 0 < each.learnt < each.seeds


def _beside(analysis: Analysis, variants: Sequence[str]) -> str:
    """ "the task's baseline in test accuracy, 10.1 %: what guessing gives, which …"."""
    plan = analysis.plan
    values = sorted({analysis.learning[v].baseline for v in variants})
    answer = f"{answer_text(plan.tasks)}{knowledge_text(plan.tasks)}"
    texts = dict.fromkeys(measured_text(end, plan.compare.unit) for end in (values[0], values[-1]))
    return (
        f"the task's baseline in {metric_text(plan.compare.metric)}, {' to '.join(texts)}"
        f"{f', {answer}' if answer else ''}"
    )


def _worse(analysis: Analysis, variants: Sequence[str], means: Sequence[str]) -> Iterator[str]:
    if variants:
        yield (
            f"Worse than {_beside(analysis, variants)}: {count_text(len(variants), 'variant')} "
            f"({listed(means)})."
        )


def _idle(analysis: Analysis, variants: Sequence[str], names: Names) -> Iterator[str]:
    if variants:
        pairs = " A comparison of two of them says nothing of what they could learn."
        yield (
            f"Nothing learnt: {count_text(len(variants), 'variant')} "
            f"({listed([names[variant] for variant in variants])}) cannot be distinguished from "
            f"{_beside(analysis, variants)}.{pairs if len(variants) > 1 else ''}"
        )


def _some(analysis: Analysis, variants: Sequence[str], names: Names) -> Iterator[str]:
    if variants:
        said = [
            f"{names[v]}: {analysis.learning[v].learnt} of {analysis.learning[v].seeds}"
            for v in variants
        ]
        yield (
            f"Learnt by some seeds only: {count_text(len(variants), 'variant')} "
            f"({listed(said)}). Their means mix seeds that learnt and seeds that did not. A seed "
            f"counts as having learnt from {100 * LEARNT:.0f} % of the way on that leads from "
            f"{_beside(analysis, variants)}, to the best value possible."
        )
