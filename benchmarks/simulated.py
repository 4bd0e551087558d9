"""A results folder of any size without training: the real writers, invented numbers.

    python -m benchmarks.simulated RESULTS [VARIANTS] [REPLICATES]

Writes a study of feed-forward nets with as many trials as asked for, as `orch run` would. Its
tables have the shape and size of real ones, and no meaning.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from orchestrator.execution.protocol import Job
from orchestrator.execution.worker.pack import run_pack
from orchestrator.models.settings.tasks import SplitSettings
from orchestrator.paths import ResultsPaths
from orchestrator.plan.document import plan_document
from orchestrator.plan.make_plan import make_plan
from orchestrator.plan.records import Pack, Trial
from orchestrator.store.journal import append_event, write_plan
from orchestrator.store.prepare import prepare
from orchestrator.store.tables.compact import compact
from orchestrator.study.load import parse_study
from orchestrator.training.kept.answers import TestAnswers
from orchestrator.training.reading import Reading
from orchestrator.training.recorder import Recorder
from orchestrator.training.records import PackRows

VARIANTS, REPLICATES = 1000, 10
PROBE_EVERY = 5
PER_LAYER = {"sigmoid": 0.21, "tanh": 0.85, "relu": 0.7, "softplus": 0.5, "identity": 0.9}

Draws = NDArray[np.float64]  # (members,)


def levels(variants: int) -> dict[str, list[Any]]:
    """Factors with so many combinations: four or five activations, depths, scales, widths."""
    activations = list(PER_LAYER)[: 5 if variants % 5 == 0 else 4]
    left = variants // len(activations)
    depths = [1, 2, 4, 8][: min(left, 4)]
    left //= len(depths)
    scales = [round(0.2 * (1 + i), 1) for i in range(min(left, 10))]
    widths = [4 + 4 * i for i in range(left // len(scales))] if scales else []
    if len(activations) * len(depths) * len(scales) * len(widths) != variants:
        raise ValueError(f"no study of {variants} variants is made up here; 48, 100 and 1000 are")
    return {
        "model.activation": activations,
        "model.depth": depths,
        "model.init.scale": scales,
        "model.width": widths,
    }


def study_text(variants: int = VARIANTS, replicates: int = REPLICATES, task: str = "digits") -> str:
    factors = "\n".join(f"  {path}: {values}" for path, values in levels(variants).items())
    return f"""study: simulated
