"""Tables → every number of the report, in one frozen record."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from orchestrator.gradient_metrics import is_gradient
from orchestrator.plan_document import PlanDocument
from orchestrator.reports.data.read import Tables
from orchestrator.reports.data.samples import Sample
from orchestrator.reports.statistics.comparisons.ceiling import near_best
from orchestrator.reports.statistics.comparisons.comparisons import (
    Comparisons,
    comparisons,
    contrasts,
)
from orchestrator.reports.statistics.comparisons.contexts import Context, parting_context
from orchestrator.reports.statistics.comparisons.identical import identical
from orchestrator.reports.statistics.comparisons.other_examples import (
    OtherExamplesFound,
    other_examples,
)
from orchestrator.reports.statistics.comparisons.replicates_needed import (
    ReplicatesNeeded,
    replicates_needed,
)
from orchestrator.reports.statistics.comparisons.resplits import resplits
from orchestrator.reports.statistics.comparisons.sampling import Sampling, sampling
from orchestrator.reports.statistics.comparisons.shapes import Shape, shapes
from orchestrator.reports.statistics.comparisons.solved_comparisons import (
    SolvedComparison,
    solved_comparisons,
)
from orchestrator.reports.statistics.factorial.analysis import Factorial, factorial
from orchestrator.reports.statistics.factorial.strongest import Strongest, strongest
from orchestrator.reports.statistics.gradients.analysis import Gradients, gradients
from orchestrator.reports.statistics.gradients.decay import Profile, decay
from orchestrator.reports.statistics.gradients.layer_quantiles import (
    PATH_FACTOR,
    PRE_ACTIVATION,
    LayerQuantiles,
    layer_quantiles,
)
from orchestrator.reports.statistics.gradients.time_decay import TimeProfile, time_decay
from orchestrator.reports.statistics.gradients.unlike_gradients import (
    UnlikeGradients,
    unlike_gradients,
)
from orchestrator.reports.statistics.outcomes.budgets import Budgets, budgets
from orchestrator.reports.statistics.outcomes.cost import Cost, cost
from orchestrator.reports.statistics.outcomes.curves import (
    Curve,
    ReplicateCurves,
    curves,
    replicate_curves,
)
from orchestrator.reports.statistics.outcomes.divergence import Diverged, diverged
from orchestrator.reports.statistics.outcomes.evidence import Evidence, evidence
from orchestrator.reports.statistics.outcomes.failures import Cause, divergence_text, failures
from orchestrator.reports.statistics.outcomes.final_epochs import FinalEpochs, final_epochs
from orchestrator.reports.statistics.outcomes.generalisation_gap import generalisation_gap
from orchestrator.reports.statistics.outcomes.improving import Improving, improving
from orchestrator.reports.statistics.outcomes.learning import Learning, learning
from orchestrator.reports.statistics.outcomes.outcomes import Outcome, outcomes
from orchestrator.reports.statistics.outcomes.solve_times import solve_times
from orchestrator.reports.statistics.outcomes.solved import Solved, solved
from orchestrator.reports.statistics.outcomes.time_to_solve import TimeToSolve, time_to_solve
from orchestrator.reports.statistics.predictions.analysis import Predicted, predicted
from orchestrator.reports.statistics.tasks.across_tasks import AcrossTasks, across_tasks
from orchestrator.reports.statistics.tasks.baselines import Baseline, baselines
from orchestrator.reports.statistics.tuning.tuning import Tuning, tuning
from orchestrator.reports.statistics.tuning.tuning_audit import Audit, tuning_audit


@dataclass(frozen=True)
class Analysis:
    """All numbers of a report; `text` makes sentences of them, `figures` draws them."""

    plan: PlanDocument
    outcomes: Mapping[str, Outcome]  # by variant id, in the order of the plan
    comparisons: Comparisons
    resplits: Mapping[str, tuple[float, float]]  # by variant id; empty where nothing is re-split
    other_examples: OtherExamplesFound
    predicted: Predicted | None  # None where no predictions are kept
    shapes: Mapping[str, Shape]  # by variant id; of contrasts whose two shapes are unlike
    near_best: tuple[str, ...]  # ids of baselines without room above them
    learning: Mapping[str, Learning]  # by variant id; empty where tasks have no baseline
    improving: Improving  # variants whose curves still rose at the end
    budgets: Budgets | None  # None where all trials trained equally long
    final_epochs: FinalEpochs | None  # None where all results are of the study's last epoch
    solved: Mapping[str, Solved]  # by variant id; empty where the task cannot be solved
    time_to_solve: Mapping[str, TimeToSolve]  # the same
    solved_comparisons: tuple[SolvedComparison, ...]  # the same
    sampling: Mapping[str, Sampling]  # by variant id; empty where it is not known
    context: Context | None  # in which the compared levels part; None where nothing has a mean
    factorial: Factorial | None
    strongest: Strongest | None  # None where factors are not crossed
    across_tasks: AcrossTasks | None
    baselines: Mapping[str, tuple[Baseline, ...]]  # by metric
    curves: tuple[Curve, ...]  # the generalisation gap of the compared metric among them
    replicate_curves: tuple[ReplicateCurves, ...]  # of the compared metric
    gradients: Gradients
    unlike_gradients: UnlikeGradients | None  # None where gradients explain nothing
    profiles: tuple[Profile, ...]  # through depth, of recurrent layers forward
    backward_profiles: tuple[Profile, ...]
    pre_activations: tuple[LayerQuantiles, ...]
    path_factors: tuple[LayerQuantiles, ...]
    time_profiles: tuple[TimeProfile, ...]
    failures: tuple[Cause, ...]
    cost: Cost | None  # None while nothing is trained
    tuning_audit: tuple[Audit, ...]  # of each tuned variant
    tuning: Tuning | None  # None in a study that does not tune
    evidence: Evidence
    replicates_needed: ReplicatesNeeded | None  # None while nothing is undecided
    samples: tuple[Sample, ...]  # what is known of the data of each task


def analyse(tables: Tables) -> Analysis:
    """Runs every statistic once. Needs no figure and no page. tables: of `read_study`."""
    plan = tables.plan
    results = outcomes(tables.trials, plan.compare)
    least, lost = baselines(tables.trials), diverged(tables.trials, plan.compare.metric)
    of_gradient = is_gradient(plan.compare.metric)  # which explains itself
    compared = _compare(plan, tables.trials, results, lost)
    measured = gradients(tables, results)
    profiles = decay(tables.gradients, measured.fits)
    learnt = learning(plan.compare, results, least)
    context = parting_context(plan, results, compared, learnt)
    effects = factorial(plan, results)
    still = improving(plan, tables.metrics, tables.trials)
    times = solve_times(plan, tables.trials, tables.metrics)
    return Analysis(
        plan=plan,
        outcomes=results,
        comparisons=compared,
        resplits=resplits(plan, compared.rows),
        other_examples=other_examples(plan, compared.rows, tables.answers),
        predicted=predicted(tables),
        shapes=shapes(plan.compare, compared.rows, _values(results), lost),
        near_best=near_best(plan.compare, results, compared.rows),
        learning=learnt,
        improving=still,
        budgets=budgets(plan, tables.trials),
        final_epochs=final_epochs(plan, tables.trials),
        solved=solved(tables.trials, plan.compare.metric.split("/")[0]),
        time_to_solve=time_to_solve(times),
        solved_comparisons=solved_comparisons(plan, tables.trials, times),
        sampling=sampling(tables.trials, plan.compare, results),
        across_tasks=across_tasks(plan, results, least, lost),
        context=context,
        factorial=effects,
        strongest=strongest(plan, effects),
        baselines=least,
        curves=_curves(plan, tables.metrics),
        replicate_curves=replicate_curves(tables.metrics, plan.compare.metric),
        gradients=measured,
        unlike_gradients=None if of_gradient else unlike_gradients(context, profiles),
        profiles=profiles,
        backward_profiles=decay(tables.gradients, measured.fits, backward=True),
        pre_activations=layer_quantiles(plan, profiles, PRE_ACTIVATION),
        path_factors=layer_quantiles(plan, profiles, PATH_FACTOR),
        time_profiles=time_decay(tables.gradients, measured.fits),
        failures=failures(tables.trials, divergence_text(plan)),
        cost=cost(tables),
        tuning_audit=tuning_audit(tables),
        tuning=tuning(tables, results),
        evidence=evidence(tables),
        replicates_needed=replicates_needed(
            compared.rows, plan.replicates, plan.compare.smallest_difference, still.of
        ),
        samples=tables.samples,
    )


def _curves(plan: PlanDocument, metrics: pd.DataFrame) -> tuple[Curve, ...]:
    gap = generalisation_gap(metrics, plan.compare.metric.split("/")[-1], plan.compare.unit)
    return curves(pd.concat([metrics, gap]) if len(gap) else metrics, units(plan))


def units(plan: PlanDocument) -> dict[str, str]:
    """Metric without its split → its unit."""
    return {name: metric.unit for name, metric in plan.metrics.items()}


def compare_trials(plan: PlanDocument, trials: pd.DataFrame) -> Comparisons:
    """The study's comparisons, diverged trials counted."""
    metric = plan.compare.metric
    return _compare(plan, trials, outcomes(trials, plan.compare), diverged(trials, metric))


def _compare(
    plan: PlanDocument,
    trials: pd.DataFrame,
    results: Mapping[str, Outcome],
    lost: Mapping[str, Diverged],
) -> Comparisons:
    same = identical(trials, contrasts(plan.variants)[0])
    return comparisons(plan, _values(results), lost, same)


def _values(results: Mapping[str, Outcome]) -> dict[str, Mapping[int, float]]:
    return {name: each.values for name, each in results.items()}
