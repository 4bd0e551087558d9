"""What the page shows of the examples that all variants get wrong."""

from dataclasses import dataclass

from orchestrator.reports.data.predictions import Predictions
from orchestrator.reports.data.samples import Example
from orchestrator.reports.page.encode.png import png_link
from orchestrator.reports.page.rows.task_examples import picture_of_steps
from orchestrator.reports.statistics.predictions.always_wrong import AlwaysWrong, HardExample
from orchestrator.reports.statistics.predictions.analysis import Predicted
from orchestrator.reports.text.sections import predictions as words

AROUND = 12  # words or steps shown to either side of the one in question


@dataclass(frozen=True)
class ShownHard:
    """One example; either a picture, or tokens, or neither where its input is not stored."""

    picture: str  # address of an image
    large: bool  # the picture is of a sequence: rows are steps
    tokens: tuple[tuple[str, bool], ...]  # (word or symbol, whether it is the one in question)
    answer: str
    where: str


@dataclass(frozen=True)
class ShownHardTask:
    """The examples of one task."""

    said: str
    examples: tuple[ShownHard, ...]


def hard_examples(said: Predictions | None, found: Predicted | None) -> tuple[ShownHardTask, ...]:
    """Of every task with predictions of all variants."""
    if said is None or found is None:
        return ()
    several = len(found.confusions) > 1
    return tuple(
        ShownHardTask(
            words.hard_text(each, found.split, several=several),
            tuple(_shown(said, each, hard) for hard in each.shown),
        )
        for each in found.always_wrong
    )


def _shown(said: Predictions, task: AlwaysWrong, hard: HardExample) -> ShownHard:
    shown = said.shown((task.task.task.sample, hard.replicate, hard.example))
    wide = shown is not None and bool(shown.steps)
    return ShownHard(
        picture=_picture(shown) if shown else "",
        large=wide,
        tokens=_tokens(shown, hard.position) if shown else (),
        answer=words.answer_text(hard, task.task.classes),
        where=words.where_text(hard),
    )


def _picture(shown: Example) -> str:
    if shown.picture:
        own = shown.picture
        return png_link(own.pixels, own.width, own.height, own.channels)
    return picture_of_steps(shown.steps) if shown.steps else ""


def _tokens(shown: Example, position: int | None) -> tuple[tuple[str, bool], ...]:
    every = shown.words or shown.symbols
    middle = position or 0
    first, last = (max(middle - AROUND, 0), middle + AROUND + 1) if position else (0, 2 * AROUND)
    cut = [(token, place == position) for place, token in enumerate(every)][first:last]
    before, after = [("…", False)] * (first > 0), [("…", False)] * (last < len(every))
    return (*before, *cut, *after)
