"""Writes the parts of a pack, each as a whole.

Apart from reading, which imports pandas by way of `pyarrow.dataset`: workers only write, and start
sooner without it.
"""

from io import BytesIO

from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.store.predictions import write_predictions
from orchestrator.store.remote.object_io import put
from orchestrator.store.schemas import arrow, write
from orchestrator.training.records import PackRows


def commit(paths: ResultsPaths, pack_id: str, rows: PackRows) -> None:
    """Write what is kept of trials and the parts of a pack, `trials` last: it commits the pack.

    Raises EnvironmentFault when a part cannot be written; the part that was there before stays.
    """
    tables = {name: arrow(name, getattr(rows, name)) for name in TABLES}  # fails before any write
    for trial_id, weights in rows.weights.items():
        put(paths.at(paths.weights(trial_id)), weights)
    write_predictions(paths, rows.predictions)
    for name in TABLES:
        file = BytesIO()
        write(tables[name], file)
        put(paths.at(paths.part(name, pack_id)), file.getvalue())
