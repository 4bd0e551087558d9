"""The tables of a study as of now, for commands that read: none of them writes into the results."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.files import faults
from orchestrator.paths import ResultsPaths, StudyPaths
from orchestrator.plan_document import PlanDocument
from orchestrator.store.tables.compact import compact, is_compacted
from orchestrator.store.tables.unstored import unstored


@dataclass(frozen=True, slots=True)
class CurrentTables:
    """A folder to read a study from.

    folder: that of the study, or a temporary one with the same files.
    unstored: number of trials whose rows are in the study's tables and not in the store; 0 where
        the tables are those of the store.
    """

    folder: Path
    unstored: int


@contextmanager
def current_tables(paths: ResultsPaths, plan: PlanDocument) -> Iterator[CurrentTables]:
    """The study's own tables if they are up to date, or have trials that the store lacks; else
    tables gathered from the store in a temporary folder, which is removed at the end of the block.

    Raises EnvironmentFault when a part cannot be read, or the temporary folder not be written.
    """
    study = paths.study(plan.study)
    if is_compacted(paths, plan):
        yield CurrentTables(study.root, 0)
    elif lost := unstored(paths, plan.study, plan):
        yield CurrentTables(study.root, len(lost))
    else:
        with TemporaryDirectory(prefix="orch-tables-") as root:
            folder = StudyPaths(Path(root) / plan.study)
            with faults(folder.root, "copy the study to", "free some space, or set TMPDIR"):
                folder.root.mkdir()
                for file in (study.plan, study.study, study.events, study.data):
                    if file.exists():
                        shutil.copy(file, folder.root)
            compact(paths, plan, folder)
            yield CurrentTables(folder.root, 0)
