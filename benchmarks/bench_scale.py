"""Large studies: planning, resuming, the tables and a query, in seconds and peak memory.

    python -m benchmarks.bench_scale [--trials 100 1000 10000 100000]

A store is filled with rows made up (`benchmarks/simulated.py`): plan_s is `orch plan` without it,
plan_done_s with all trials in it (it also says what differences the study could detect), resume_s
`orch run` with nothing left to train, gather_s and gather_mb the same where the three tables are
not there yet, query_s the mean per layer of docs/results.md in pandas. Each is a process of its
own. The report is timed where a study has no more than 1,000 trials; bench_report has larger ones.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq

from benchmarks.simulated import REPLICATES, study_text, write_study

ORCH = Path(sys.executable).with_name("orch")
REPORTED = 1000  # trials of the largest study whose report is timed
QUERY = """
import sys, pandas as pd
is_delta = [("quantity", "==", "delta")]
rows = pd.read_parquet(sys.argv[1], columns=["epoch", "position", "value"], filters=is_delta)
rows.groupby(["epoch", "position"]).value.mean()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, nargs="+", default=[100, 1000, 10_000, 100_000])
    rows = [measure(trials) for trials in parser.parse_args().trials]
    print(json.dumps({"benchmark": "scale", "rows": rows}, indent=1))


def measure(trials: int) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        study, results = Path(folder) / "simulated.yaml", Path(folder) / "results"
        study.write_text(study_text(trials // REPLICATES))
        asked: tuple[str | Path, ...] = (study, "--results", results)
        planned = process(ORCH, "plan", *asked, "--json")
        folder_of_study = write_study(results, trials // REPLICATES)
        gradients = folder_of_study / "gradients.parquet"
        done = process(ORCH, "plan", *asked, "--json")
        resumed = process(ORCH, "run", *asked, "--no-report")
        for table in folder_of_study.glob("*.parquet"):
            table.unlink()
        gathered = process(ORCH, "run", *asked, "--no-report")
        query = process(sys.executable, "-c", QUERY, gradients)
        report = process(ORCH, "report", *asked) if trials <= REPORTED else (None, None)
        gradient_rows = pq.read_metadata(gradients).num_rows
    return {
        "trials": trials,
        "gradient_rows": gradient_rows,
        "plan_s": planned[0],
        "plan_done_s": done[0],
        "resume_s": resumed[0],
        "gather_s": gathered[0],
        "gather_mb": gathered[1],
        "query_s": query[0],
        "report_s": report[0],
    }


def process(*command: str | Path) -> tuple[float, int]:
    """Wall seconds, and megabytes of its peak."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = child.stderr.read() if child.stderr else b""
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed: {errors.decode()[-1000:]}")
    return round(time.perf_counter() - started, 2), round(used.ru_maxrss / 1000)


if __name__ == "__main__":
    main()
