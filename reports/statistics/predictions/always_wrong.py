"""The examples that all variants get wrong."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestrator.reports.data.predictions import Predictions, Said
from orchestrator.reports.statistics.predictions.tasks import TaskVariants

MOST_SHOWN = 24  # examples, those wrong in most replicates
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class HardExample:
    """One answer that all variants get wrong in `wrong` of the `seen` replicates that have it."""

    example: int
    position: int | None  # of the word or step; None where the example has one target
    target: int
    answer: int  # the most frequent
    answer_share: float  # of the answers of all variants, in the replicates where all are wrong
    wrong: int
    seen: int
    replicate: int  # the first of them


@dataclass(frozen=True)
class AlwaysWrong:
    """Of one task.

    replicates: those in which every variant has predictions.
    share: of the answers of a replicate, those that all variants get wrong; mean over replicates.
    alone: the mean share of wrong answers of one variant, in the same replicates.
    distinct: examples, or words, that all get wrong in at least one replicate.
    """

    task: TaskVariants
    replicates: int
    share: float
    alone: float
    distinct: int
    shown: tuple[HardExample, ...]


def always_wrong(said: Predictions, task: TaskVariants) -> AlwaysWrong | None:
    """None where no replicate has predictions of every variant.

    Answers: which examples does nothing that was compared help with? They may be mislabelled,
        ambiguous, or beyond what all variants have in common.
    Assumes: nothing. An example is the same in all replicates, unless each generates its own.
    Misleads: taken for examples that cannot be learnt: another model, or more data, may do. With
        few variants, or alike ones, many examples are wrong in all by chance: compare the share
        with that of one variant.
    Source: instance hardness, Smith, Martinez & Giraud-Carrier 2014, Machine Learning 95.
    """
    replicates = sorted({r for v, r in said.by_trial if v in task.variants})
    found = [
        (replicate, own)
        for replicate in replicates
        if len(own := _of(said, task, replicate)) == len(task.variants) and _alike(own)
    ]
    if not found:
        return None
    wrong = [_wrong(own) for _, own in found]
    every: list[Bools] = [np.asarray(each.all(axis=0)) for each in wrong]
    hard = list(_hard(found, every, generated=task.task.data.sampling not in ("fixed", "resplit")))
    hard.sort(key=lambda each: (-each.wrong, each.seen - each.wrong, each.replicate))
    return AlwaysWrong(
        task,
        len(found),
        float(np.mean([each.mean() for each in every])),
        float(np.mean([each.mean() for each in wrong])),
        len(hard),
        tuple(hard[:MOST_SHOWN]),
    )


def _of(said: Predictions, task: TaskVariants, replicate: int) -> list[Said]:
    keys = [(variant, replicate) for variant in task.variants]
    return [said.by_trial[key] for key in keys if key in said.by_trial]


def _alike(own: Sequence[Said]) -> bool:
    first = own[0]
    return all(
        np.array_equal(each.example, first.example)
        and np.array_equal(each.position, first.position)
        for each in own[1:]
    )


def _wrong(own: Sequence[Said]) -> Bools:
    """(variants, answers)."""
    return np.array([each.answer != each.target for each in own])


def _hard(
    found: Sequence[tuple[int, Sequence[Said]]], every: Sequence[Bools], *, generated: bool
) -> Iterator[HardExample]:
    """Unsorted. found: replicate and what its variants said; every: which answers all miss."""
    cases: dict[tuple[int, ...], list[tuple[int, int, int]]] = {}  # → replicate, place, index
    for index, ((replicate, own), missed) in enumerate(zip(found, every, strict=True)):
        first = own[0]
        for place in np.flatnonzero(missed).tolist():
            key = (int(first.example[place]), int(first.position[place]))
            cases.setdefault((*key, replicate) if generated else key, []).append(
                (replicate, place, index)
            )
    seen = Counter(number for _, own in found for number in np.unique(own[0].example).tolist())
    for (example, position, *_), own_cases in cases.items():
        answers = Counter(
            int(each.answer[place]) for _, place, index in own_cases for each in found[index][1]
        )
        (answer, count), *_ = answers.most_common(1)
        replicate, place, index = own_cases[0]
        yield HardExample(
            example=example,
            position=None if position < 0 else position,
            target=int(found[index][1][0].target[place]),
            answer=answer,
            answer_share=count / answers.total(),
            wrong=len(own_cases),
            seen=1 if generated else seen[example],
            replicate=replicate,
        )
