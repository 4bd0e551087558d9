"""A study's numbers and what is said of them."""

from dataclasses import dataclass

from orchestrator.reports.analysis import Analysis, analyse
from orchestrator.reports.data.read import Tables
from orchestrator.reports.text.sentences import Sentences, sentences


@dataclass(frozen=True)
class Told:
    analysis: Analysis
    said: Sentences

    @classmethod
    def of(cls, tables: Tables) -> "Told":
        analysis = analyse(tables)
        return cls(analysis, sentences(analysis))
