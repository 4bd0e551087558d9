"""What the page knows of every variant, so that chips can choose levels."""

from dataclasses import dataclass

from reports.figures.facets import Scheme
from reports.names import level_text

MOST = 40  # levels of a factor that have chips


@dataclass(frozen=True)
class Factor:
    """A factor with a chip for each level."""

    path: str
    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class StudyData:
    """Stands in the page as JSON. variants: the places of their levels, a factor each."""

    factors: tuple[Factor, ...]
    variants: tuple[tuple[int, ...], ...]
    colour: str | None  # path of the factor that has the colours


def study_data(view: Scheme) -> StudyData:
    """A factor with one level, or with more than `MOST`, has no chips."""
    paths = [path for path in view.heads if 1 < len(view.levels(path)) <= MOST]
    factors = tuple(
        Factor(path, view.names[path], tuple(map(level_text, view.levels(path)))) for path in paths
    )
    variants = tuple(
        tuple(view.place(path, variant) for path in paths) for variant in view.plan.variants
    )
    return StudyData(factors, variants, view.roles.colour)
