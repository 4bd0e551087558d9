"""What the files are that a reader can download."""

TABLES = {  # Parquet, beside the page
    "trials": "one row per trial: settings, status, final metrics, machine, code",
    "metrics": "one row per trial, epoch, split and metric",
    "gradients": "one row per trial, epoch, site and quantity",
    "comparisons": "one row per contrast with the baseline",
    "decay": "one row per trial, probed epoch, axis, site group and quantity",
}
RESULTS = "one row per variant"
