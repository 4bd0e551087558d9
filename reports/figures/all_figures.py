"""Every figure of a report, and the section of the page that shows it."""

from collections.abc import Callable

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.figures.facets import Scheme
from orchestrator.reports.figures.factorial import interactions, main_effects
from orchestrator.reports.figures.gradients import (
    decay,
    epochs,
    factor_per_layer,
    first_look,
    gates,
    influence,
    path_factors,
    phase,
    pre_activations,
    time_decay,
)
from orchestrator.reports.figures.outcomes import (
    cost,
    curves,
    first_screen,
    outcomes,
    time_to_solve,
)
from orchestrator.reports.figures.predictions import class_accuracy, confusion
from orchestrator.reports.figures.records import Figure
from orchestrator.reports.figures.tasks import across_tasks, ranks
from orchestrator.reports.figures.tuning import tuning_audit

Draw = Callable[[Scheme, Analysis], Figure | None]  # None where the tables do not allow it


def _delta(view: Scheme, analysis: Analysis) -> Figure | None:
    theories, backward = analysis.gradients.theories, analysis.backward_profiles
    return decay.draw_delta(view, analysis.profiles, backward, theories)


def _first_screen(view: Scheme, analysis: Analysis) -> Figure | None:
    two = first_look.is_shown(view.plan, analysis.profiles)
    height_px = first_screen.BESIDE_ANOTHER_PX if two else first_screen.HEIGHT_PX
    return first_screen.draw(view, analysis.outcomes, analysis.baselines, height_px)


def _curves(view: Scheme, analysis: Analysis) -> Figure | None:
    drawn = curves.Drawn(analysis.curves, analysis.replicate_curves)
    return curves.draw(view, drawn, analysis.outcomes, analysis.baselines)


FIGURES: tuple[tuple[str, Draw], ...] = (  # (section, how to draw it), in the section's order
    ("results", lambda v, a: outcomes.draw(v, a.outcomes, a.baselines)),
    ("first_screen", _first_screen),
    ("first_gradient", lambda v, a: first_look.draw(v, a.profiles)),
    ("curves", _curves),
    ("tuning_audit", lambda v, a: tuning_audit.best_of(v, a.tuning_audit)),
    ("tuning_audit", lambda v, a: tuning_audit.isolation(v, a.tuning_audit)),
    ("predictions", lambda v, a: confusion.draw(v, a.predicted)),
    ("predictions", lambda v, a: class_accuracy.draw(v, a.predicted)),
    ("time_to_solve", lambda v, a: time_to_solve.draw(v, a.time_to_solve)),
    ("cost", lambda v, a: cost.draw(v, a.cost)),
    ("across_tasks", lambda v, a: across_tasks.draw(v, a.across_tasks)),
    ("across_tasks", lambda v, a: ranks.draw(v, a.across_tasks)),
    ("anova", lambda v, a: main_effects.draw(v, a.factorial)),
    ("anova", lambda v, a: interactions.draw(v, a.factorial)),
    ("depth", _delta),
    ("depth", lambda v, a: factor_per_layer.draw(v, a.profiles)),
    ("depth_details", lambda v, a: epochs.draw_slider(v, a.profiles)),
    ("depth_details", lambda v, a: epochs.draw_map(v, a.profiles)),
    ("depth_details", lambda v, a: phase.draw(v, a.gradients.phases, a.gradients.theories)),
    ("depth_details", lambda v, a: pre_activations.draw(v, a.pre_activations)),
    ("depth_details", lambda v, a: path_factors.draw(v, a.path_factors)),
    ("depth_details", lambda v, a: decay.draw_saturation(v, a.profiles, a.backward_profiles)),
    ("depth_details", lambda v, a: decay.draw_weights(v, a.profiles, a.backward_profiles)),
    ("depth_details", lambda v, a: influence.draw(v, a.gradients.influences, "depth")),
    ("time", lambda v, a: time_decay.draw(v, a.time_profiles, a.gradients.theories)),
    ("time_details", lambda v, a: gates.draw(v, a.time_profiles)),
    ("time_details", lambda v, a: influence.draw(v, a.gradients.influences, "time")),
)


def draw_sections(view: Scheme, analysis: Analysis) -> dict[str, tuple[Figure, ...]]:
    """Section → its figures; every section is there, some are empty."""
    drawn = [(section, draw(view, analysis)) for section, draw in FIGURES]
    return {
        wanted: tuple(figure for section, figure in drawn if figure and section == wanted)
        for wanted, _ in FIGURES
    }


def draw_all(view: Scheme, analysis: Analysis) -> dict[str, Figure]:
    """Every figure that the tables allow, by name."""
    sections = draw_sections(view, analysis)
    return {figure.name: figure for figures in sections.values() for figure in figures}
