"""Settings of the tasks of words in sentences."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orchestrator.models.settings.base import Count, TaskSettings
from orchestrator.models.settings.tasks import SplitSettings

Share = Annotated[float, Field(ge=0, lt=1)]


class ToySentences(SplitSettings):
    """Of a task with sentences of the small made-up language of models/tasks/toy_tagging.py."""

    train_examples: Count = 2000
    validation_examples: Count = 500
    test_examples: Count = 500
    phrases: Count = 4
    """Most phrases in a sentence; at least one."""
    distance: Annotated[int, Field(ge=3)] = 8
    """Most words between two that agree; at least three."""
    word_dropout: Share = 0.0
    """Share of words that training replaces by the unknown word."""


class ToyTagging(ToySentences):
    """Sentences of a small made-up language: tags that the right, left or far context decides."""

    name: Literal["toy_tagging"] = "toy_tagging"


class ToyNextWord(ToySentences):
    """Sentences of the same language: after each word, say the next one."""

    name: Literal["toy_next_word"] = "toy_next_word"


class Sentences(TaskSettings):
    """Of a task with the sentences of three CoNLL-U files, or of a downloaded treebank."""

    train: str | None = None
    """File to train on; its words are the vocabulary. Relative to the working directory."""
    validation: str | None = None
    """File to watch while training."""
    test: str | None = None
    """File for the final verdict."""
    treebank: Literal["english_ewt"] | None = None
    """A treebank of Universal Dependencies, downloaded once, instead of the three files."""
    lowercase: bool = False
    """Whether `The` and `the` are one word."""
    min_count: Count = 1
    """How often training must have a word for it not to count as unknown."""
    max_length: Count = 512
    """Longer sentences are cut into pieces of this many words."""
    word_dropout: Share = 0.1
    """Share of words that training replaces by the unknown word, which so learns something."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [split for split, file in self.paths.items() if file is not None]
        if self.treebank is not None and given:
            raise ValueError(f"both treebank and {', '.join(given)} are given; leave one out")
        missing = [split for split, file in self.paths.items() if file is None]
        if self.treebank is None and missing:
            raise ValueError(f"no file for {', '.join(missing)}; name them all, or a treebank")
        return self

    @property
    def paths(self) -> dict[str, str | None]:
        """The file of each split."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(Path(file) for file in self.paths.values() if file is not None)

    @property
    def download(self) -> str | None:
        return self.treebank


class Tagging(Sentences):
    """Part-of-speech tagging of CoNLL-U files, plain or .gz, or of a downloaded treebank."""

    name: Literal["tagging"] = "tagging"
    tags: Literal["upos", "xpos"] = "upos"
    """Universal tags, or those of the language."""


class NextWord(Sentences):
    """After each word of a sentence, say the next one: CoNLL-U files, or a treebank."""

    name: Literal["next_word"] = "next_word"
