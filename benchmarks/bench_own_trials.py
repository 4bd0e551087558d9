"""What orch costs over a plain loop that calls the same function, in seconds per trial.

200 trials of a function that needs about 20 ms, each with its own settings and seed: called in a
loop of this process, by `orch run --inline`, and by `orch run` on a local Ray cluster, both without
the report. Overhead is wall time less that of the loop (with Ray, of the loop shared out among the
workers), by trial. `between_packs` counts from the first pack to the last, without Ray's start.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import orchestrator

ORCH = Path(sys.executable).with_name("orch")
TRIALS = 200
TRAIN = """\
import time


def train(trial, *, place: int = 0):
    end = time.perf_counter() + 0.02
    while time.perf_counter() < end:
        pass
    trial.report({"test/accuracy": (trial.seed % 100 + place) / 300})
"""
STUDY = f"""\
study: own_trials
trial: {{function: "bench_training:train"}}
metrics: {{test/accuracy: {{direction: maximize, unit: share}}}}
factors: {{trial.place: {list(range(TRIALS // 10))}}}
replicates: 10
"""


def loop_s(folder: Path) -> float:
    sys.path.insert(0, str(folder))
    from bench_training import train  # type: ignore[import-not-found]

    started = time.perf_counter()
    for seed in range(TRIALS):
        train(orchestrator.standalone(seed=seed), place=seed % 20)
    return time.perf_counter() - started


def run_s(folder: Path, *flags: str) -> tuple[float, float, int]:
    """Wall seconds of the command, those between its first and last pack, and its workers."""
    results = folder / f"results{len(flags)}"
    command = [str(ORCH), "run", "study.yaml", "--no-report", "--results", str(results), *flags]
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    wall_s = time.perf_counter() - started
    events = [json.loads(line) for line in (results / "own_trials" / "events.jsonl").open()]
    times = [datetime.fromisoformat(e["at"]) for e in events if e["event"].startswith("pack_")]
    return wall_s, (times[-1] - times[0]).total_seconds(), events[0]["workers"]


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "bench_training.py").write_text(TRAIN)
        (folder / "study.yaml").write_text(STUDY)
        plain_s = loop_s(folder)
        inline_s, inline_packs_s, _ = run_s(folder, "--inline")
        ray_s, ray_packs_s, workers = run_s(folder)
    figures = {
        "trials": TRIALS,
        "workers": workers,
        "loop_s": round(plain_s, 2),
        "inline_s": round(inline_s, 2),
        "ray_s": round(ray_s, 2),
        "inline_overhead_s_per_trial": round((inline_s - plain_s) / TRIALS, 4),
        "inline_between_packs_s_per_trial": round((inline_packs_s - plain_s) / TRIALS, 4),
        "ray_overhead_s_per_trial": round((ray_s - plain_s / workers) / TRIALS, 4),
        "ray_between_packs_s_per_trial": round((ray_packs_s - plain_s / workers) / TRIALS, 4),
    }
    print(json.dumps({"benchmark": "own_trials", **figures}, indent=1))


if __name__ == "__main__":
    main()
