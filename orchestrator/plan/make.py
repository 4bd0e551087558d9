"""Study + what the store holds → Plan."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from orchestrator.plan.earlier import Earlier, read_earlier
from orchestrator.plan.identity import Fingerprints, fingerprints, identify
from orchestrator.plan.packs import make_packs
from orchestrator.plan.records import Plan, State, Trial
from orchestrator.study.records import Study

DONE = ("completed", "diverged")  # statuses that are results; a failed trial is trained again


def make_plan(
    study: Study,
    results: Mapping[str, str],
    workers: int,
    earlier: Mapping[str, Any] | None = None,
    force: bool = False,
    prints: Fingerprints | None = None,
) -> Plan:
    """Every trial of the study, what is known of it, and packs of those still to be trained.

    results: trial id → its status in the store.
    earlier: plan.json of the last run, for the reasons and for packs that were interrupted.
    force: nothing counts as done.
    prints: digests of code and data; left out, they are read now.
    """
    prints = prints or fingerprints(study)
    before = read_earlier(earlier)
    trials = tuple(identify(study, prints))
    states, reasons = _states(study, trials, results, before, prints)
    if force:
        states = dict.fromkeys(states, "new")
    todo = [trial for trial in trials if states[trial.trial_id] != "done"]
    packs = make_packs(study, todo, before.packs, workers, prints)
    return Plan(study, prints.identity, trials, states, reasons, packs)


def _states(
    study: Study,
    trials: tuple[Trial, ...],
    results: Mapping[str, str],
    before: Earlier,
    prints: Fingerprints,
) -> tuple[dict[str, State], dict[str, str]]:
    @cache
    def past(variant_index: int) -> tuple[list[str], str]:
        variant = study.variants[variant_index]
        ids = before.trials(variant)
        return ids, before.changes(study, variant, prints) if ids else ""

    states: dict[str, State] = {}
    reasons: dict[str, str] = {}
    for index, trial in enumerate(trials):
        ids, changes = past(index // study.replicates)
        old = ids[trial.replicate] if trial.replicate < len(ids) else trial.trial_id
        if results.get(trial.trial_id) in DONE:
            states[trial.trial_id] = "done"
        elif old != trial.trial_id and results.get(old) in DONE:
            states[trial.trial_id] = "invalidated"
            reasons[trial.trial_id] = changes
        else:
            states[trial.trial_id] = "new"
    return states, reasons
