"""How long it takes to read and plan a study of 100,000 trials: `python benchmarks/bench_plan.py`.

Prints one JSON object: trials, variants, packs, and the seconds of reading, planning and writing.
The acceptance is 3 s for planning, on two cores.
"""

import json
import sys
from pathlib import Path
from time import perf_counter

from orchestrator.plan.document import plan_document
from orchestrator.plan.make_plan import make_plan
from orchestrator.study.load import parse_study


def study_text(variants: int, replicates: int) -> str:
    """A study with this many variants: activation × depth × width × as many learning rates."""
    rates = [round(0.001 * (1 + i), 6) for i in range(variants // 100)]
    return f"""
study: large
task: {{name: digits}}
model: {{name: mlp}}
factors:
  model.activation: [sigmoid, tanh, relu, softplus, identity]
  model.depth: [1, 2, 3, 4]
  model.width: [10, 20, 30, 40, 50]
  training.learning_rate: {rates}
replicates: {replicates}
"""


def measure(variants: int, replicates: int) -> dict[str, float | int]:
    """Seconds of the three stages, after the imports."""
    start = perf_counter()
    study = parse_study(study_text(variants, replicates), Path("large.yaml"))
    read = perf_counter()
    plan = make_plan(study, {}, workers=2)
    planned = perf_counter()
    text = json.dumps(plan_document(plan).to_json())
    written = perf_counter()
    return {
        "trials": len(plan.trials),
        "variants": len(study.variants),
        "packs": len(plan.packs),
        "document_bytes": len(text),
        "read_s": round(read - start, 3),
        "plan_s": round(planned - read, 3),
        "write_s": round(written - planned, 3),
    }


if __name__ == "__main__":
    variants, replicates = map(int, sys.argv[1:] or (10_000, 10))
    print(json.dumps(measure(variants, replicates)))
