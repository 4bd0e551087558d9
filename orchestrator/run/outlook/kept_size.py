"""How large the predictions become that a study keeps."""

from collections.abc import Iterator

from orchestrator.models.catalogue import sampling_of, task_entry
from orchestrator.study.records import Study
from orchestrator.words import plural

ROW_BYTES = 16  # example, position, target, prediction
SCORE_BYTES = 4
_CLASSES = 10  # in the example of a size


def kept_lines(study: Study) -> Iterator[str]:
    """In words; nothing where none are kept."""
    split = study.keep.predictions
    if split == "off":
        return
    trials = len(study.variants) * study.replicates
    tasks = [settings.task for settings in study.loops]
    sizes = {getattr(sampling_of(task), f"n_{split}") for task in tasks}
    size = sizes.pop() if len(sizes) == 1 else None
    has_scores = any(task_entry(task).outputs != "value" for task in tasks)
    yield f"Keeps: predictions of {plural(trials, 'trial')}{_size(trials, size, split, has_scores)}"


def _size(trials: int, size: int | None, split: str, has_scores: bool) -> str:
    each = f"at most {ROW_BYTES} bytes{f' and {SCORE_BYTES} per class' * has_scores} a row"
    if size is None:
        return f" on the {split} split, {each}"
    rows = trials * size
    most = rows * (ROW_BYTES + SCORE_BYTES * _CLASSES * has_scores)
    classes = f" with {_CLASSES} classes" * has_scores
    return f" × {size:,} {split} examples, {each}: {most / 1e6:,.1f} MB{classes}"
