"""How well large studies spread over many workers: `python -m benchmarks.scale`.

    --trials N …    1e4 1e5 1e6
    --workers N …   1 10 100 1000
    --seconds S …   0.1 60: mean of a trial's share of its pack
    --events FILE   of a run, to take the spread of pack times from; else SPREAD

The plan and its packs are the real ones; nothing is trained. A pack takes what it costs times a
lognormal factor; one driver hands packs out, the next one whenever a worker is free and the driver
is. Prints one JSON object: for each size the packs, the makespan over the ideal (all work, evenly
over all workers, at once), and what of the excess is the driver's.
"""

import argparse
import heapq
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.bench_plan import study_text
from orchestrator.plan.cost import trial_cost
from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Pack
from orchestrator.study.load import parse_study

SPREAD = 0.45  # sd of the log of a pack's seconds per trial, in runs of vanishing_gradient
DRIVER_S = 0.01  # Tune takes about 100 results a second
REPLICATES = 10


def pack_times(packs: Sequence[Pack], spread: float, trial_s: float) -> NDArray[np.float64]:
    """Seconds, in the order in which packs are handed out."""
    costs = np.array([len(p.trials) * trial_cost(p.trials[0].variant.settings.flat) for p in packs])
    factors = np.random.default_rng(0).lognormal(0, spread, len(packs))
    times = costs * factors
    trials = sum(len(pack.trials) for pack in packs)
    return times * (trial_s * trials / times.sum())  # type: ignore[no-any-return]


def makespan(times: Iterable[float], workers: int, driver_s: float) -> float:
    """Seconds until the last pack is done, handed out one after another to who is free first."""
    free = [0.0] * workers
    handed_out = 0.0
    for seconds in times:
        handed_out = max(handed_out, free[0]) + driver_s
        heapq.heapreplace(free, handed_out + seconds)
    return max(free)


def measured_spread(events: Path) -> float:
    """sd of the log of a pack's seconds per trial, among packs of one run."""
    rows = [json.loads(line) for line in events.read_text().splitlines()]
    logs = [np.log(r["wall_s"] / r["trials"]) for r in rows if r["event"] == "pack_finished"]
    return float(np.std(logs, ddof=1))


def measure(
    trials: int, workers: int, spread: float, seconds: Sequence[float]
) -> Iterator[dict[str, float | int]]:
    text = study_text(trials // REPLICATES, REPLICATES)
    plan = make_plan(parse_study(text, Path("large.yaml")), {}, workers=workers)
    for trial_s in seconds:
        times = pack_times(plan.packs, spread, trial_s)
        ideal = float(times.sum()) / workers
        whole, without = (makespan(times, workers, driver) / ideal for driver in (DRIVER_S, 0.0))
        yield {
            "trials": len(plan.trials),
            "workers": workers,
            "trial_s": trial_s,
            "packs": len(plan.packs),
            "ideal_s": round(ideal, 1),
            "makespan_over_ideal": round(whole, 3),
            "of_the_driver": round(whole - without, 3),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description="Makespan of large studies on many workers.")
    parser.add_argument("--trials", type=float, nargs="+", default=[1e4, 1e5, 1e6])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 10, 100, 1000])
    parser.add_argument("--seconds", type=float, nargs="+", default=[0.1, 60.0])
    parser.add_argument("--events", type=Path)
    asked = parser.parse_args()
    spread = measured_spread(asked.events) if asked.events else SPREAD
    rows = [
        row
        for trials in asked.trials
        for workers in asked.workers
        for row in measure(int(trials), workers, spread, asked.seconds)
    ]
    print(json.dumps({"spread": round(spread, 3), "driver_s": DRIVER_S, "sizes": rows}, indent=1))


if __name__ == "__main__":
    main()
