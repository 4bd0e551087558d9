"""How long packs took, for predictions."""

import os
from pathlib import Path

import pytest

from orchestrator.paths import ResultsPaths
from orchestrator.store.commit import commit
from orchestrator.store.timings import timings
from tests.store.plans import rows_of


def dated(path: Path, seconds: int) -> None:
    os.utime(path, (seconds, seconds))


def test_completed_packs_newest_first(paths: ResultsPaths) -> None:
    for number, names in enumerate((["a", "b", "c"], ["d"], ["e diverge", "f"])):
        commit(paths, f"p{number}", rows_of(*names, wall_s=number + 0.5))
        dated(paths.part("trials", f"p{number}"), 1000 + number)
    assert [(each.members, each.wall_s) for each in timings(paths)] == [(1, 1.5), (3, 1.5)]


@pytest.mark.parametrize("name", ["damaged.parquet", ".p.parquet"])
def test_damaged_and_hidden_files_are_skipped(paths: ResultsPaths, name: str) -> None:
    commit(paths, "p", rows_of("a"))
    part = paths.part("trials", "p")
    (part.parent / name).write_bytes(part.read_bytes()[: -9 if name[0] != "." else None])
    assert len(timings(paths)) == 1


def test_an_empty_store(paths: ResultsPaths) -> None:
    assert timings(paths) == []
