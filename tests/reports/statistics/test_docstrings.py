"""Every statistic says what it answers, assumes, when it misleads, and where it comes from."""

import pytest

from orchestrator.reports.statistics.comparisons.adjustment import holm
from orchestrator.reports.statistics.comparisons.comparisons import comparisons
from orchestrator.reports.statistics.comparisons.sampling import sampling
from orchestrator.reports.statistics.comparisons.signflip import max_t_p, signflip_p
from orchestrator.reports.statistics.factorial.anova import anova
from orchestrator.reports.statistics.factorial.marginal_means import marginal_means
from orchestrator.reports.statistics.gradients.decay import decay
from orchestrator.reports.statistics.gradients.decay_comparisons import decay_comparisons
from orchestrator.reports.statistics.gradients.fits import fits
from orchestrator.reports.statistics.gradients.influence import influences
from orchestrator.reports.statistics.gradients.mean_field import (
    edge_of_chaos,
    recurrent_factor,
    relative_delta,
)
from orchestrator.reports.statistics.gradients.phase import phases
from orchestrator.reports.statistics.gradients.theory import theories
from orchestrator.reports.statistics.gradients.time_decay import time_decay
from orchestrator.reports.statistics.intervals import t_half_width
from orchestrator.reports.statistics.outcomes.bounds import at_bound
from orchestrator.reports.statistics.outcomes.curves import curves
from orchestrator.reports.statistics.outcomes.kaplan_meier import kaplan_meier
from orchestrator.reports.statistics.outcomes.outcomes import outcomes
from orchestrator.reports.statistics.outcomes.solved import solved
from orchestrator.reports.statistics.outcomes.time_to_solve import time_to_solve
from orchestrator.reports.statistics.outcomes.unlearnt import unlearnt
from orchestrator.reports.statistics.tasks.across_tasks import across_tasks
from orchestrator.reports.statistics.tasks.baselines import baselines
from orchestrator.reports.statistics.tasks.bootstrap import bootstrap
from orchestrator.reports.statistics.tasks.ranks import not_told_apart, ranks
from orchestrator.reports.statistics.tuning.tuning import study_spread
from orchestrator.reports.text.headline import finding

STATISTICS = [
    across_tasks,
    bootstrap,
    ranks,
    sampling,
    anova,
    baselines,
    comparisons,
    curves,
    decay,
    decay_comparisons,
    edge_of_chaos,
    finding,
    fits,
    holm,
    influences,
    kaplan_meier,
    marginal_means,
    max_t_p,
    outcomes,
    phases,
    recurrent_factor,
    relative_delta,
    signflip_p,
    solved,
    at_bound,
    not_told_apart,
    study_spread,
    unlearnt,
    t_half_width,
    theories,
    time_decay,
    time_to_solve,
]


@pytest.mark.parametrize("statistic", STATISTICS, ids=lambda each: each.__name__)
def test_a_statistic_documents_itself(statistic) -> None:
    headings = [line.strip().split(":")[0] for line in statistic.__doc__.splitlines()]
    positions = [headings.index(word) for word in ("Answers", "Assumes", "Misleads", "Source")]
    assert positions == sorted(positions)
