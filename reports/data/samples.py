"""Reads data.json: a few examples of each task of a study. It may be absent."""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Setting = str | int | float | bool | None


@dataclass(frozen=True)
class Picture:
    """An image, a byte for each pixel and channel, row by row."""

    channels: int
    height: int
    width: int
    pixels: bytes


@dataclass(frozen=True)
class Example:
    """One input in the form that suits it, the others being None or empty, and its target.

    target: one, one for each word or step, or None where the input shows it.
    """

    picture: Picture | None
    words: tuple[str, ...]
    symbols: tuple[str, ...]
    steps: tuple[tuple[float, ...], ...]  # (time, features)
    target: str | tuple[str, ...] | None


@dataclass(frozen=True)
class Sample:
    """What is known of a task's data."""

    settings: Mapping[str, Setting]
    inputs: str  # features | image | sequence | words
    outputs: str  # class | tags | value | words
    features: int
    values: int
    shape: tuple[int, ...]  # of one input
    splits: Mapping[str, int]  # examples of each
    in_training: float | None  # share of test inputs that training has too; None: not recorded
    split: str  # that the examples are from
    feature_names: tuple[str, ...]
    classes: tuple[str, ...]  # names by number; empty where values are predicted, or unknown
    examples: tuple[Example, ...]

    @property
    def task(self) -> str:
        return str(self.settings["task.name"])


def samples_of(path: Path) -> tuple[Sample, ...]:
    """None where the file is absent, or not one that this version reads: no result hangs on it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return tuple(_sample(entry) for entry in document["tasks"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _sample(entry: Mapping[str, Any]) -> Sample:
    return Sample(
        settings=entry["settings"],
        **{name: entry[name] for name in ("inputs", "outputs", "features", "values", "split")},
        shape=tuple(entry["shape"]),
        splits=entry["splits"],
        in_training=entry.get("in_training"),
        feature_names=tuple(entry["feature_names"]),
        classes=tuple(entry.get("classes", ())),
        examples=tuple(example_of(example) for example in entry["examples"]),
    )


def example_of(entry: Mapping[str, Any]) -> Example:
    """entry: one of the examples of data.json."""
    return Example(
        picture=_picture(entry["size"], entry["pixels"]) if "pixels" in entry else None,
        words=tuple(entry.get("words", ())),
        symbols=tuple(entry.get("symbols", ())),
        steps=tuple(tuple(step) for step in entry.get("steps", ())),
        target=_target(entry["target"]),
    )


def _picture(size: Sequence[int], pixels: str) -> Picture:
    channels, height, width = size
    return Picture(channels, height, width, b64decode(pixels))


def _target(value: str | Sequence[str] | None) -> str | tuple[str, ...] | None:
    return value if value is None or isinstance(value, str) else tuple(value)