question: How large a study can a reader open?
task: {{name: {task}}}
model: {{name: mlp, init: {{scheme: normal}}}}
training: {{epochs: 20}}
factors:
{factors}
replicates: {replicates}
probes: {{every_epochs: {PROBE_EVERY}}}
compare: {{metric: test/accuracy, smallest_difference: 0.005}}
"""


def write_study(
    results: Path, variants: int = VARIANTS, replicates: int = REPLICATES, task: str = "digits"
) -> Path:
    """The study's folder, in the state in which a run leaves it before the report.

    task: of classes; of one whose test split is the same in all replicates (mnist) the report also
        compares the answers to single examples.

    Raises RuntimeError where a trial is not completed: its rows would say little of a real report.
    """
    text = study_text(variants, replicates, task)
    study = parse_study(text, results / "simulated.yaml")
    paths = ResultsPaths(results.resolve())
    prepare(paths, study.name)
    plan = make_plan(study, {}, workers=2)
    document = plan_document(plan)
    folder = paths.study(study.name)
    write_plan(folder, text, document)
    append_event(folder, "study_started", new=len(plan.trials), trials=len(plan.trials))
    for pack in plan.packs:
        if pack.trials[0].variant.loop.task.download:
            pack = replace(pack, sample="")  # examples to show, which would be downloaded
        done = run_pack(pack, Job(paths.root, train="benchmarks.simulated:train"))
        if done.completed < done.trials:
            raise RuntimeError(f"pack {pack.pack_id}: {done.completed} of {done.trials} completed")
    append_event(folder, "study_finished", wall_s=0.0)
    compact(paths, document)
    return folder.root


def train(pack: Pack, device: str, threads: int, **more: Any) -> PackRows:
    """What the engine does, with numbers out of the air."""
    rng = np.random.default_rng(int(pack.pack_id, 16))
    task = pack.trials[0].variant.loop.task
    examples = int(task.sizes["test"]) if isinstance(task, SplitSettings) else 0
    finals = {"test/baseline_accuracy": 0.1, "test/answers": float(examples)}
    known = [finals] * len(pack.trials)
    recorder = Recorder(pack, pack.trials, known)
    epochs = pack.trials[0].variant.loop.training.epochs
    factor = np.array([_factor(trial) for trial in pack.trials])
    depth = int(str(pack.trials[0].variant.settings.flat["model.depth"]))
    everyone = np.ones(len(pack.trials), dtype=bool)
    for epoch in range(epochs + 1):
        metrics = _metrics(rng, factor, depth, epoch)
        recorder.measured(epoch, 40 * epoch, metrics)
        if epoch % PROBE_EVERY == 0:
            recorder.probed(epoch, 40 * epoch, _readings(rng, factor, depth), everyone)
    recorder.counted(epochs, torch.from_numpy(everyone))
    recorder.answered(epochs, _answers(rng, metrics["test", "accuracy"], examples))
    return recorder.rows(execution="stacked", device=device, threads=threads)


def _factor(trial: Trial) -> float:
    flat = trial.variant.settings.flat
    scale = float(str(flat["model.init.scale"]))
    return float(PER_LAYER[str(flat["model.activation"])] * scale**0.8)


def _metrics(
    rng: np.random.Generator, factor: Draws, depth: int, epoch: int
) -> dict[tuple[str, str], torch.Tensor]:
    """Accuracy that rises from chance, more slowly where less gradient arrives."""
    speed = np.minimum(factor ** (depth - 1), 1.5) ** 0.35
    found = {}
    for split in ("train", "validation", "test"):
        accuracy = 0.1 + 0.86 * (1 - np.exp(-speed * epoch)) + rng.normal(0, 0.01, len(factor))
        found[split, "accuracy"] = torch.tensor(accuracy.clip(0, 1))
        found[split, "loss"] = torch.tensor(2.4 * (1.05 - accuracy))
    return found


def _answers(
    rng: np.random.Generator, accuracy: torch.Tensor, examples: int
) -> dict[int, list[dict[str, Any]]]:
    """Of the last epoch: as many right as the accuracy says, up to chance."""
    shape = len(accuracy), examples
    right = torch.tensor(rng.random(shape, dtype=np.float32)) < accuracy[:, None]
    answers = TestAnswers()
    answers.expect("accuracy")
    answers.add("accuracy", torch.arange(shape[1]).expand(shape), right, torch.ones(shape))
    return answers.rows((*shape, 1), torch.ones(len(accuracy), dtype=torch.bool))


def _readings(rng: np.random.Generator, factor: Draws, depth: int) -> Iterator[Reading]:
    for layer in range(1, depth + 2):
        delta = 0.08 * factor ** (depth + 1 - layer) * np.exp(rng.normal(0, 0.2, len(factor)))
        own = {"delta": delta, "delta_mean": delta / 3, "weight_grad": 2 * delta**0.3,
               "update_ratio": 0.01 * delta**0.3}  # fmt: skip
        if layer <= depth:
            own["saturation"] = rng.uniform(0.1, 0.4, len(factor))
        for quantity, values in own.items():
            yield Reading("depth", f"hidden.{layer}", layer, quantity, torch.tensor(values))


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[2:]]
    variants, replicates = (*sizes, *(VARIANTS, REPLICATES)[len(sizes) :])
    print(write_study(Path(sys.argv[1]), variants, replicates))
