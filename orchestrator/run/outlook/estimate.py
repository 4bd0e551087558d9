"""How long a run will take, from what the results folder has of earlier ones."""

from collections.abc import Callable, Iterator
from functools import partial

from orchestrator.execution.capacity import device_of
from orchestrator.paths import ResultsPaths
from orchestrator.plan.duration import (
    Prediction,
    Speeds,
    Timing,
    Work,
    device_name,
    pack_work,
    predict,
)
from orchestrator.plan.records import Pack, Plan
from orchestrator.study.records import Study
from orchestrator.words import duration, plural


def speeds_of(study: Study, paths: ResultsPaths) -> Speeds:
    """How long packs took in the results folder; read when it is first needed."""
    asked = study.resources
    device = device_name(device_of(asked), is_parallel=asked.workers > 1)
    return Speeds(partial(_earlier, paths), device)


def predicted(plan: Plan, speeds: Speeds, workers: int) -> Prediction | None:
    """None where there is nothing to train, or nothing like it has been trained."""
    return predict(plan.packs, speeds, workers) if plan.packs else None


def calibrated(
    plan: Plan, speeds: Speeds, paths: ResultsPaths, say: Callable[[str], None]
) -> Speeds:
    """With a measurement of each structure that was not known. say: takes a line before each."""
    return speeds.and_also(list(_measured(plan, speeds, paths, say))) if plan.packs else speeds


def in_words(plan: Plan, prediction: Prediction | None, workers: int) -> Iterator[str]:
    if not plan.packs:
        return
    if prediction is None:
        yield "Time: not known, nothing like it has been trained; --calibrate measures it"
        return
    on = plural(workers, "worker")
    yield f"Time: about {duration(prediction.wall_s)} of training on {on}, without Ray's start"
    unknown = prediction.packs - prediction.known
    if unknown:
        yield f"    {plural(unknown, 'pack')} unlike any before, scaled; --calibrate measures them"
    if plan.pending:
        yield "    of tuning alone: replicates are planned when it is done"


def _earlier(paths: ResultsPaths) -> list[Timing]:
    if not paths.store("trials").exists():
        return []  # and pyarrow is not needed
    from orchestrator.store.timings import timings

    return timings(paths)


def _measured(
    plan: Plan, speeds: Speeds, paths: ResultsPaths, say: Callable[[str], None]
) -> Iterator[Timing]:
    """One pack of each structure that is not known: its largest."""
    from orchestrator.execution.local.inline import local_training
    from orchestrator.execution.protocol import Job
    from orchestrator.training.calibration import calibrate

    job = Job(paths.absolute.root, plan.study.resources)
    train = local_training(job)
    unknown: dict[Work, Pack] = {}
    for pack in sorted(plan.packs, key=lambda pack: len(pack.trials)):
        if (work := pack_work(pack, speeds.device)) not in speeds.by_work:
            unknown[work] = pack
    for number, (work, pack) in enumerate(unknown.items(), 1):
        say(f"calibrating {number} of {len(unknown)}")
        seconds = calibrate(pack, lambda shortened: train(shortened, job, None))
        yield Timing(work, len(pack.trials), seconds)
