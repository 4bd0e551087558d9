"""A study made in Python, or read from its file: it is checked, planned and run from there."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from orchestrator.models.own.edited import forget_edited, remember
from orchestrator.notebook.open_study import OpenStudy, open_study
from orchestrator.notebook.planned import PlannedStudy, planned
from orchestrator.notebook.progress import display_here
from orchestrator.notebook.yaml_text import scalar_text, yaml_text
from orchestrator.paths import Location
from orchestrator.plan.identity import data_digests
from orchestrator.run.display import SILENT
from orchestrator.run.outlook.preview import preview
from orchestrator.run.results_location import results_now
from orchestrator.run.run_study import run_study
from orchestrator.study import records
from orchestrator.study.load import Overrides, parse_study
from orchestrator.study.parsing.source import find_source, read_source
from orchestrator.study.size import Size, size_of

Section = Mapping[str, Any]


class Study:
    """One question, and the variants that answer it: the keys of a study file as arguments.

    docs/study.md describes them. The same settings give the same trials, with the same ids, as a
    study file. Nothing is read or checked before `check`, `plan` or `run`.
    """

    def __init__(
        self,
        *,
        study: str = "study",
        question: str | None = None,
        seed: int | None = None,
        task: str | Section | None = None,
        model: str | Section | None = None,
        training: Section | None = None,
        trial: Section | None = None,
        metrics: Mapping[str, Section] | None = None,
        factors: Mapping[str, Sequence[Any] | Section] | None = None,
        design: str | None = None,
        center: Section | None = None,
        variants: Mapping[str, Section] | None = None,
        exclude: Sequence[Section] | None = None,
        tune: Section | None = None,
        replicates: int | None = None,
        probes: str | Section | None = None,
        compare: Section | None = None,
        resources: Section | None = None,
        keep: Section | None = None,
    ) -> None:
        """study: its name, and that of its folder in the results.
        task, model: their settings, or only their name. trial, metrics: in their place.
        """
        given = {
            "study": study,
            "question": question,
            "seed": seed,
            "task": {"name": task} if isinstance(task, str) else task,
            "model": {"name": model} if isinstance(model, str) else model,
            "training": training,
            "trial": trial,
            "metrics": metrics,
            "factors": factors,
            "design": design,
            "center": center,
            "variants": variants,
            "exclude": exclude,
            "tune": tune,
            "replicates": replicates,
            "probes": probes,
            "compare": compare,
            "resources": resources,
            "keep": keep,
        }
        self._text = yaml_text({key: value for key, value in given.items() if value is not None})
        self._path = Path(f"Study({study!r})")  # as messages name it; own code is in this folder
        self._overrides = Overrides()

    @classmethod
    def load(
        cls,
        source: str | Path,
        *,
        set: Section | None = None,
        only: Section | None = None,
        replicates: int | None = None,
    ) -> Self:
        """A study file, or a shipped study by its name.

        set: setting by its dotted path → another value, as --set does: {"training.epochs": 3}.
        only: factor → the level to keep, or several of them, as --only does.
        Raises InputError where the file cannot be read.
        """
        made = cls.__new__(cls)
        made._path = find_source(str(source))
        made._text = read_source(made._path)
        made._overrides = Overrides(_flags(set), _flags(only), replicates)
        return made

    def to_yaml(self) -> str:
        """The study file, with the changes of `load`. Raises InputError for a bad study."""
        if self._overrides == Overrides():
            return self._text
        with self._read() as study:
            return study.text

    def check(self) -> Size:
        """How many trials it has. Raises InputError that names every problem; reads its data."""
        with self._read() as study:
            data_digests(study)
            return size_of(study)

    def plan(self, results: Location | None = None, *, spread: float | None = None) -> PlannedStudy:
        """What a run would train, how long that takes, and what the study could show then.

        results: the folder or the URI, else $ORCH_RESULTS, else ./results. Nothing is written.
        spread: standard deviation of paired differences, where nothing has been measured.
        """
        with self._read() as study:
            return planned(preview(study, results_now(results), spread))

    def run(
        self,
        results: Location | None = None,
        *,
        inline: bool = False,
        address: str | None = None,
        wait_minutes: float = 0.0,
        force: bool = False,
        progress: bool = True,
    ) -> OpenStudy:
        """Train what is missing, write the report, and open what was found.

        Finished trials are in the store: interrupted, the same call goes on from there.
        inline: in this process instead of on a Ray cluster of this machine.
        address, wait_minutes: of a Ray cluster that runs already, as `orch run` has them.
        force: train again what is there.
        progress: show how far it is, in the cell or in the terminal.
        Raises InputError, EnvironmentFault, Interrupted; failed trials are counted in `trials`.
        """
        with self._read() as study:
            run_study(
                study,
                results=results,
                inline=inline,
                address=address,
                wait_minutes=wait_minutes,
                force=force,
                display=display_here() if progress else SILENT,
            )
            return open_study(study.name, results)

    @contextmanager
    def _read(self) -> Iterator[records.Study]:
        """Parsed now: its own code may have been edited since the last time."""
        folders = (self._path.resolve().parent, Path.cwd())
        forget_edited(folders)
        try:
            yield parse_study(self._text, self._path, self._overrides)
        finally:
            remember(folders)

    def __repr__(self) -> str:
        return (
            f"<{self._path}>" if self._path.name.startswith("Study(") else f"<Study {self._path}>"
        )


def _flags(given: Section | None) -> tuple[str, ...]:
    """Path → value, or values of `only`, as texts of flags."""
    return tuple(
        f"{path}={scalar_text(each)}"
        for path, value in (given or {}).items()
        for each in (value if isinstance(value, list | tuple) else (value,))
    )
