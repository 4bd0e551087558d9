"""Settings of models and tasks in the user's code.

Their classes are made from the parameters of the user's function: see `models/own/entries.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import (
    ConfigDict,
    model_validator,
)

from orchestrator.models.settings.base import (
    Init,
    ModelSettings,
    NonNegative,
    Scheme,
    Settings,
    TaskSettings,
)

Level = str | int | float | bool | None
OUTPUT = "output"  # a setting of every own model, unless it has a parameter of that name


@dataclass(frozen=True, slots=True)
class Checkout:
    """The files of a revision of the user's repository, in a folder of their own.

    revision: as the study names it. commit: its hash. dirty: whether files differ from the commit.
    root: the folder. home: in it, where trials run. installed: in it, where modules are of a
        repository that is installed (`pip install -e`), or in PYTHONPATH.
    repository: whose own files must not be imported in their place.
    """

    revision: str
    commit: str
    dirty: bool
    root: Path
    home: Path
    installed: tuple[Path, ...]
    repository: Path


@dataclass(frozen=True, slots=True)
class OwnCode:
    """A function or class in the user's code.

    name: `package.module:function`.
    folders: absolute; modules are looked for there first, then among installed ones.
    checkout: the only place where its module may be, of a study that compares revisions.
    """

    name: str
    folders: tuple[Path, ...]
    checkout: Checkout | None = None

    @property
    def module(self) -> str:
        return self.name.partition(":")[0]

    @property
    def function(self) -> str:
        return self.name.partition(":")[2]


class OwnInit(Settings):
    """How the parameters of the user's model are drawn."""

    scheme: Scheme | None = None
    """Distribution of the weights; null: as the constructor of the model draws them."""
    scale: NonNegative = 1.0
    """Factor on the standard deviation (or bound) that the scheme prescribes."""
    bias: NonNegative | None = None
    """Standard deviation of the biases, b ~ N(0, bias²); left out: 0, or as `pytorch` does."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        """`{scale: 2}` means the scheme `pytorch`, as for all models."""
        if not isinstance(given, dict) or not given:
            return given
        given = {"scheme": "pytorch", **given}
        return given if given["scheme"] is None else Init.model_validate(given).model_dump()

    @model_validator(mode="after")
    def _needs_a_scheme(self) -> Self:
        if self.scheme is None and (self.scale != 1 or self.bias is not None):
            raise ValueError("scale and bias need a scheme: without one, the constructor draws")
        return self

    @property
    def rule(self) -> Init | None:
        """The rule to draw by; None: what the constructor has drawn stays."""
        return None if self.scheme is None else Init.model_validate(self.model_dump())


class OwnModel(ModelSettings):
    """A model of your own."""

    model_config = ConfigDict(protected_namespaces=())

    code: ClassVar[OwnCode]
    entry: ClassVar[Any]  # ModelEntry of models/catalogue/
    unpickle: ClassVar[Callable[..., Settings]]  # of models/own/entries.py
    structured: ClassVar[Mapping[str, Any]] = {}  # parameter → models/own/structured.py
    chooses_output: ClassVar[bool] = True  # False where `output` is a parameter of the user's own

    init: OwnInit = OwnInit()  # type: ignore[assignment]  # it adds: as the constructor draws

    @property
    def output_name(self) -> str | None:
        """Which of several outputs counts; None: the first."""
        return getattr(self, OUTPUT, None) if self.chooses_output else None

    def __reduce__(self) -> Any:
        return self.unpickle, ("model", self.code, self.model_dump())


class OwnTask(TaskSettings):
    """A task of your own."""

    model_config = ConfigDict(protected_namespaces=())

    code: ClassVar[OwnCode]
    entry: ClassVar[Any]  # TaskEntry of models/catalogue/
    unpickle: ClassVar[Callable[..., Settings]]  # of models/own/entries.py
    structured: ClassVar[Mapping[str, Any]] = {}  # parameter → models/own/structured.py
    own_files: ClassVar[tuple[Path, ...]] = ()  # that its declaration names
    path_settings: ClassVar[tuple[str, ...]] = ()  # settings that are paths of files

    @property
    def files(self) -> tuple[Path, ...]:
        return *self.own_files, *(Path(getattr(self, name)) for name in self.path_settings)

    def __reduce__(self) -> Any:
        return self.unpickle, ("task", self.code, self.model_dump())
