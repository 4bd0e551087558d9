"""Settings of models and tasks in the user's code.

Their classes are made from the parameters of the user's function: see `models/own/entries.py`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
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
class OwnCode:
    """A function or class in the user's code.

    name: `package.module:function`.
    folders: absolute; modules are looked for there first, then among installed ones.
    """

    name: str
    folders: tuple[Path, ...]

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


class OwnTrial(Settings):
    """A trial of your own, in place of a task, a model and how it is trained."""

    @property
    def what(self) -> str:
        """The name of the function, or the words of the command."""
        raise NotImplementedError

    @property
    def given(self) -> dict[str, Level]:
        """The settings that the study chooses, by their names: those that can be factors."""
        raise NotImplementedError

    @property
    def decisive_files(self) -> tuple[Path, ...]:
        """The user's files, besides Python modules, whose content decides the result."""
        raise NotImplementedError


class OwnFunction(OwnTrial):
    """A function of your own that is a trial."""

    model_config = ConfigDict(protected_namespaces=())

    code: ClassVar[OwnCode]
    unpickle: ClassVar[Callable[..., Settings]]  # of models/own/entries.py
    structured: ClassVar[Mapping[str, Any]] = {}  # parameter → models/own/structured.py
    path_settings: ClassVar[tuple[str, ...]] = ()  # settings that are paths of files

    function: str

    @property
    def what(self) -> str:
        return self.function

    @property
    def given(self) -> dict[str, Level]:
        return self.model_dump(exclude={"function"})

    @property
    def decisive_files(self) -> tuple[Path, ...]:
        return tuple(Path(getattr(self, name)) for name in self.path_settings)

    def __reduce__(self) -> Any:
        return self.unpickle, ("trial", self.code, self.model_dump())


def _as_words(given: Any) -> str:
    """A list of words, or the JSON of one, as JSON: settings are numbers and texts."""
    words = given
    if isinstance(given, str):
        try:
            words = json.loads(given)
        except ValueError:
            words = None
    numbers = (str, int, float)
    if not isinstance(words, list) or any(
        isinstance(word, bool) or not isinstance(word, numbers) or word == "" for word in words
    ):
        raise ValueError("a list of words, such as [python, train.py]")
    return json.dumps([str(word) for word in words], ensure_ascii=False)


_WORDS = {"type": "array", "items": {"type": "string"}}
Words = Annotated[str, BeforeValidator(_as_words), WithJsonSchema(_WORDS)]


class OwnCommand(OwnTrial):
    """A command of your own that is a trial; what else the study sets has a place in its words.

    home: folder of the study file, in which the command runs.
    """

    model_config = ConfigDict(extra="allow", protected_namespaces=())
    indecisive = frozenset({"timeout_minutes"})

    home: ClassVar[Path]

    command: Words
    """Program and arguments, each a word; no shell reads them."""
    files: Words = "[]"
    """Files, by name or pattern (`conf/**/*.yaml`), whose content decides the result."""
    timeout_minutes: Annotated[float, Field(gt=0)] | None = None
    """After which the trial is ended, and has failed."""

    @property
    def what(self) -> str:
        return " ".join(self.words)

    @property
    def words(self) -> list[str]:
        words: list[str] = json.loads(self.command)
        return words

    @property
    def given(self) -> dict[str, Level]:
        return dict(_dotted(self.model_extra or {}))

    @property
    def decisive_files(self) -> tuple[Path, ...]:
        """Those of `files`, and those that words or settings name."""
        patterns: list[str] = json.loads(self.files)
        named = [*self.words, *(text for text in self.given.values() if isinstance(text, str))]
        found = {path for pattern in patterns for path in self.home.glob(pattern)}
        found |= {self.home / name for name in named if len(name) < LONGEST_NAME}
        return tuple(sorted(path for path in found if path.is_file()))

    def __hash__(self) -> int:  # that of pydantic leaves out what is not declared
        return hash(self.model_dump_json())

    def __reduce__(self) -> Any:
        return unpickle_command, (self.home, self.model_dump())


LONGEST_NAME = 200  # characters of a word that may name a file


def _dotted(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Level]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@cache
def command_class(home: Path) -> type[OwnCommand]:
    """The settings of commands of studies in a folder."""
    kind = create_model("OwnCommand", __base__=OwnCommand, __module__=__name__)
    kind.home = home
    return kind


def unpickle_command(home: Path, values: dict[str, Any]) -> OwnCommand:
    return command_class(home).model_validate(values)


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
