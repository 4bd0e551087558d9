"""What every model and task can be told, with defaults. No torch here: reading a study is instant.

A study file may set exactly these names; a setting left out has the default written here.
"""

from models.settings.base import (
    Activation,
    Count,
    Init,
    ModelSettings,
    NonNegative,
    Scheme,
    Settings,
    TaskSettings,
)
from models.settings.networks import MLP
from models.settings.tasks import Digits, MNIST5k

__all__ = [
    "MLP",
    "Activation",
    "Count",
    "Digits",
    "Init",
    "MNIST5k",
    "ModelSettings",
    "NonNegative",
    "Scheme",
    "Settings",
    "TaskSettings",
]
