"""A study's numbers and what is said of them."""

from dataclasses import dataclass
from pathlib import Path

from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import Tables, read_tables
from orchestrator.reports.text.sentences import Sentences, sentences
from tests.reports.sample import Sample, write


@dataclass(frozen=True)
class Told:
    analysis: Analysis
    said: Sentences

    @classmethod
    def of(cls, tables: Tables) -> "Told":
        analysis = analyse(tables)
        return cls(analysis, sentences(analysis))


def told(folder: Path, sample: Sample) -> Told:
    return Told.of(read_tables(write(folder, sample)))
