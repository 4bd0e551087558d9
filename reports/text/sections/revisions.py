"""Words of the section of the revisions that trials ran in."""

from orchestrator.plan_document import PlanDocument
from orchestrator.reports.text.names import count_text
from orchestrator.revisions.records import Revision

MINUS = "\N{MINUS SIGN}"
PATH = "trial.revision"


def introduction(plan: PlanDocument) -> str:
    """What the table shows."""
    what = "a state of a git repository" if len(plan.revisions) == 1 else "states of a repository"
    said = f"Trials ran in {what}, each checked out into a folder of its own."
    against = next((each.against for each in plan.revisions if each.against), None)
    return f"{said} Differences count from {against}, the baseline's." if against else said


def commit_text(revision: Revision) -> str:
    """1a2b3c4, or 1a2b3c4 + 3 changed files."""
    changed = f" + {count_text(revision.uncommitted, 'changed file')}" * bool(revision.uncommitted)
    return f"{revision.commit[:7]}{changed}"


def summary(revision: Revision) -> str:
    """main: 3 files differ from v1.0, +10 −2 lines."""
    verb = "differs" if revision.files == 1 else "differ"
    files = f"{count_text(revision.files, 'file')} {verb} from {revision.against}"
    return f"{revision.revision}: {files}, {lines(revision.insertions, revision.deletions)} lines"


def lines(insertions: int | None, deletions: int | None) -> str:
    """+10 −2; of a file that is no text nothing can be counted."""
    if insertions is None or deletions is None:
        return "binary"
    return f"+{insertions:,} {MINUS}{deletions:,}"


def rest(revision: Revision) -> str:
    """How many files a list leaves out; empty where none."""
    more = revision.files - len(revision.changes)
    return f"and {count_text(more, 'more file')}" if more > 0 else ""
