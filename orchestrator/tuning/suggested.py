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
"""Points of a variant that are suggested at once, and trained side by side."""


class Search(Protocol):
    """Suggests points: the same ones after the same `tell` calls in the same order."""

    def suggest(self, point: int) -> Values: ...

    def tell(self, point: int, score: float | None) -> None:
        """Report the mean score of a point; None is the worst."""
        ...


MakeSearch = Callable[[tuple[Nuisance, ...], str, int, int], Search]
"""Nuisance settings, direction, number of random points, seed → a new search."""


@dataclass(frozen=True, slots=True)
class SuggestedPoints:
    """Suggests the points of a study from stored scores.

    scores: trial id → validation metric, of completed tuning trials. is_done: whether the result of
    a trial is final.
    """

    study: Study
    tune: Tune
    prints: Fingerprints
    scores: Mapping[str, float]
    is_done: Callable[[str], bool]
    search: MakeSearch

    def points(self) -> dict[Tuned, Sequence[Values]]:
        """The points of all finished rounds and the next, per variant and tuning study."""
        return {
            (tuning_study, variant.variant_id): list(self._of(variant, tuning_study))
            for tuning_study in range(self.tune.studies)
            for variant in self.study.variants
        }

    def _of(self, variant: Variant, tuning_study: int) -> Iterator[Values]:
        """Starts a new search each time: the scores reproduce its earlier suggestions.

        All variants share its seed, and therefore their first points.
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
            return _NoSettings()
        seed = seed_for("points", tuning_study, study_seed=self.study.seed)
        return self.search(space, selecting(self.study, self.tune).direction, ROUND, seed)

    def _trials(
        self, variant: Variant, tuning_study: int, number: int, values: Values
    ) -> Sequence[str]:
        point = tuning_point(self.study, self.prints, variant, tuning_study, number, values)
        return [trial.trial_id for trial in point.trials]

    def _score(self, trials: Sequence[str]) -> float | None:
        """None if a trial has no score: selection ranks such a point below all complete ones."""
        own = [self.scores[trial] for trial in trials if trial in self.scores]
        return fmean(own) if len(own) == len(trials) else None


class _NoSettings:
    """The search of a variant without nuisance settings."""

    def suggest(self, point: int) -> Values:
        return {}

    def tell(self, point: int, score: float | None) -> None: ...
