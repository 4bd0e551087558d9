"""A study's numbers and what is said of them."""

import re
from dataclasses import dataclass
from pathlib import Path

from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.text.sentences import Sentences, sentences
from tests.reports.sample import Sample, write

NESTED = re.compile(r"\([^()]*\(")  # parentheses within parentheses


@dataclass(frozen=True)
class Told:
    analysis: Analysis
    said: Sentences

    @classmethod
    def of(cls, tables: Tables) -> "Told":
        analysis = analyse(tables)
        said = sentences(analysis)
        nested = [text for text in said.warnings if NESTED.search(text)]
        assert not nested
        return cls(analysis, said)


def told(folder: Path, sample: Sample) -> Told:
    return Told.of(read_tables(write(folder, sample)))
