"""What the page shows of each task's data: a few examples, the splits, the baselines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.data.samples import Example, Sample
from orchestrator.reports.figures.tasks import sequence
from orchestrator.reports.figures.tasks.sequence import Strip
from orchestrator.reports.page.encode.png import png_link
from orchestrator.reports.statistics.tasks.baselines import Baseline
from orchestrator.reports.text import names
from orchestrator.reports.text.sections import task_examples as words

MOST_STRIPS = 4  # features drawn as lines; more of them are drawn as a picture, one row per step


@dataclass(frozen=True)
class ShownExample:
    """One example; of the forms of its input one is there, the others are empty."""

    picture: str  # address of an image
    large: bool  # the picture is of a sequence: rows are steps
    tokens: tuple[tuple[str, str], ...]  # (word or symbol, what belongs to it)
    strips: tuple[Strip, ...]
    numbers: tuple[str, ...]
    target: str  # "" where it is beside the tokens, or in the input


@dataclass(frozen=True)
class ShownTask:
    """One task."""

    title: str
    about: str
    heads: tuple[str, ...]  # of a table of features
    caption: str
    examples: tuple[ShownExample, ...]


def task_examples(
    plan: PlanDocument, samples: Sequence[Sample], known: Mapping[str, Sequence[Baseline]]
) -> tuple[ShownTask, ...]:
    """Every task of which data.json has a sample."""
    return tuple(
        ShownTask(
            title=words.title(each, samples),
            about=words.about(each, [*_baselines(plan, each, known)], plan.tasks),
            heads=_heads(each),
            caption=words.caption(each, _aside(each), _is_cut(each)),
            examples=tuple(_shown(each, example) for example in each.examples),
        )
        for each in samples
    )


def _baselines(
    plan: PlanDocument, own: Sample, known: Mapping[str, Sequence[Baseline]]
) -> Iterator[str]:
    """accuracy 10.3 %, of the variants with this task."""
    mine = {v.variant_id for v in plan.variants if _has(plan, {**v.settings, **v.levels}, own)}
    for metric, groups in known.items():
        unit = plan.metrics[metric].unit if metric in plan.metrics else ""
        for group in groups:
            if mine.intersection(group.variants):
                yield f"{metric} {names.value_text(group.value, unit)}"


def _has(plan: PlanDocument, settings: Mapping[str, object], own: Sample) -> bool:
    every = {**plan.fixed, **settings}
    return all(every.get(path, value) == value for path, value in own.settings.items())


def _heads(own: Sample) -> tuple[str, ...]:
    if own.inputs != "features":
        return ()
    return own.feature_names or tuple(f"x{place}" for place in range(1, own.features + 1))


def _aside(own: Sample) -> str:
    """Under what each target is shown: word | step; "" where there is one for the whole."""
    if not any(isinstance(example.target, tuple) for example in own.examples):
        return ""
    return "word" if own.inputs == "words" else "step"


def _is_cut(own: Sample) -> bool:
    lengths = [len(e.symbols or e.steps) for e in own.examples]
    return own.inputs == "sequence" and max(lengths, default=0) < own.shape[0]


def _shown(own: Sample, example: Example) -> ShownExample:
    target, each = example.target, example.words or example.symbols
    aside = target if isinstance(target, tuple) else ("",) * len(each)
    is_table = own.inputs == "features"
    wide = bool(example.steps) and len(example.steps[0]) > MOST_STRIPS and not is_table
    lines = example.steps if not wide and not is_table else ()
    return ShownExample(
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
    return picture_of_steps(example.steps) if wide else ""


def picture_of_steps(steps: Sequence[Sequence[float]]) -> str:
    """One row per step, from the top; the smallest number of the example is black."""
    every = [x for step in steps for x in step]
    low, span = min(every), (max(every) - min(every)) or 1.0
    pixels = bytes(round(255 * (x - low) / span) for x in every)
    return png_link(pixels, len(steps[0]), len(steps))
