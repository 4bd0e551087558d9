"""`orch run` against other ways to do the same work, whole processes, interleaved.

    python benchmarks/bench_end_to_end.py [--work recurrent] [--trials 480] [--only NAME …]

Everyone trains the same nets on the same data and measures the same metrics; `rivals/` has the
code. Ways that cost the same for every trial are timed on two smaller numbers of trials, and a
line through both gives the time for all (`"extrapolated": true`); `--whole` times them on all.
Prints one JSON object: seconds, medians of the rounds, and how many times longer than `orch` each
took.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a file
from benchmarks.rivals.work import studies  # noqa: E402

ORCH = Path(sys.executable).with_name("orch")
SAMPLES = {"feed_forward": (24, 72), "recurrent": (6, 18)}  # trials of those that are extrapolated
FEWER = {"feed_forward": (6, 18), "recurrent": (3, 9)}  # of plain Tune: several seconds a trial
WHOLE = {
    "feed_forward": ("stacked_by_hand", "stacked_backward", "ray_alone"),
    "recurrent": ("ray_alone",),
}
BY_TRIAL = ("plain_tune", "tuned_tune", "joblib", "loop")
TRIALS = {"feed_forward": 480, "recurrent": 24}


def main() -> None:
    asked = arguments()
    contestants = chosen(asked)
    rounds = [{name: run() for name, run in contestants.items()} for _ in range(asked.rounds)]
    seconds = {name: median(each[name] for each in rounds) for name in contestants}
    estimates = extrapolated(seconds, asked.trials)
    print(json.dumps(document(asked, estimates, rounds), indent=1))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", choices=tuple(TRIALS), default="feed_forward")
    parser.add_argument("--trials", type=int, help="a multiple of 48, or of 3 when recurrent")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=None, metavar="NAME")
    parser.add_argument("--whole", action="store_true", help="extrapolate nothing")
    asked = parser.parse_args()
    asked.trials = asked.trials or TRIALS[asked.work]
    return asked


def chosen(asked: argparse.Namespace) -> dict[str, Callable[[], float]]:
    """Key → one timed process. A key is a name, or "name/trials" of a sample."""
    work, trials = asked.work, asked.trials
    found: dict[str, Callable[[], float]] = {"orch": lambda: orch(work, trials)}
    for name in WHOLE[work]:
        found[name] = partial(rival, name, work, trials)
    for name in BY_TRIAL:
        samples = (FEWER if name == "plain_tune" else SAMPLES)[work]
        for size in [trials] if asked.whole else samples:
            key = name if asked.whole else f"{name}/{size}"
            found[key] = partial(rival, name, work, size)
    wanted = asked.only
    return {k: run for k, run in found.items() if not wanted or k.partition("/")[0] in wanted}


def orch(work: str, trials: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study.yaml"
        study.write_text(studies(work, trials))
        return timed([ORCH, "run", study, "--no-report", "--results", Path(folder) / "results"])


def rival(name: str, work: str, trials: int) -> float:
    return timed([sys.executable, "-m", "benchmarks.rivals", name, work, str(trials)])


def timed(command: list[str | Path]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True, env=environment())
    return time.perf_counter() - started


def environment() -> dict[str, str]:
    """Workers of every rival find the benchmarks."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"}


def extrapolated(seconds: dict[str, float], trials: int) -> dict[str, float]:
    """A line through two samples where there are two."""
    found: dict[str, list[tuple[int, float]]] = {}
    for key, value in seconds.items():
        name, _, size = key.partition("/")
        found.setdefault(name, []).append((int(size or trials), value))
    return {name: line(points, trials) for name, points in found.items()}


def line(points: list[tuple[int, float]], at: int) -> float:
    (first, low), (last, high) = points[0], points[-1]
    return low if first == last else low + (high - low) / (last - first) * (at - first)


def document(
    asked: argparse.Namespace, seconds: dict[str, float], rounds: list[dict[str, float]]
) -> dict[str, object]:
    rows = [
        {
            "name": name,
            "seconds": round(value, 1),
            "times_orch": round(value / seconds["orch"], 2) if "orch" in seconds else None,
            "extrapolated": any(key.startswith(f"{name}/") for key in rounds[0]),
        }
        for name, value in seconds.items()
    ]
    measured = [{key: round(value, 2) for key, value in each.items()} for each in rounds]
    return {
        "benchmark": "end_to_end", "work": asked.work, "trials": asked.trials,
        "cpus": os.cpu_count(), "rows": rows, "rounds": measured,
    }  # fmt: skip


if __name__ == "__main__":
    main()
