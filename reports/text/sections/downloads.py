"""What the files are that a reader can download."""

from orchestrator.reports.analysis import Analysis

TABLES = {  # Parquet, beside the page
    "trials": "one row per trial: settings, status, final metrics, machine, code",
    "metrics": "one row per trial, epoch, split and metric",
    "gradients": "one row per trial, epoch, site and quantity",
    "comparisons": "one row per contrast with the baseline",
    "decay": "one row per trial, probed epoch, axis, site group and quantity",
}
GRADIENTS = ("gradients", "decay")


def has_gradients(analysis: Analysis) -> bool:
    return bool(analysis.profiles or analysis.time_profiles or not analysis.plan.is_own)


def tables_beside(analysis: Analysis) -> dict[str, str]:
    """The tables that say something: those of gradients are empty where nothing is probed."""
    kept = has_gradients(analysis)
    return {name: about for name, about in TABLES.items() if kept or name not in GRADIENTS}


RESULTS = "one row per variant"
