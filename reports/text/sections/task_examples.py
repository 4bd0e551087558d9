"""Words of the section of data."""

from collections.abc import Sequence

from orchestrator.plan_document import Task
from orchestrator.reports.data.samples import Sample
from orchestrator.reports.text.names import count_text, describe, short_names
from orchestrator.reports.text.phrases import sentence
from orchestrator.reports.text.task_baseline import answer_text, knowledge_text

MANY_REPEATED = 0.01  # of the test inputs: as large as differences that studies look for

_INPUTS = {
    "features": "{features}",
    "image": "images of {size}",
    "sequence": "sequences of {steps} with {features} at each",
    "words": "sentences of a vocabulary of {vocabulary} words",
}
_OUTPUTS = {
    "class": "one of {values} classes",
    "tags": "one of {values} classes for every {unit}",
    "value": "{numbers}",
    "words": "the next word",
}


def title(own: Sample, every: Sequence[Sample]) -> str:
    """adding; where several have this name: adding, length 50."""
    same = [each for each in every if each.task == own.task]
    differ = {
        path: value
        for path, value in own.settings.items()
        if any(each.settings.get(path) != value for each in same)
    }
    settings = describe(differ, short_names(own.settings))
    return f"{own.task}, {settings}" if settings else own.task


def about(own: Sample, baselines: Sequence[str], tasks: Sequence[Task] = ()) -> str:
    """Images of 8 × 8 → one of 10 classes. 1,000 train, 200 test examples. …

    baselines: "accuracy 10.3 %", of the test split. tasks: of the plan.
    """
    counts = ", ".join(f"{count:,} {split}" for split, count in own.splits.items())
    task = [each for each in tasks if each.settings.get("task.name") == own.task][:1]
    answer = f", {answer_text(task)}{knowledge_text(task)}" if answer_text(task) else ""
    least = f" Baseline: test {', '.join(baselines)}{answer}." if baselines else ""
    return f"{sentence(_mapping(own))} {counts} examples.{_repeated(own)}{least}"


def _repeated(own: Sample) -> str:
    """What is known by heart is no measure of what was learnt."""
    share = own.in_training
    if share is None:
        return ""
    if share == 0:
        return " No test input occurs in training."
    said = "All test inputs" if share == 1 else f"{max(100 * share, 0.1):.1f} % of the test inputs"
    beware = " Beware: memory is enough for those." if share >= MANY_REPEATED else ""
    return f" {said} also occur in training (replicate 0).{beware}"


def _mapping(own: Sample) -> str:
    facts = {
        "features": count_text(own.features, "feature"),
        "size": " × ".join(map(str, own.shape[1:])),
        "steps": count_text(own.shape[0], "step") if own.shape else "",
        "vocabulary": f"{own.features:,}",
        "unit": "word" if own.inputs == "words" else "step",
        "values": max(own.values, 2),
        "numbers": count_text(own.values, "number"),
    }
    return f"{_INPUTS[own.inputs]} → {_OUTPUTS[own.outputs]}".format(**facts)


def caption(own: Sample, aside: str, is_cut: bool) -> str:
    """aside: word | step, under which its target is shown; is_cut: longer than shown."""
    under = f"The target of each {aside} is below it. " if aside else ""
    cut = "; long ones are cut off" if is_cut else ""
    return f"{under}Examples of the {own.split} split of replicate 0{cut}."
