"""The sentences of a report's first screen, which the terminal and the index repeat."""

from dataclasses import dataclass

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.text.commands import more_replicates
from orchestrator.reports.text.headline import finding
from orchestrator.reports.text.verdicts import Statement, replicates_needed_text, statements
from orchestrator.reports.text.warnings import warnings


@dataclass(frozen=True)
class Sentences:
    """What a study says, before any figure."""

    finding: str
    statements: tuple[Statement, ...]  # every verdict, the most important first
    replicates_needed: str  # "" while nothing is undecided
    command: str  # with as many replicates; "" where no number is proposed
    warnings: tuple[str, ...]  # the most important first


def sentences(analysis: Analysis) -> Sentences:
    return Sentences(
        finding=finding(analysis),
        statements=statements(analysis),
        replicates_needed=replicates_needed_text(analysis.replicates_needed),
        command=_command(analysis),
        warnings=warnings(analysis),
    )


def _command(analysis: Analysis) -> str:
    found = analysis.replicates_needed
    if found is None or found.proposed is None:
        return ""
    return more_replicates(analysis.plan.study, analysis.evidence.started_by, found.proposed)
