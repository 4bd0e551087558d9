"""Python values → the YAML text of a study file."""

from collections.abc import Mapping, Sequence
from io import StringIO
from os import PathLike, fspath
from typing import Any

from ruamel.yaml import YAML


def yaml_text(given: Mapping[str, Any]) -> str:
    """Reading the text gives the same values. Raises TypeError for one that YAML cannot have."""
    yaml = YAML()
    yaml.width = 4096
    out = StringIO()
    yaml.dump({key: plain(value) for key, value in given.items()}, out)
    return out.getvalue()


def scalar_text(value: Any) -> str:
    """As a flag has it: `--set training.epochs=3`."""
    return "null" if value is None else yaml_text({"v": value}).partition(":")[2].strip()


def plain(value: Any) -> Any:
    """Of mappings, lists, texts, numbers, booleans and None alone, as YAML knows them.

    Tuples, ranges, arrays and numbers of numpy, and paths become these.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Mapping):
        return {plain(key): plain(each) for key, each in value.items()}
    if hasattr(value, "tolist"):  # of numpy
        return plain(value.tolist())
    if isinstance(value, PathLike):
        return fspath(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence):
        return [plain(each) for each in value]
    raise TypeError(f"a study cannot have a value of the type {type(value).__name__}: {value!r}")
