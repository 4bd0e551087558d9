"""Tables → every number of the report, in one frozen record."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from orchestrator.reports.data.read import Plan, Tables
from orchestrator.reports.statistics.comparisons.comparisons import Comparisons, comparisons
from orchestrator.reports.statistics.comparisons.replicates_needed import Settling, settling
from orchestrator.reports.statistics.comparisons.sampling import Sampling, sampling
from orchestrator.reports.statistics.factorial.analysis import Factorial, factorial
from orchestrator.reports.statistics.gradients.analysis import Gradients, gradients
from orchestrator.reports.statistics.gradients.decay import Profile, decay
from orchestrator.reports.statistics.gradients.layer_quantiles import (
    PATH_FACTOR,
    PRE_ACTIVATION,
    Spread,
    spreads,
)
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile, time_decay
from orchestrator.reports.statistics.outcomes.cost import Cost, cost
from orchestrator.reports.statistics.outcomes.curves import Curve, curves
from orchestrator.reports.statistics.outcomes.divergence import Diverged, diverged
from orchestrator.reports.statistics.outcomes.evidence import Evidence, evidence, warnings
from orchestrator.reports.statistics.outcomes.failures import Cause, failures
from orchestrator.reports.statistics.outcomes.outcomes import Outcome, outcomes
from orchestrator.reports.statistics.outcomes.solved import Solved, solved
from orchestrator.reports.statistics.outcomes.time_to_solve import TimeToSolve, time_to_solve
from orchestrator.reports.statistics.outcomes.unlearnt import unlearnt, unlearnt_warning
from orchestrator.reports.statistics.tasks.across_tasks import AcrossTasks, across_tasks
from orchestrator.reports.statistics.tasks.baselines import Baseline, baselines
from orchestrator.reports.statistics.tuning.tuning import Tuning, tuning
from orchestrator.reports.statistics.tuning.tuning_audit import Audit, audit_warnings, tuning_audit
from orchestrator.reports.text.budgets import budget_warnings
from orchestrator.reports.text.ceiling import ceiling_warnings
from orchestrator.reports.text.commands import more_replicates
from orchestrator.reports.text.headline import finding
from orchestrator.reports.text.verdicts import Statement, statements
from orchestrator.reports.variants import names_of


@dataclass(frozen=True)
class Analysis:
    """What was learnt."""

    plan: Plan
    outcomes: Mapping[str, Outcome]  # by variant id, in the order of the plan
    comparisons: Comparisons
    solved: Mapping[str, Solved]  # by variant id; empty where the task cannot be solved
    time_to_solve: Mapping[str, TimeToSolve]  # the same
    sampling: Mapping[str, Sampling]  # by variant id; empty where it is not known
    factorial: Factorial | None
    across_tasks: AcrossTasks | None
    baselines: Mapping[str, tuple[Baseline, ...]]  # by metric
    curves: tuple[Curve, ...]
    gradients: Gradients
    profiles: tuple[Profile, ...]  # through depth, of recurrent layers forward
    backward_profiles: tuple[Profile, ...]
    pre_activations: tuple[Spread, ...]
    path_factors: tuple[Spread, ...]
    time_profiles: tuple[TimeProfile, ...]
    failures: tuple[Cause, ...]
    cost: Cost | None  # None while nothing is trained
    tuning_audit: tuple[Audit, ...]  # of each tuned variant
    tuning: Tuning | None  # None in a study that does not tune
    evidence: Evidence
    finding: str
    statements: tuple[Statement, ...]  # every verdict in words
    settling: Settling | None  # None while nothing is undecided
    settling_command: str  # that would settle it; "" where no number of replicates is proposed
    warnings: tuple[str, ...]


def analyse(tables: Tables) -> Analysis:
    """Runs every statistic once. Needs no figure and no page."""
    plan, facts = tables.plan, evidence(tables)
    results = outcomes(tables.trials, plan.compare.metric)
    least, lost = baselines(tables.trials), diverged(tables.trials, plan.compare.metric)
    compared = _compare(plan, results, lost)
    idle = unlearnt(plan.compare, results, least)
    open_ = settling(compared.rows, plan.replicates, plan.compare.smallest_difference)
    audits = tuning_audit(tables)
    measured = gradients(tables, results)
    profiles = decay(tables.gradients, measured.fits)
    return Analysis(
        plan=plan,
        outcomes=results,
        comparisons=compared,
        solved=solved(tables.trials, plan.compare.metric.split("/")[0]),
        time_to_solve=time_to_solve(plan, tables.trials, tables.metrics),
        sampling=sampling(tables.trials, plan.compare, results),
        across_tasks=across_tasks(plan, results, least, lost),
        factorial=factorial(plan, results),
        baselines=least,
        curves=curves(tables.metrics),
        gradients=measured,
        profiles=profiles,
        backward_profiles=decay(tables.gradients, measured.fits, backward=True),
        pre_activations=spreads(plan, profiles, PRE_ACTIVATION),
        path_factors=spreads(plan, profiles, PATH_FACTOR),
        time_profiles=time_decay(tables.gradients, measured.fits),
        failures=failures(tables.trials),
        cost=cost(tables),
        tuning_audit=audits,
        tuning=tuning(tables, results),
        evidence=facts,
        finding=finding(plan, results, compared, profiles),
        statements=statements(plan, compared.rows, open_, idle),
        settling=open_,
        settling_command=_command(plan, facts, open_),
        warnings=(
            *audit_warnings(plan, audits, names_of(plan)),
            *ceiling_warnings(plan, results, compared.rows),
            *budget_warnings(plan, tables.trials),
            *warnings(tables, facts, results, compared, measured.fits),
            *unlearnt_warning(plan, idle),
        ),
    )


def compare_trials(plan: Plan, trials: pd.DataFrame) -> Comparisons:
    """The study's comparisons, diverged trials counted."""
    metric = plan.compare.metric
    return _compare(plan, outcomes(trials, metric), diverged(trials, metric))


def _compare(
    plan: Plan, results: Mapping[str, Outcome], lost: Mapping[str, Diverged]
) -> Comparisons:
    return comparisons(plan, {name: each.values for name, each in results.items()}, lost)


def _command(plan: Plan, facts: Evidence, open_: Settling | None) -> str:
    if open_ is None or open_.proposed is None:
        return ""
    return more_replicates(plan.study, facts.started_by, open_.proposed)
