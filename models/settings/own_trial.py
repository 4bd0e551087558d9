"""Settings of trials that are the user's own function or command."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from orchestrator.models.settings.base import Settings
from orchestrator.models.settings.own import Checkout, Level, OwnCode

REVISION, REPOSITORY = "revision", "repository"
"""Settings of own trials that only some studies have: `revised` adds them."""


class OwnTrial(Settings):
    """A trial of your own, in place of a task, a model and how it is trained."""

    checkout: ClassVar[Checkout | None] = None  # of a study that says which revision it runs

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
        return self.model_dump(exclude={"function", REVISION, REPOSITORY})

    @property
    def decisive_files(self) -> tuple[Path, ...]:
        return tuple(self.home / getattr(self, name) for name in self.path_settings)

    @property
    def home(self) -> Path:
        """The folder to which relative paths refer."""
        return self.checkout.home if self.checkout else Path()

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

    home: the folder in which the command runs: that of the study file, or of its checkout.
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
        return unpickle_command, (self.home, self.checkout, self.model_dump())


LONGEST_NAME = 200  # characters of a word that may name a file


def _dotted(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Level]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@cache
def command_class(home: Path, checkout: Checkout | None = None) -> type[OwnCommand]:
    """The settings of commands that run in a folder. checkout: of a revision, with that folder."""
    kind = create_model("OwnCommand", __base__=OwnCommand, __module__=__name__)
    kind.home = home
    return revised(kind, checkout) if checkout else kind


def unpickle_command(home: Path, checkout: Checkout | None, values: dict[str, Any]) -> OwnCommand:
    return command_class(home, checkout).model_validate(values)


Trial = TypeVar("Trial", bound=OwnTrial)


def revised(kind: type[Trial], checkout: Checkout) -> type[Trial]:
    """The settings of the same trials in a revision. Which repository it is decides nothing."""
    fields: dict[str, Any] = {REVISION: (str, ...), REPOSITORY: (str | None, None)}
    made = create_model(kind.__name__, __base__=kind, __module__=__name__, **fields)
    made.checkout = checkout
    made.indecisive = kind.indecisive | {REPOSITORY}
    return made
