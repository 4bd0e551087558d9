"""What a study's table was gathered from: the same files for the same plan give the same table."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic_core import to_json

from orchestrator.provenance import versions
from orchestrator.store.schemas import ORIGIN
from orchestrator.store.tables.plan_index import Planned


def origin_of(files: Sequence[Path], planned: Planned) -> str:
    """SHA-256 over the plan, the packs with their times and sizes, and the version of `orch`."""
    facts = [(file.name, (found := file.stat()).st_mtime_ns, found.st_size) for file in files]
    plan = (planned.study, planned.factors, planned.variants)
    return hashlib.sha256(to_json([versions()["orch"], plan, facts])).hexdigest()


def origin_in(table: Path) -> str | None:
    """The origin that stands in a table; None where there is no such table, or an older one."""
    with suppress(OSError, pa.ArrowException):
        found = pq.read_metadata(table).metadata or {}
        return (found.get(ORIGIN.encode()) or b"").decode() or None
    return None
