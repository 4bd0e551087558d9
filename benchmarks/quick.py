"""A guard against getting slower: `make bench-quick`, a minute.

    python -m benchmarks.quick [--rounds 2] [--write]

Ratios of CPU times taken in turns in one run, so that neither the machine nor what else it does
matters much; the smaller, the faster `orch` is. Prints them beside those of `baseline.json`, as one
JSON object, and ends with exit code 1 where a ratio is more than twice its baseline. `--write`
makes today's ratios the baseline.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Any

import torch

from benchmarks import stacks
from benchmarks.bench_plan import study_text
from benchmarks.bench_training import feed_forward_pack, feed_forward_stack, operations
from benchmarks.rivals import loop
from benchmarks.rivals import stacked as by_hand
from benchmarks.rivals.work import FeedForward, Recurrence, studies
from benchmarks.simulated import write_study
from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Pack, Trial
from orchestrator.study.load import parse_study
from orchestrator.training.engine import train

BASELINE = Path(__file__).with_name("baseline.json")
ORCH = Path(sys.executable).with_name("orch")
LOSS = 2.0  # times the baseline: more is a fault, less may be the machine
STEPS = 38  # of an epoch in batches of 32
WIDE = {"members": 16, "width": 128, "depth": 2, "batch": 32}

Work = Callable[[], Any]
Pair = tuple[Work, Work]  # ours, and what it is compared with


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="make these the baseline")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    ratios = {name: ratio(*make(), asked.rounds) for name, make in PAIRS.items()}
    if asked.write:
        BASELINE.write_text(json.dumps(ratios, indent=1) + "\n")
    rows = compared(ratios, json.loads(BASELINE.read_text()))
    print(json.dumps({"benchmark": "quick", "rows": rows}, indent=1))
    return any(row["lost"] for row in rows)


def compared(ratios: dict[str, float], baseline: dict[str, float]) -> list[dict[str, Any]]:
    return [
        {
            "ratio": name,
            "now": now,
            "baseline": baseline[name],
            "lost": now > LOSS * baseline[name],
        }
        for name, now in ratios.items()
    ]


def ratio(ours: Work, theirs: Work, rounds: int) -> float:
    """The median of the rounds, after one to warm up."""
    found = [seconds(ours) / seconds(theirs) for _ in range(rounds + 1)]
    return round(median(found[1:]), 3)


def seconds(work: Work) -> float:
    """CPU seconds of this process and of its children that have ended."""
    children = _children()
    with stacks.cpu_seconds() as spent:
        work()
    return spent[0] + _children() - children


def _children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class BriefForward(FeedForward):
    epochs = 8


class BriefRecurrence(Recurrence):
    epochs = 2


def pack_to_hand_written() -> Pair:
    """A pack of 30 tanh nets, 4 deep, to the same as `baddbmm` with autograd."""
    pack = brief(feed_forward_pack("tanh", 4), BriefForward.epochs)
    stack: list[FeedForward] = [BriefForward(**vars(n)) for n in feed_forward_stack("tanh", 4)]
    return lambda: train(pack), lambda: by_hand.train(stack)


def brief(pack: Pack, epochs: int) -> Pack:
    """The same trials, of fewer epochs."""

    def shortened(trial: Trial) -> Trial:
        settings = trial.variant.loop
        training = settings.training.model_copy(update={"epochs": epochs})
        short = replace(settings, training=training)
        return replace(trial, variant=replace(trial.variant, settings=short))

    return replace(pack, trials=tuple(map(shortened, pack.trials)))


def lstm_to_loop() -> Pair:
    """One LSTM on the adding problem to the plain loop with torch.nn."""
    study = parse_study(studies("recurrent", 3), Path("recurrent.yaml"))
    packs = make_plan(study, {}, workers=1).packs
    cell = "model.cell"
    pack = next(p for p in packs if p.trials[0].variant.settings.flat[cell] == "lstm")
    short, net = brief(pack, BriefRecurrence.epochs), BriefRecurrence("lstm", seed=0)
    return lambda: train(short), lambda: list(loop.train(net))


def wide_steps_to_bmm() -> Pair:
    """Steps of 128 wide nets to as many multiplications in one `bmm` after another."""
    trials = stacks.make_trials("relu", **WIDE)
    data = stacks.load(trials)
    members = stacks.stacked(trials, data)
    weights = torch.randn(WIDE["members"], WIDE["width"], WIDE["width"])
    features = torch.randn(WIDE["members"], WIDE["width"], WIDE["batch"])
    products = round(STEPS * operations(WIDE) / (2 * weights.numel() * WIDE["batch"]))
    return (
        lambda: [stacks.epoch(trials, data, members) for _ in range(2)],
        lambda: [torch.bmm(weights, features) for _ in range(2 * products)],
    )


def plan_to_hashing() -> Pair:
    """Planning 10,000 trials to hashing as many small JSON documents."""
    study = parse_study(study_text(1000, 10), Path("large.yaml"))
    settings = study.variants[0].settings.flat
    return (
        lambda: make_plan(study, {}, workers=2),
        lambda: [sha256(json.dumps([i, settings]).encode()).digest() for i in range(10_000)],
    )


def check_to_imports() -> Pair:
    """`orch check` to a Python that imports what it cannot do without."""
    imports = "import pydantic, ruamel.yaml, typer; pydantic.BaseModel"
    return (
        lambda: _process(ORCH, "check", "vanishing_gradient"),
        lambda: _process(sys.executable, "-c", imports),
    )


def report_to_imports() -> Pair:
    """`orch report` of 480 trials to a Python that imports what it cannot do without."""
    results = tempfile.TemporaryDirectory()
    folder = write_study(Path(results.name), 48, 10)
    imports = "import jinja2, pandas, pyarrow, scipy.special"

    def report() -> None:
        _process(ORCH, "report", folder.name, "--results", results.name)

    return report, lambda: _process(sys.executable, "-c", imports)


def _process(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)


PAIRS: dict[str, Callable[[], Pair]] = {
    make.__name__: make
    for make in (
        pack_to_hand_written,
        lstm_to_loop,
        wide_steps_to_bmm,
        plan_to_hashing,
        check_to_imports,
        report_to_imports,
    )
}

if __name__ == "__main__":
    sys.exit(main())
