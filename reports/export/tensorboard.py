"""TensorBoard: one folder of event files a trial, with its curves and its hyperparameters."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from orchestrator.reports.export.errors import ExportError
from orchestrator.reports.export.series import Series, read_series

_LONGEST_BYTES = 200  # a name in a folder has at most 255
_FILES = "events.out.tfevents.*"


def write_tensorboard(study: Path, target: Path) -> list[Path]:
    """<target>/<variant>/replicate_<n>; `tensorboard --logdir <target>` shows them.

    Event files that an earlier export left in a trial's folder are replaced.
    """
    return [_write(target, series) for series in read_series(study)]


def _write(target: Path, series: Series) -> Path:
    folder = target / _name(series.variant) / f"replicate_{series.replicate}"
    for old in folder.glob(_FILES):
        old.unlink()
    writer = _writer(folder)
    for event in (*_hyperparameters(series), *_scalars(series)):
        writer.add_event(event)
    writer.close()
    return folder


def _name(variant: str) -> str:
    """A variant's label as one folder: a level may contain anything.

    A label that cannot be a name as it is gets a digest, so that no two have the same folder.
    """
    kept = variant.replace("/", "∕").replace("\0", "").strip(". ")
    kept = kept.encode(errors="replace")[:_LONGEST_BYTES].decode(errors="ignore")
    if kept == variant:
        return kept
    return f"{kept or 'variant'}-{sha256(variant.encode(errors='replace')).hexdigest()[:8]}"


def _writer(folder: Path) -> Any:
    try:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ModuleNotFoundError as error:
        cure = 'pip install "orch[tensorboard]"'
        raise ExportError(f"event files are written by tensorboard: {cure}") from error
    return EventFileWriter(str(folder))


def _scalars(series: Series) -> Iterator[Any]:
    """One event a value, at its epoch; all are dated by the start of the trial's pack."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    for point in series.points:
        summary = Summary(value=[Summary.Value(tag=point.name, simple_value=point.value)])
        yield Event(wall_time=series.started_at, step=point.epoch, summary=summary)


def _hyperparameters(series: Series) -> Iterator[Any]:
    """Settings for the HPARAMS tab, which pairs them with the last value of every scalar."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.plugins.hparams import summary_v2

    settings = {path: _plain(value) for path, value in series.settings.items()}
    trial = summary_v2.hparams_pb(settings, series.trial_id, series.started_at)
    yield Event(wall_time=series.started_at, step=0, summary=trial)


def _plain(value: Any) -> str | bool | int | float:
    return value if isinstance(value, (bool, int, float)) else str(value)
