"""Settings of every model and task, with defaults. No torch here: reading a study is instant.

A study file may set exactly these names; a setting left out has the default written here.
"""

from orchestrator.models.settings.base import (
    Activation,
    Count,
    Init,
    ModelSettings,
    NonNegative,
    Scheme,
    Settings,
    TaskSettings,
)
from orchestrator.models.settings.networks import (
    MLP,
    Cell,
    Chain,
    ConvNet,
    LogLinear,
    Recurrent,
    RecurrentInit,
    WindowTagger,
)
from orchestrator.models.settings.sequences import Adding, CopyMemory, Latch, Parity, TemporalOrder
from orchestrator.models.settings.tasks import (
    MNIST,
    Diabetes,
    Digits,
    DigitsPixels,
    DigitsRows,
    FashionMNIST,
    Idx,
    MNIST5k,
)
from orchestrator.models.settings.words import (
    NextWord,
    Sentences,
    Tagging,
    ToyNextWord,
    ToySentences,
    ToyTagging,
)

__all__ = [
    "MLP",
    "MNIST",
    "Activation",
    "Adding",
    "Cell",
    "Chain",
    "ConvNet",
    "CopyMemory",
    "Count",
    "Diabetes",
    "Digits",
    "DigitsPixels",
    "DigitsRows",
    "FashionMNIST",
    "Idx",
    "Init",
    "Latch",
    "LogLinear",
    "MNIST5k",
    "ModelSettings",
    "NextWord",
    "NonNegative",
    "Parity",
    "Recurrent",
    "RecurrentInit",
    "Scheme",
    "Sentences",
    "Settings",
    "Tagging",
    "TaskSettings",
    "TemporalOrder",
    "ToyNextWord",
    "ToySentences",
    "ToyTagging",
    "WindowTagger",
]
