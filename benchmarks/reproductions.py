"""Writes docs/reproductions.md: published results beside ours.

    python -m benchmarks.reproductions [--results DIR] [--treebank DIR] [--output FILE]

Short checks are computed, in about a minute; long ones are read from a results folder that has
the study. Those that it does not have stay on the page as they were last measured. Exit code 1 if
any result is not accepted.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch

from benchmarks.reproduced import baselines, depth, studies, time
from benchmarks.reproduced.records import Row

PAGE = Path(__file__).parents[1] / "docs" / "reproductions.md"
INSTALLED = ("docs/", "studies/")  # below orchestrator/, as in the repository
HEAD = """\
# Published results, and ours

Made by `make reproductions`; do not edit it by hand. Conditions were set before measuring.
Long studies that the results folder does not have keep the row of their last run; `not run` means
that there was none. `tests/…` and `benchmarks/…` are files of the source repository.

| experiment | published | accepted if | measured | accepted | checked in |
|---|---|---|---|---|---|
"""
FOOT = """
Networks differ from seed to seed: where a condition names a band or a share of seeds, one seed
proves nothing. A trial that diverged counts as not solved.

The short checks take about a minute. The long ones are read from `results/`: `make studies` trains
all shipped studies, and `make ewt TREEBANK=FOLDER` the taggers of UD English-EWT 2.16, whose three
files are in FOLDER. `make reproductions TREEBANK=FOLDER` then writes this page again.
"""


def rows(results: Path | None, treebank: Path | None) -> Iterator[Row]:
    yield from depth.rows()
    yield from time.rows()
    yield from baselines.rows(treebank)
    yield from studies.rows(results)


def page(found: Iterable[Row], before: str = "") -> str:
    """before: the page as it is."""
    return HEAD + "".join(_newest(row, before) for row in found) + FOOT


def line(row: Row) -> str:
    cells = (row.measured, row.accepted)
    places = ", ".join(map(_place, row.where.split(", ")))
    return f"{_asked(row)}{' | '.join((*cells, places))} |\n"


def _place(path: str) -> str:
    """A link to what is installed beside the page, such as a study; else the path."""
    is_installed = path.startswith(INSTALLED)
    return f"[{Path(path).name}](../{path})" if is_installed else f"`{path}`"


def _newest(row: Row, before: str) -> str:
    """The line of the row; if it was not run now, the one that asks the same on the page before."""
    earlier = [found for found in before.splitlines(keepends=True) if found.startswith(_asked(row))]
    return earlier[0] if row.accepted == "not run" and earlier else line(row)


def _asked(row: Row) -> str:
    """The first cells of a line: another condition is another question."""
    return f"| {row.experiment} | {row.published} | {row.condition} | "


def main() -> None:
    parser = argparse.ArgumentParser(description="Write docs/reproductions.md.")
    parser.add_argument("--results", type=Path, help="folder with the long studies")
    parser.add_argument("--treebank", type=Path, help="folder with the files of UD English-EWT")
    parser.add_argument("--output", type=Path, default=PAGE)
    given = parser.parse_args()
    torch.set_num_threads(1)
    found = list(rows(given.results, given.treebank))
    before = given.output.read_text() if given.output.exists() else ""
    given.output.write_text(page(found, before))
    sys.exit(any(row.accepted == "no" for row in found))


if __name__ == "__main__":
    main()
