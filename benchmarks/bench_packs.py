"""Many packs: what Ray and the driver cost each of them, and the memory that it takes.

    python -m benchmarks.bench_packs [--structures 1000]

10 replicates of so many structures, tiny nets trained for an epoch, so that every structure is a
pack and nearly nothing is arithmetic. pack_ms: from the first pack's start to the last one's end,
what a worker does not spend in packs, per pack; bookkeeping_percent: that against packs of 10 s;
peak_mb: of the driver or, if that is larger, of a worker.
"""

import argparse
import json
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bench_scale import ORCH, process

SPLITS = "train_examples: 64, validation_examples: 16, test_examples: 16"
STUDY = """
study: packs
task: {{name: digits, {splits}}}
model: {{name: mlp}}
training: {{epochs: 1}}
probes: "off"
factors:
  model.activation: [sigmoid, tanh, relu, softplus, identity]
  model.width: {widths}
replicates: 10
"""
ACTIVATIONS = 5
USUAL_S = 10  # of a pack


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--structures", type=int, default=1000, help="a multiple of 5")
    structures = parser.parse_args().structures
    with TemporaryDirectory() as folder:
        study, results = Path(folder) / "packs.yaml", Path(folder) / "results"
        widths = list(range(2, 2 + structures // ACTIVATIONS))
        study.write_text(STUDY.format(splits=SPLITS, widths=widths))
        run_s, peak_mb = process(ORCH, "run", study, "--no-report", "--results", results)
        lines = (results / "packs" / "events.jsonl").read_text().splitlines()
    found = {"run_s": run_s, "peak_mb": peak_mb, **costs([json.loads(x) for x in lines])}
    print(json.dumps({"benchmark": "packs", "trials": 10 * structures, **found}, indent=1))


def costs(events: list[dict[str, Any]]) -> dict[str, float]:
    """From events.jsonl of a run."""
    starts = [event for event in events if event["event"] == "pack_started"]
    ends = [event for event in events if event["event"] == "pack_finished"]
    first, last = (datetime.fromisoformat(event["at"]) for event in (starts[0], ends[-1]))
    available_s = events[0]["workers"] * (last - first).total_seconds()
    idle_s = (available_s - sum(event["wall_s"] for event in ends)) / len(ends)
    return {
        "packs": len(ends),
        "pack_ms": round(1e3 * idle_s, 1),
        "bookkeeping_percent": round(100 * idle_s / (idle_s + USUAL_S), 2),
    }


if __name__ == "__main__":
    main()
