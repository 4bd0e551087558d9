"""Study + what the store holds → Plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from orchestrator.plan.duration import UNKNOWN, Speeds
from orchestrator.plan.identity import Fingerprints, fingerprints, identify
from orchestrator.plan.invalidation import Earlier, earlier_plan
from orchestrator.plan.packs import make_packs
from orchestrator.plan.records import Plan, State, Trial, Tuning
from orchestrator.plan.tuning import TuningSoFar, replicates, tuning_points, tuning_state
from orchestrator.plan_document import PlanDocument
from orchestrator.study.records import Study

DONE = ("completed", "diverged")  # statuses that are results; a failed trial is trained again
NOTHING = TuningSoFar()


def make_plan(
    study: Study,
    results: Mapping[str, str],
    workers: int,
    earlier: PlanDocument | None = None,
    force: bool = False,
    prints: Fingerprints | None = None,
    known: TuningSoFar = NOTHING,
    tried: frozenset[str] = frozenset(),
    speeds: Speeds = UNKNOWN,
    stored: Sequence[Sequence[str]] = (),
    kept: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> Plan:
    """Every trial of the study, what is known of it, and packs of those still to be trained.

    results: trial id → its status in the store.
    earlier: plan.json of the last run, for the reasons and for packs that were interrupted.
    force: nothing counts as done.
    prints: digests of code and data; left out, they are read now.
    known: of a study that tunes, its points and their scores.
    tried: trials that this run has trained already: done, whatever came out.
    speeds: of earlier packs, so that new ones do not take too long.
    stored: trial ids of packs that are trained once more and stay as they were.
    kept: what the study keeps (weights, predictions) → trials of which the store has it.
    """
    prints = prints or fingerprints(study)
    judge = _Judge(study, results, earlier, prints, force, tried, kept)
    points = tuning_points(study, prints, known.points)
    tuning_trials = [t for own in points.values() for point in own for t in point.trials]
    judge.see(tuning_trials)
    tuning = tuning_state(study, points, known, results, judge.done) if study.tune else None
    others = _replicates(study, prints, tuning)
    judge.see(others)
    todo = judge.todo(tuning_trials) or judge.todo(others)
    packs_so_far = [*judge.before.packs, *stored] if todo else []
    packs = make_packs(study, todo, packs_so_far, workers, prints, speeds)
    trials = (*tuning_trials, *others)
    return Plan(study, prints.identity, trials, judge.states, judge.reasons, packs, tuning)


def is_done(trial_id: str, results: Mapping[str, str], force: bool, tried: frozenset[str]) -> bool:
    """Whether a trial has its last word. Arguments as in `make_plan`."""
    status = results.get(trial_id)
    if status is not None and trial_id in tried:
        return True
    return status in DONE and not force


def _replicates(study: Study, prints: Fingerprints, tuning: Tuning | None) -> list[Trial]:
    return list(replicates(study, prints, tuning) if tuning else identify(study, prints))


@dataclass
class _Judge:
    """Says of trials what state they are in, and why."""

    study: Study
    results: Mapping[str, str]
    earlier: PlanDocument | None
    prints: Fingerprints
    force: bool
    tried: frozenset[str]
    kept: Mapping[str, frozenset[str]]
    states: dict[str, State] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    _past: dict[Any, tuple[list[str | None], str]] = field(default_factory=dict)

    @cached_property
    def before(self) -> Earlier:
        """Made only where something is not done."""
        return earlier_plan(self.earlier)

    def see(self, trials: Iterable[Trial]) -> None:
        for trial in trials:
            self.states[trial.trial_id] = self._state(trial)

    @property
    def done(self) -> frozenset[str]:
        return frozenset(trial for trial, state in self.states.items() if state == "done")

    def todo(self, trials: Iterable[Trial]) -> list[Trial]:
        return [trial for trial in trials if self.states[trial.trial_id] != "done"]

    def _state(self, trial: Trial) -> State:
        if is_done(trial.trial_id, self.results, self.force, self.tried):
            lacks = self._lacks(trial)
            if not lacks:
                return "done"
            self.reasons[trial.trial_id] = f"the store has no {lacks} of it (keep.{lacks})"
            return "invalidated"
        if self.force:
            return "new"
        ids, changes = self._earlier(trial)
        old = ids[trial.replicate] if trial.replicate < len(ids) else None
        if old not in (None, trial.trial_id) and self.results.get(str(old)) in DONE:
            self.reasons[trial.trial_id] = changes
            return "invalidated"
        return "new"

    def _lacks(self, trial: Trial) -> str | None:
        """What the study keeps and the store lacks; only replicates that completed have any."""
        identifier = trial.trial_id
        if identifier in self.tried or self.results[identifier] != "completed":
            return None
        if trial.phase != "replication":
            return None
        return next((what for what, having in self.kept.items() if identifier not in having), None)

    def _earlier(self, trial: Trial) -> tuple[list[str | None], str]:
        """Ids that its replicates had, and what has changed since: the same for all of them."""
        key = (trial.variant.variant_id, trial.phase, trial.tuning_study, trial.point)
        if key not in self._past:
            ids = self.before.trials(trial)
            changes = self.before.changes(self.study, trial, self.prints) if ids else ""
            self._past[key] = ids, changes
        return self._past[key]
