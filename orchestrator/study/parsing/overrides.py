"""`--set`, `--only` and `--replicates`: the changes that they make to a study."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from orchestrator.study.parsing.field_words import meant
from orchestrator.study.parsing.keys import StudyFile, TuneKeys
from orchestrator.study.parsing.messages import names, nearest
from orchestrator.study.parsing.raw_factors import is_always_varied, place_of
from orchestrator.study.parsing.setting_paths import SECTIONS as LOOP
from orchestrator.study.parsing.surrogates import is_unicode
from orchestrator.study.parsing.yaml_text import (
    Findings,
    KeyPath,
    Position,
    YamlDocument,
    put,
    read_scalar,
)
from orchestrator.study.records import TRIAL

SECTIONS = (*LOOP, TRIAL)
SETTABLE = (
    *("study", "question", "seed", "replicates", "compare.metric", "compare.smallest_difference"),
    *(f"tune.{name}" for name in TuneKeys.model_fields),
    *(f"{section}.…" for section in (*SECTIONS, "resources", "keep")),
)


@dataclass(frozen=True, slots=True)
class Overrides:
    """The flags as given: "training.epochs=30", "model.depth=4"."""

    set: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    replicates: int | None = None

    @property
    def words(self) -> list[str]:
        """The flags as words of a command line."""
        words = [word for value in self.set for word in ("--set", value)]
        words += [word for value in self.only for word in ("--only", value)]
        return words if self.replicates is None else [*words, "--replicates", str(self.replicates)]


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag, split into path and value."""

    text: str  # "--set training.epochs=30"
    path: str
    value: Any

    @property
    def position(self) -> Position:
        return Position(0, 0, self.text)


@dataclass
class Edits:
    """Changes of the file's values, to be made in its text too."""

    values: dict[KeyPath, Any] = field(default_factory=dict)
    kept: dict[KeyPath, list[int]] = field(default_factory=dict)  # list → indices that stay
    removed: list[KeyPath] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.values or self.kept or self.removed)


def read_flags(kind: str, texts: tuple[str, ...], findings: Findings) -> list[Flag]:
    """`PATH=VALUE` texts, split; reports those without a path or a value."""
    flags = []
    for text in texts:
        path, sign, value = text.partition("=")
        shown = f"--{kind} {text}"
        if not is_unicode(text):
            findings.add_at(Position(0, 0, f"--{kind} {text!r}"), "is not text in UTF-8")
        elif path.strip() and sign and value.strip():
            flags.append(Flag(shown, path.strip(), read_scalar(value.strip())))
        else:
            allowed = "PATH=VALUE" if kind == "set" else "PATH=LEVEL"
            findings.add_at(Position(0, 0, shown), "a path or a value is missing", allowed)
    return flags


def apply_sets(overrides: Overrides, document: YamlDocument, findings: Findings) -> Edits:
    """Overwrites the values that `--set` and `--replicates` give."""
    flags = read_flags("set", overrides.set, findings)
    if overrides.replicates is not None:
        text = f"--replicates {overrides.replicates}"
        flags.append(Flag(text, "replicates", overrides.replicates))
    edits = Edits()
    for flag in flags:
        path = tuple(flag.path.split("."))
        if path in edits.values and edits.values[path] != flag.value:
            findings.add_at(flag.position, f"{flag.path} is set twice, to different values")
        elif problem := _refused(flag, document):
            findings.add_at(flag.position, *problem)
        else:
            edits.values[path] = flag.value
            document.overwrite(path, flag.value, flag.text)
    return edits


def _refused(flag: Flag, document: YamlDocument) -> tuple[str, str, str] | None:
    """Why this path cannot be set: (what, allowed, cure); None if it can."""
    if place_of(document, [flag.path], ""):
        cure = f"keep some of its levels with --only {flag.path}=LEVEL"
        return f"{flag.path} is a factor of this study", "", cure
    if is_always_varied(document.value, flag.path):
        return f"every variant sets {flag.path}", "", "choose variants with --only variant=NAME"
    tuned = document.value.get("tune")
    if isinstance(tuned, Mapping) and flag.path in tuned and "." in flag.path:
        return f"{flag.path} is tuned by this study", "", "remove it from tune in the file"
    top = flag.path.split(".")[0]
    if top in (*SECTIONS, "resources", "keep") or flag.path in SETTABLE:
        return None
    if top in StudyFile.model_fields:
        varies = top in ("factors", "variants")
        cure = "choose levels with --only" if varies else "change the file"
        return f"{flag.path} cannot be set by a flag", names(SETTABLE), cure
    found = next((path for path in meant(flag.path) if path not in (*SECTIONS, "factors")), None)
    hint = f"did you mean {found}?" if found else nearest(top, StudyFile.model_fields)
    return f"there is no setting {flag.path}", names(SETTABLE), hint


def edited_text(text: str, edits: Edits, document: YamlDocument) -> str:
    """The study's YAML with the edits made, comments kept; without edits, the text itself.

    Comments are lost where the file uses aliases: an edit must not reach into the other place.
    """
    if not edits:
        return text
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 4096
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    tree = document.value if document.has_aliases else yaml.load(text)
    for path, value in edits.values.items():
        put(tree, path, value)
    for path, indices in edits.kept.items():
        _keep(tree, path, indices)
    for path in edits.removed:
        _remove(tree, path)
    out = StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def _keep(tree: Any, path: KeyPath, indices: list[int]) -> None:
    """Removes the other items of a list, and the list if none is left."""
    parent, last = _parent(tree, path), path[-1]
    for index in reversed(range(len(parent[last]))):
        if index not in indices:
            del parent[last][index]
    if not parent[last]:
        del parent[last]


def _remove(tree: Any, path: KeyPath) -> None:
    """Removes a value, and the mappings in a section of settings that it leaves empty."""
    _parent(tree, path).pop(path[-1])
    if path[0] in SECTIONS and len(path) > 2 and not _parent(tree, path):
        _remove(tree, path[:-1])


def _parent(tree: Any, path: KeyPath) -> Any:
    for key in path[:-1]:
        tree = tree[key]
    return tree
