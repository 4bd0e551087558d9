"""The levels on which the lists of a figure open: where its lines are furthest apart.

Of no statistic of its own.
"""

from collections.abc import Mapping, Sequence

from orchestrator.plan_document import Level
from orchestrator.reports.figures.facets import Facet, Scheme, facets
from orchestrator.reports.statistics.outcomes.outcomes import Outcome


def initial_levels(
    view: Scheme, results: Mapping[str, Outcome], choose: Sequence[str | None]
) -> dict[str, Level]:
    """Path → level of the factors that are chosen from lists, where final means differ most."""
    made = facets(view, (), choose)
    widest = max(made, key=lambda facet: _spread(facet, results))
    return {path: view.level(path, widest.variants[0]) for path in choose if path}


def _spread(facet: Facet, results: Mapping[str, Outcome]) -> float:
    means = [results[variant.variant_id].mean for variant in facet.variants]
    known = [mean for mean in means if mean is not None]
    return max(known) - min(known) if known else 0.0
