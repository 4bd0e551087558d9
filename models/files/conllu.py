"""CoNLL-U, the format of Universal Dependencies: ten columns a word, a blank line after a sentence.

Read here and not by the package conllu, which parses every column into objects, so that the 12,544
sentences of English-EWT take it more than ten times as long (6 s instead of half a second, in every
worker), and whose errors do not name the line. Tests read the same files with it.
Source: https://universaldependencies.org/format.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from orchestrator.models.files.content import read_bytes
from orchestrator.models.files.downloads import fetch
from orchestrator.models.files.errors import DataError
from orchestrator.models.settings import NextWord, Sentences, Tagging

COLUMNS = 10
Column = Literal["upos", "xpos"]
FORM, TAGS = 1, {"upos": 3, "xpos": 4}
NO_WORD = "_"  # the text is left out; as a single word it is an underscore
NOT_A_WORD = re.compile(r"[1-9]\d*-[1-9]\d*|\d+\.[1-9]\d*")  # 3-4 "don't" over its words; 8.1 empty


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words and their tags, as many as words; empty where no column of tags was read."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def treebank_paths(settings: Sentences) -> dict[str, Path]:
    """Split → its file; a named treebank is downloaded if it is not there yet."""
    if settings.treebank is not None:
        return dict(zip(settings.paths, fetch(settings.treebank), strict=True))
    return {split: Path(file) for split, file in settings.paths.items() if file is not None}


def read_sentences(path: Path, column: Column | None = "upos") -> list[Sentence]:
    """All sentences of a file, plain or .gz. Raises DataError with the line that is wrong.

    column: None if words need no tags.
    """
    sentences = list(_sentences(path, column))
    if not sentences:
        raise DataError(path, "holds no sentence", "give a CoNLL-U file")
    words = [word for sentence in sentences for word in sentence.words]
    if 2 * words.count(NO_WORD) > len(words):
        what = f"is without its words: {words.count(NO_WORD):,} of {len(words):,} are {NO_WORD}"
        cure = "its licence leaves the text out: the README of the treebank says how to put it in"
        raise DataError(path, what, cure)
    return sentences


def check(settings: Tagging | NextWord) -> None:
    """Raises DataError if one of the files named is bad. Downloads are checked when they come."""
    for file in settings.files:
        read_sentences(file, settings.tags if isinstance(settings, Tagging) else None)


def _sentences(path: Path, column: Column | None) -> Iterator[Sentence]:
    rows: list[tuple[str, str]] = []
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            rows += _row(path, number, line, column, len(rows) + 1)
        elif rows:
            yield _sentence(rows)
            rows = []
    if rows:
        yield _sentence(rows)


def _lines(path: Path) -> list[str]:
    content = read_bytes(path)
    try:
        return [line.removesuffix("\r") for line in content.decode("utf-8-sig").split("\n")]
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{path}:{line}", "not UTF-8", "save it as UTF-8") from error


def _row(
    path: Path, number: int, line: str, column: Column | None, position: int
) -> list[tuple[str, str]]:
    """The word and its tag, or nothing for a comment, a multiword token or an empty node."""
    if line.startswith("#"):
        return []
    cells = line.split("\t")
    if len(cells) == COLUMNS and NOT_A_WORD.fullmatch(cells[0]):
        return []
    if problem := _problem(cells, column, position):
        raise DataError(f"{path}:{number}", *problem)
    return [(cells[FORM], cells[TAGS[column]] if column else "")]


def _problem(cells: list[str], column: Column | None, position: int) -> tuple[str, str] | None:
    """What is wrong with the line of a word, and the cure."""
    if len(cells) != COLUMNS:
        cure = "columns are parted by single tabs; a blank line ends a sentence"
        return f"{len(cells)} columns instead of {COLUMNS}", cure
    if cells[0] != str(position):
        cure = "words are numbered 1, 2, 3 …; a blank line ends a sentence"
        return f"word number {cells[0]!r} where {position} should be", cure
    word = cells[FORM]
    if not word.strip():
        return f"word {position} is empty", "fill in its second column"
    if column is not None and cells[TAGS[column]].strip() in ("", "_"):
        other = next(name for name in TAGS if name != column)
        cure = f"tag it, take the sentence out, or set tags: {other}"
        return f"the word {word!r} has no {column} tag", cure
    return None


def _sentence(rows: list[tuple[str, str]]) -> Sentence:
    words, tags = zip(*rows, strict=True)
    return Sentence(words, tags)
