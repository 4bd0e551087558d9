"""The sentences of a report's first screen, which the terminal and the index repeat."""

from dataclasses import dataclass

from orchestrator.reports.analysis import Analysis
from orchestrator.reports.text.commands import more_epochs, more_replicates
from orchestrator.reports.text.headline import finding
from orchestrator.reports.text.improving import proposed_epochs
from orchestrator.reports.text.verdicts import Statement, next_step_text, statements
from orchestrator.reports.text.warnings import warnings


@dataclass(frozen=True)
class Sentences:
    """What a study says, before any figure."""

    finding: str
    statements: tuple[Statement, ...]  # every verdict, the most important first
    next_step: str  # more epochs or replicates; "" while nothing is undecided
    command: str  # with as many; "" where no number is proposed
    warnings: tuple[str, ...]  # the most important first


def sentences(analysis: Analysis) -> Sentences:
    return Sentences(
        finding=finding(analysis),
        statements=statements(analysis),
        next_step=next_step_text(analysis.replicates_needed),
        command=_command(analysis),
        warnings=warnings(analysis),
    )


def _command(analysis: Analysis) -> str:
    found = analysis.replicates_needed
    study, started_by = analysis.plan.study, analysis.evidence.started_by
    if found is None:
        return ""
    if found.improving:
        epochs = proposed_epochs(analysis.improving)
        return more_epochs(study, started_by, epochs) if epochs else ""
    return more_replicates(study, started_by, found.proposed) if found.proposed else ""
