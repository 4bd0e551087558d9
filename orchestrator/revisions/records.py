"""What plan.json has of a revision, for the report: made once, so that no reader needs git."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileChange:
    """How many lines of a file are new and gone; None of a file that is no text."""

    path: str
    insertions: int | None
    deletions: int | None


@dataclass(frozen=True, slots=True)
class Revision:
    """A state of the user's repository that is compared, or that all trials run in.

    revision: as the study names it. commit, date, subject: of it; of the working tree those of
        HEAD. tree: git's hash of its files. uncommitted: files of the working tree that differ
        from HEAD.
    against: the revision from which the rest counts, that of the baseline; None of itself.
    changes: the first of the files that differ, with their lines.
    """

    revision: str
    commit: str
    date: str
    subject: str
    tree: str
    uncommitted: int
    against: str | None
    files: int
    insertions: int
    deletions: int
    changes: tuple[FileChange, ...]
