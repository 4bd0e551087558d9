"""A repository: where its root is, what its revisions are called, and what they are."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.revisions.errors import RevisionError
from orchestrator.revisions.git import Git, GitRefused

WORKTREE = "worktree"
"""The revision that is what lies in the working tree now."""
_NAMED = 8  # branches and tags in a message
MOST_NEW_BYTES = 256 * 2**20  # of files that git does not have and does not ignore
_STORE = Path("store", "trials")  # of a folder with results of orch


@dataclass(frozen=True, slots=True)
class Commit:
    """commit: its hash. date: as its committer's clock said, ISO 8601. tree: hash of its files."""

    commit: str
    date: str
    subject: str
    tree: str


@dataclass(frozen=True, slots=True)
class Repository:
    """root: of the working tree, with all links resolved."""

    root: Path
    git: Git

    def commit(self, name: str) -> Commit:
        """The commit that a revision names. Raises RevisionError."""
        form = "--format=%H%x00%cI%x00%s%x00%T"
        return Commit(*self.git.text("log", "-1", form, self._hash(name)).split("\0"))

    def _hash(self, name: str) -> str:
        """Raises RevisionError for a name that means nothing, or two things."""
        matching = [ref for ref in self.names() if ref.partition("/")[2] == name]
        try:
            if len({self._resolved(f"refs/{ref}") for ref in matching}) > 1:
                cure = f"write {' or '.join(matching)}"
                raise RevisionError(f"{name!r} is both a branch and a tag", cure=cure)
            return self._resolved(name)
        except GitRefused as error:
            if "is ambiguous" in str(error):
                what = f"several commits begin with {name}"
                raise RevisionError(what, cure="write more of its digits") from error
            raise self._unknown(name) from error

    def _resolved(self, name: str) -> str:
        return self.git.text("rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}")

    def names(self) -> list[str]:
        """Branches and tags: heads/main, tags/v1.0, remotes/origin/main."""
        every = self.git.text("for-each-ref", "--format=%(refname)").splitlines()
        return [name.removeprefix("refs/") for name in every]

    def _unknown(self, name: str) -> RevisionError:
        known = [WORKTREE, "HEAD", *(ref.partition("/")[2] for ref in self.names())]
        shown = ", ".join(known[:_NAMED]) + ", …" * (len(known) > _NAMED)
        near = get_close_matches(name, known, 1)
        cure = f"did you mean {near[0]!r}?" if near else "`git log --oneline` lists commits"
        return RevisionError(f"{self.root} has no revision {name!r}", f"{shown}, a commit", cure)

    def changed(self, before: str, after: str) -> int:
        """How many files differ between two trees."""
        return len(self.git.parts("diff-tree", "-r", "-z", "--name-only", before, after))

    @contextmanager
    def with_worktree(self) -> Iterator[tuple["Repository", str]]:
        """The repository that also knows a tree of what lies in the working tree, and that tree.

        Tracked files as they are, and those that are new and not ignored. Its objects are in a
        temporary folder: the repository stays as it is. Raises RevisionError.
        """
        with TemporaryDirectory(prefix="orch-git-") as folder:
            git = self.git.without_filters()
            objects = Path(git.text("rev-parse", "--path-format=absolute", "--git-path", "objects"))
            index = Path(git.text("rev-parse", "--path-format=absolute", "--git-path", "index"))
            mine = Path(folder, "objects")
            mine.mkdir()
            git = git.with_variables(
                GIT_OBJECT_DIRECTORY=str(mine),
                GIT_ALTERNATE_OBJECT_DIRECTORIES=f'"{_quoted(objects)}"',
                GIT_INDEX_FILE=str(Path(folder, "index")),
            )
            if index.is_file():  # with what git knows of the files, unchanged ones are not read
                shutil.copy2(index, Path(folder, "index"))
            left_out = self._left_out()
            try:
                git.run(
                    "add", "--all", "--", ":/", *(f":(top,exclude,literal){p}" for p in left_out)
                )
                yield Repository(self.root, git), git.text("write-tree")
            except GitRefused as error:
                raise RevisionError(f"git cannot read {self.root}: {error}") from error

    def _left_out(self) -> list[str]:
        """Folders with results of orch: they change with every run. Raises RevisionError."""
        new = self.git.parts(
            "ls-files", "-z", "--others", "--exclude-standard", ":/", "--full-name"
        )
        results = {
            p for name in new for p in Path(name).parents if (self.root / p / _STORE).is_dir()
        }
        kept = [name for name in new if results.isdisjoint(Path(name).parents)]
        sizes = {name: self._size(name) for name in kept}
        if sum(sizes.values()) > MOST_NEW_BYTES:
            largest = max(sizes, key=lambda name: sizes[name])
            raise RevisionError(
                f"{self.root} has {sum(sizes.values()) / 1e6:,.0f} MB in new files that git does "
                f"not ignore, such as {largest}",
                cure="list in .gitignore what is no code",
            )
        return sorted(str(path) for path in results if path != Path("."))

    def _size(self, name: str) -> int:
        try:
            return (self.root / name).lstat().st_size
        except OSError:
            return 0


def _quoted(path: Path) -> str:
    """As git reads a path in quotes: it may contain the colon that separates paths."""
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def open_repository(folder: Path) -> Repository:
    """The repository that a folder belongs to. Raises RevisionError."""
    cure = "name one: trial.repository; or make one: git init"
    if not folder.is_dir():
        raise RevisionError(f"there is no folder {folder}", cure=cure)
    git = Git(folder)
    try:
        root = Path(git.text("rev-parse", "--show-toplevel")).resolve()
        git.text("rev-parse", "--verify", "HEAD^{commit}")
    except GitRefused as error:
        raise _refused(folder, str(error), cure) from error
    return Repository(root, Git(root))


def _refused(folder: Path, said: str, cure: str) -> RevisionError:
    if "not a git repository" in said:
        return RevisionError(f"{folder} is in no git repository", cure=cure)
    if "must be run in a work tree" in said:
        return RevisionError(f"{folder} is a bare repository", cure="name a clone with files")
    if "dubious ownership" in said:
        what = f"git does not trust {folder}, which belongs to another user"
        return RevisionError(what, cure=f"git config --global --add safe.directory {folder}")
    if "Needed a single revision" in said:
        return RevisionError(f"the repository {folder} has no commit", cure="git commit")
    return RevisionError(f"git cannot read {folder}: {said}")
