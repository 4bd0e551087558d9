"""Points that are suggested from the scores of earlier ones, round by round."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Protocol

from orchestrator.plan.identity import Fingerprints
from orchestrator.plan.records import Tuned
from orchestrator.plan.selection import selecting
from orchestrator.plan.tuning import tuning_point
from orchestrator.seeds import seed_for
from orchestrator.study.design.nuisance_values import Values
from orchestrator.study.records import Nuisance, Study, Tune, Variant

ROUND = 4
"""Points of a variant that are asked for at once, and trained side by side."""


class Search(Protocol):
    """Suggests points; the same, if it is told the same in the same order."""

    def suggest(self, point: int) -> Values: ...

    def tell(self, point: int, score: float | None) -> None:
        """The mean score of a point; None is the worst there is."""
        ...


MakeSearch = Callable[[tuple[Nuisance, ...], str, int, int], Search]
"""Settings to draw, direction, points drawn by chance, seed → a search that knows nothing yet."""


@dataclass(frozen=True, slots=True)
class Suggesting:
    """What suggestions follow from.

    scores: trial id → validation metric, of tuning trials that completed. is_done: whether a trial
    has its last word.
    """

    study: Study
    tune: Tune
    prints: Fingerprints
    scores: Mapping[str, float]
    is_done: Callable[[str], bool]
    search: MakeSearch

    def points(self) -> dict[Tuned, Sequence[Values]]:
        """Of every variant in every tuning study, the points of the rounds before, and the next."""
        return {
            (tuning_study, variant.variant_id): list(self._of(variant, tuning_study))
            for tuning_study in range(self.tune.studies)
            for variant in self.study.variants
        }

    def _of(self, variant: Variant, tuning_study: int) -> Iterator[Values]:
        """The search begins anew each time: what it said before follows from what it is told.

        Its seed is that of all variants, which so begin with the same points.
        """
        search = self._search(variant, tuning_study)
        for start in range(0, self.tune.points, ROUND):
            numbers = range(start, min(start + ROUND, self.tune.points))
            values = {number: search.suggest(number) for number in numbers}
            yield from values.values()
            trials = {n: self._trials(variant, tuning_study, n, v) for n, v in values.items()}
            if not all(self.is_done(trial) for own in trials.values() for trial in own):
                return
            for number, own in trials.items():
                search.tell(number, self._score(own))

    def _search(self, variant: Variant, tuning_study: int) -> Search:
        space = self.tune.of(variant)
        if not space:
            return _Nothing()
        seed = seed_for("points", tuning_study, study_seed=self.study.seed)
        return self.search(space, selecting(self.study, self.tune).direction, ROUND, seed)

    def _trials(
        self, variant: Variant, tuning_study: int, number: int, values: Values
    ) -> Sequence[str]:
        point = tuning_point(self.study, self.prints, variant, tuning_study, number, values)
        return [trial.trial_id for trial in point.trials]

    def _score(self, trials: Sequence[str]) -> float | None:
        """As selection ranks it: a point that lost a trial is worse than all that lost none."""
        own = [self.scores[trial] for trial in trials if trial in self.scores]
        return fmean(own) if len(own) == len(trials) else None


class _Nothing:
    """For a variant without a setting to tune."""

    def suggest(self, point: int) -> Values:
        return {}

    def tell(self, point: int, score: float | None) -> None: ...
