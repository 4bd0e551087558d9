"""Simulates studies, judges them as a report does, and writes how often that is wrong.

    python -m benchmarks.calibration [--output FILE] [--processes 2]

From values of replicates to verdicts through `compare_pairs`, for eight kinds of data, families of
m comparisons and n replicates; about twenty minutes on two cores. The tables are in
docs/statistics.md between `<!-- calibration -->` and `<!-- end -->`. Exit code 1 if data that the
procedure is made for miss the accepted limits by more than the simulation's error.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.calibrated.cells import Cell, measure
from benchmarks.calibrated.kinds import KINDS, Kind
from benchmarks.calibrated.page import missed, power_off, text
from benchmarks.tables import filled

PAGE = Path(__file__).parents[1] / "docs" / "statistics.md"
NAME = "calibration"
FAMILIES = (1, 3, 12, 36)
REPLICATES = (6, 8, 10, 20)
STUDIES = {1: 1000, 3: 600, 12: 300, 36: 120}  # by family; of data that it is not made for, half


def rows(kinds: Sequence[Kind] = KINDS) -> list[tuple[int, int, int, int]]:
    """(place of the kind, m, n, studies), as on the page."""
    return [
        (place, m, n, STUDIES[m] if kind.holds else STUDIES[m] // 2)
        for place, kind in enumerate(kinds)
        for m in FAMILIES
        for n in REPLICATES
    ]


def cell(row: tuple[int, int, int, int]) -> tuple[str, Cell]:
    place, *sizes = row
    return KINDS[place].name, measure(KINDS[place], *sizes)


def calibrated(processes: int) -> dict[str, list[Cell]]:
    """By the name of the kind, in the order of `rows`."""
    found: dict[str, list[Cell]] = {kind.name: [] for kind in KINDS}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for name, each in pool.map(cell, rows()):
            found[name].append(each)
            print(name, each, file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the calibration into docs/statistics.md.")
    parser.add_argument("--output", type=Path, default=PAGE)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    for library in ("OMP", "OPENBLAS", "MKL"):  # read when a process of the pool imports numpy
        os.environ[f"{library}_NUM_THREADS"] = "1"
    found = calibrated(given.processes)
    given.output.write_text(filled(given.output.read_text(), NAME, text(KINDS, found)))
    sys.exit(any(is_wrong(kind, found[kind.name]) for kind in KINDS))


def is_wrong(kind: Kind, cells: Sequence[Cell]) -> bool:
    """Whether a limit is missed on data that the procedure, or printed power, is made for."""
    return (kind.holds and any(missed(cells))) or (kind.normal and any(power_off(cells)))


if __name__ == "__main__":
    main()
