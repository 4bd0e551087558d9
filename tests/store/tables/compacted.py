"""Plans of a few variants, and the tables of a study once they are gathered."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from orchestrator.paths import TABLES, ResultsPaths
from orchestrator.plan_document import PlanDocument
from orchestrator.store.tables.compact import compact
from tests.store.plans import document_of, variant_of


def plan_of(variants: Mapping[str, Sequence[str]], study: str = "demo") -> PlanDocument:
    return document_of(
        *(variant_of(name, trials) for name, trials in variants.items()), study=study
    )


def compacted(paths: ResultsPaths, plan: PlanDocument) -> dict[str, pa.Table]:
    compact(paths, plan)
    study = paths.study(plan.study)
    return {name: pq.read_table(study.table(name)) for name in TABLES}
