"""What a plan amounts to: trials by phase and state, and optimizer steps."""

from collections import Counter

from orchestrator.plan.cost import training_steps
from orchestrator.plan.records import Phase, Plan


def count_states(plan: Plan, phase: Phase | None = None) -> dict[str, int]:
    """Trials in each state, of one phase or of both."""
    own = (trial for trial in plan.trials if phase in (None, trial.phase))
    counts = Counter(plan.states[trial.trial_id] for trial in own)
    return {"new": counts["new"], "done": counts["done"], "invalidated": counts["invalidated"]}


def all_trials(plan: Plan) -> int:
    """Trials of both phases, also those whose settings are not known yet."""
    return len(plan.trials) + plan.to_come + plan.pending


def steps_to_do(plan: Plan) -> int:
    """Optimizer steps of all trials that are to be trained, each counted by itself."""
    todo = [trial for trial in plan.trials if plan.states[trial.trial_id] != "done"]
    variants = {id(trial.variant): trial.variant for trial in todo}
    counts = Counter(id(trial.variant) for trial in todo)
    known = sum(n * training_steps(variants[key].settings.flat) for key, n in counts.items())
    return known + _steps_pending(plan)


def _steps_pending(plan: Plan) -> int:
    """Steps of trials whose settings are not known yet, as if they were those of the file."""
    unsuggested: Counter[str] = Counter()
    for (_, variant_id), trials in (plan.tuning.to_come if plan.tuning else {}).items():
        unsuggested[variant_id] += trials
    planned = Counter(t.variant.variant_id for t in plan.trials if t.phase == "replication")
    return sum(
        (plan.study.replicates - planned[variant.variant_id] + unsuggested[variant.variant_id])
        * training_steps(variant.settings.flat)
        for variant in plan.study.variants
    )
