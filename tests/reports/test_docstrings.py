"""Every statistic says what it answers, assumes, when it misleads, and where it comes from."""

import pytest

from reports.statistics.across_tasks import across_tasks
from reports.statistics.adjustment import holm
from reports.statistics.anova import anova
from reports.statistics.baselines import baselines
from reports.statistics.bounds import at_bound
from reports.statistics.comparisons import comparisons
from reports.statistics.curves import curves
from reports.statistics.decay import decay
from reports.statistics.decay_comparisons import decay_comparisons
from reports.statistics.finding import finding
from reports.statistics.fits import fits
from reports.statistics.influence import influences
from reports.statistics.interquartile import bootstrap
from reports.statistics.intervals import t_half_width
from reports.statistics.kaplan_meier import kaplan_meier
from reports.statistics.marginal_means import marginal_means
from reports.statistics.mean_field import edge_of_chaos, recurrent_factor, relative_delta
from reports.statistics.outcomes import outcomes
from reports.statistics.phase import phases
from reports.statistics.ranks import not_told_apart, ranks
from reports.statistics.sampling import sampling
from reports.statistics.signflip import max_t_p, signflip_p
from reports.statistics.solved import solved
from reports.statistics.theory import theories
from reports.statistics.time_decay import time_decay
from reports.statistics.time_to_solve import time_to_solve
from reports.statistics.tuning import study_spread
from reports.statistics.unlearnt import unlearnt

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
def test_a_statistic_documents_itself(statistic):
    headings = [line.strip().split(":")[0] for line in statistic.__doc__.splitlines()]
    positions = [headings.index(word) for word in ("Answers", "Assumes", "Misleads", "Source")]
    assert positions == sorted(positions)
