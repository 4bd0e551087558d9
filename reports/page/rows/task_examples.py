"""What the page shows of each task's data: a few examples, the splits, the baselines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.reports.data.read import Plan
from orchestrator.reports.data.samples import Example, Sample
from orchestrator.reports.figures.tasks import sequence
from orchestrator.reports.figures.tasks.sequence import Strip
from orchestrator.reports.page.encode.png import png_link
from orchestrator.reports.statistics.tasks.baselines import Baseline
from orchestrator.reports.text import names

MOST_STRIPS = 4  # features drawn as lines; more of them are drawn as a picture, a row a step
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


@dataclass(frozen=True)
class Shown:
    """One example; of the forms of its input one is there, the others are empty."""

    picture: str  # address of an image
    large: bool  # the picture is of a sequence: rows are steps
    tokens: tuple[tuple[str, str], ...]  # (word or symbol, what belongs to it)
    strips: tuple[Strip, ...]
    numbers: tuple[str, ...]
    target: str  # "" where it stands beside the tokens, or in the input


@dataclass(frozen=True)
class TaskShown:
    """One task."""

    title: str
    about: str
    splits: Mapping[str, int]
    split: str
    baselines: tuple[str, ...]
    heads: tuple[str, ...]  # of a table of features
    aside: str  # what each target belongs to, and stands under: word | step; "" where it does not
    is_cut: bool  # whether sequences are longer than shown
    examples: tuple[Shown, ...]


def data(
    plan: Plan, samples: Sequence[Sample], known: Mapping[str, Sequence[Baseline]]
) -> tuple[TaskShown, ...]:
    """Every task of which data.json has a sample."""
    return tuple(
        TaskShown(
            title=_title(each, samples),
            about=_about(each),
            splits=each.splits,
            split=each.split,
            baselines=tuple(_baselines(plan, each, known)),
            heads=_heads(each),
            aside=_aside(each),
            is_cut=_is_cut(each),
            examples=tuple(_shown(each, example) for example in each.examples),
        )
        for each in samples
    )


def _title(own: Sample, every: Sequence[Sample]) -> str:
    """adding; where several have this name: adding, length 50."""
    same = [each for each in every if each.task == own.task]
    differ = {
        path: value
        for path, value in own.settings.items()
        if any(each.settings.get(path) != value for each in same)
    }
    told = names.describe(differ, names.short_names(own.settings))
    return f"{own.task}, {told}" if told else own.task


def _about(own: Sample) -> str:
    """Images of 8 × 8 → one of 10 classes."""
    facts = {
        "features": names.count_text(own.features, "feature"),
        "size": " × ".join(map(str, own.shape[1:])),
        "steps": names.count_text(own.shape[0], "step") if own.shape else "",
        "vocabulary": f"{own.features:,}",
        "unit": "word" if own.inputs == "words" else "step",
        "values": max(own.values, 2),
        "numbers": names.count_text(own.values, "number"),
    }
    text = f"{_INPUTS[own.inputs]} → {_OUTPUTS[own.outputs]}".format(**facts)
    return f"{text[0].upper()}{text[1:]}"


def _baselines(plan: Plan, own: Sample, known: Mapping[str, Sequence[Baseline]]) -> Iterator[str]:
    """accuracy 10.3 %, of the variants with this task."""
    mine = {v.variant_id for v in plan.variants if _has(plan, {**v.settings, **v.levels}, own)}
    for metric, groups in known.items():
        unit = plan.metrics[metric].unit if metric in plan.metrics else ""
        for group in groups:
            if mine.intersection(group.variants):
                yield f"{metric} {names.value_text(group.value, unit)}"


def _has(plan: Plan, settings: Mapping[str, object], own: Sample) -> bool:
    every = {**plan.fixed, **settings}
    return all(every.get(path, value) == value for path, value in own.settings.items())


def _heads(own: Sample) -> tuple[str, ...]:
    if own.inputs != "features":
        return ()
    return own.feature_names or tuple(f"x{place}" for place in range(1, own.features + 1))


def _aside(own: Sample) -> str:
    if not any(isinstance(example.target, tuple) for example in own.examples):
        return ""
    return "word" if own.inputs == "words" else "step"


def _is_cut(own: Sample) -> bool:
    lengths = [len(e.symbols or e.steps) for e in own.examples]
    return own.inputs == "sequence" and max(lengths, default=0) < own.shape[0]


def _shown(own: Sample, example: Example) -> Shown:
    target, each = example.target, example.words or example.symbols
    aside = target if isinstance(target, tuple) else ("",) * len(each)
    is_table = own.inputs == "features"
    wide = bool(example.steps) and len(example.steps[0]) > MOST_STRIPS and not is_table
    lines = example.steps if not wide and not is_table else ()
    return Shown(
        picture=_picture(example, wide),
        large=wide,
        tokens=tuple(zip(each, aside, strict=False)),
        strips=sequence.draw(lines, own.feature_names) if lines else (),
        numbers=tuple(f"{x:.3g}" for x in example.steps[0]) if is_table else (),
        target=target if isinstance(target, str) else "",
    )


def _picture(example: Example, wide: bool) -> str:
    if example.picture:
        own = example.picture
        return png_link(own.pixels, own.width, own.height, own.channels)
    return _of_steps(example.steps) if wide else ""


def _of_steps(steps: Sequence[Sequence[float]]) -> str:
    """A row a step, from the top; the smallest number of the example is black."""
    every = [x for step in steps for x in step]
    low, span = min(every), (max(every) - min(every)) or 1.0
    pixels = bytes(round(255 * (x - low) / span) for x in every)
    return png_link(pixels, len(steps[0]), len(steps))
