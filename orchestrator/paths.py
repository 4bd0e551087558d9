"""Every path and file name below the results folder, and the place of results at a URI."""

from dataclasses import dataclass
from pathlib import Path

from orchestrator.addresses import below
from orchestrator.path_names import safe_name

Location = Path | str
"""A file or folder, or something at a URI."""

TABLES = ("answers", "metrics", "gradients", "trials")  # as written: trials commits a pack
REQUIRED = ("metrics", "gradients", "trials")  # packs of earlier versions have no answers
LOGS = "logs"  # of own trials: a folder of the store
SAMPLES = "samples"  # of the data: a folder of the store
WEIGHTS = "weights"  # of trials: a folder of the store
PREDICTIONS = "predictions"  # of trials: a folder of the store, and a table of a study
INPUTS = "inputs"  # of examples with predictions: the same


@dataclass(frozen=True, slots=True)
class ResultsPaths:
    """The results folder: one store for all studies, and one folder a study.

    Names and ids may come from a stranger's results: for one that leads elsewhere all methods raise
    UnsafeName.

    uri: where results are kept, if not in this folder, which is then a mirror of that place.
    """

    root: Path
    uri: str | None = None

    def __str__(self) -> str:
        return self.uri or str(self.root)

    @property
    def absolute(self) -> "ResultsPaths":
        """The same for processes that have a working folder of their own."""
        return ResultsPaths(self.root.resolve(), self.uri)

    def at(self, path: Path) -> Location:
        """The place of one of these paths: itself, or its object at the URI."""
        if self.uri is None:
            return path
        return below(self.uri, path.relative_to(self.root).as_posix())

    @property
    def index(self) -> Path:
        return self.root / "index.html"

    def store(self, table: str) -> Path:
        return self.root / "store" / table

    def part(self, table: str, pack_id: str) -> Path:
        return self.store(table) / f"{safe_name(pack_id)}.parquet"

    def checkpoints(self, study: str) -> Path:
        return self.root / "store" / "checkpoints" / safe_name(study)

    def checkpoint(self, study: str, pack_id: str) -> Path:
        return self.checkpoints(study) / f"{safe_name(pack_id)}.pt"

    def sample(self, name: str) -> Path:
        """A few examples of a task's data, under the name that the plan gives them."""
        return self.store(SAMPLES) / f"{safe_name(name)}.json"

    def log(self, trial_id: str) -> Path:
        """What an own trial has printed, compressed."""
        return self.store(LOGS) / f"{safe_name(trial_id)}.log.gz"

    def weights(self, trial_id: str) -> Path:
        return self.store(WEIGHTS) / f"{safe_name(trial_id)}.safetensors"

    def predictions(self, trial_id: str, split: str) -> Path:
        return self.store(PREDICTIONS) / f"{trial_id}.{split}.parquet"

    def inputs(self, sample: str, split: str, replicate: int) -> Path:
        """Of examples with predictions. sample: the name of the task's data in the plan."""
        return self.store(INPUTS) / f"{sample}.{split}.{replicate}.parquet"

    def study(self, name: str) -> "StudyPaths":
        return StudyPaths(self.root / safe_name(name))


@dataclass(frozen=True, slots=True)
class StudyPaths:
    """The folder of one study."""

    root: Path

    @property
    def study(self) -> Path:
        return self.root / "study.yaml"

    @property
    def plan(self) -> Path:
        return self.root / "plan.json"

    @property
    def data(self) -> Path:
        return self.root / "data.json"

    @property
    def events(self) -> Path:
        return self.root / "events.jsonl"

    @property
    def report(self) -> Path:
        return self.root / "report.html"

    def table(self, name: str) -> Path:
        return self.root / f"{name}.parquet"

    @property
    def earlier(self) -> Path:
        """Copies of the folder whose tables had trials that the store lacked, before a run."""
        return self.root / "earlier"

    def export(self, form: str) -> Path:
        """Where `orch export` writes by default."""
        return self.root / "export" / form

    @property
    def lock(self) -> Path:
        return self.root / ".lock"

    @property
    def driver(self) -> Path:
        """At a URI: who runs the study. The time of the file is the last sign of life."""
        return self.root / "driver.json"
