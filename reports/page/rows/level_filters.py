"""What the page knows of every variant, so that buttons can filter by level."""

from dataclasses import dataclass

from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.outcomes.outcomes import is_scale, tick_text
from orchestrator.reports.figures.palette import Look, looks
from orchestrator.reports.roles import Roles
from orchestrator.reports.text.names import level_name, level_text
from orchestrator.reports.variants import is_crossed

MOST = 40  # levels of a factor that have buttons


@dataclass(frozen=True)
class Factor:
    """A factor with a button for each level."""

    path: str
    name: str
    levels: tuple[str, ...]
    names: tuple[str, ...]  # of the levels in a sentence: "tanh", "depth 8"
    ticks: tuple[str, ...]  # the same on an axis
    is_scale: bool  # whether its levels are numbers
    start: str  # the level on which a list of them opens


@dataclass(frozen=True)
class StudyData:
    """In the page as JSON. variants: the places of their levels, one per factor."""

    study: str
    factors: tuple[Factor, ...]
    variants: tuple[tuple[int, ...], ...]
    roles: Roles  # of factors; the reader may change them
    is_crossed: bool
    replicates: int
    looks: tuple[Look, ...]  # by the place of a level


def study_data(view: Scheme) -> StudyData:
    """A factor with one level, or with more than `MOST`, has no buttons."""
    paths = [path for path in view.heads if 1 < len(view.levels(path)) <= MOST]
    factors = tuple(_factor(view, path) for path in paths)
    variants = tuple(
        tuple(view.place(path, variant) for path in paths) for variant in view.plan.variants
    )
    most = max((len(factor.levels) for factor in factors), default=0)
    crossed, replicates = is_crossed(view.plan), view.plan.replicates
    every = looks(max(most, len(view.legend)))
    return StudyData(view.plan.study, factors, variants, view.roles, crossed, replicates, every)


def _factor(view: Scheme, path: str) -> Factor:
    levels, name = view.levels(path), view.names[path]
    return Factor(
        path,
        name,
        levels=tuple(map(level_text, levels)),
        names=tuple(level_name(name, level) for level in levels),
        ticks=tuple(tick_text(level_text(level)) for level in levels),
        is_scale=is_scale(levels),
        start=level_text(view.plan.compare.baseline.get(path, levels[0])),
    )
