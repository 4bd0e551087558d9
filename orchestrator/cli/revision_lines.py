"""`orch plan`: which commits the revisions of a study are, and what differs in them."""

from collections.abc import Iterator

from orchestrator.models.settings.own_trial import OwnCommand
from orchestrator.plan.revisions import REVISION_PATH
from orchestrator.revisions.records import Revision
from orchestrator.revisions.repository import WORKTREE
from orchestrator.study.records import OwnSettings, Study
from orchestrator.words import plural

_NAMED = 3  # files in a line


def revision_lines(study: Study) -> Iterator[str]:
    """One for each revision, with what differs from the baseline's below it."""
    for each in study.revisions:
        yield f"{REVISION_PATH} {each.revision} = {_state(each)}"
        if each.against is not None:
            files = plural(each.files, "file")
            lines = f"+{each.insertions:,} -{each.deletions:,} lines"
            yield f"    {files} {_differ(each)} from {each.against}: {lines}"
        if beside := _not_covered(study, each):
            listed = ", ".join(beside[:_NAMED]) + f" and {len(beside) - _NAMED} more" * (
                len(beside) > _NAMED
            )
            yield f"    not part of a trial's id: {listed}; list what is read under trial.files"


def _differ(revision: Revision) -> str:
    return "differs" if revision.files == 1 else "differ"


def _state(revision: Revision) -> str:
    commit = revision.commit[:7]
    if revision.revision == WORKTREE:
        changed = plural(revision.uncommitted, "changed file")
        return f"HEAD {commit} + {changed}" if revision.uncommitted else f"HEAD {commit}"
    return f'{commit} "{revision.subject}" ({revision.date[:10]})'


def _not_covered(study: Study, revision: Revision) -> list[str]:
    """Files that differ and that the id of a command does not cover."""
    covered = set[str]()
    for variant in study.variants:
        settings = variant.settings
        if not isinstance(settings, OwnSettings) or not isinstance(settings.trial, OwnCommand):
            return []
        if checkout := settings.trial.checkout:
            files = (p.resolve() for p in settings.trial.decisive_files)
            covered |= {
                file.relative_to(checkout.root).as_posix()
                for file in files
                if file.is_relative_to(checkout.root)
            }
    return [change.path for change in revision.changes if change.path not in covered]
