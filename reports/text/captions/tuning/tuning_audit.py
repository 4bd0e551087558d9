"""Words of the figures of `tuning_audit`."""

from orchestrator.plan_document import Tune
from orchestrator.reports.text.names import count_text, metric_text

ISOLATION_CAPTION = (
    "Each marker is one point: its value of the setting, and its score (mean over tuning "
    "replicates; the other settings vary too). The ring marks the selected point, ✕ at the "
    "foot a point whose trials all diverged or failed. A best point at the edge says that "
    "the range was too narrow; a cloud without shape, that the setting hardly matters here."
)


def best_of_title(tune: Tune) -> str:
    return f"Best {metric_text(tune.select)} to be expected, by number of points tried"


def best_of_caption(tune: Tune, points: int) -> str:
    """points: how many were tried at most."""
    repeated = f" in each of {tune.studies} tuning studies (the curve is their mean)"
    return (
        f"Expected best of k points, drawn without replacement from the {points} that were tried"
        f"{repeated if tune.studies > 1 else ''} (unbiased; Tang et al. 2020); a point whose "
        "trials all diverged or "
        "failed counts as the worst score. Where curves still rise or cross at the end, a larger "
        f"budget may change which variant wins. Scores: {metric_text(tune.select)}, mean over "
        f"{count_text(tune.replicates, 'tuning replicate')}."
    )


def isolation_title(tune: Tune) -> str:
    return f"{metric_text(tune.select).capitalize()} by nuisance setting"
