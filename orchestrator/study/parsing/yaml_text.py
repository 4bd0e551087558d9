"""YAML text → plain values, and where each of them stands in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from orchestrator.errors import InputError, Problem

Path = tuple[str | int, ...]  # ("factors", "model.depth", 2): keys may contain dots

DEEPEST = 20  # levels of nesting; a study needs five
UNREADABLE = object()  # a scalar that has been reported; no value, not even null
MOST_NODES = 100_000  # aliases of aliases can make a short file huge

_SCALARS = {"null", "bool", "int", "float", "str"}


class Place(NamedTuple):
    """A position in the file (1-based), or a flag of the command line."""

    line: int
    column: int
    flag: str = ""


@dataclass
class Document:
    """The values of a study file, as Python objects, with the places of keys and values."""

    source: str  # what messages call the file
    value: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    has_aliases: bool = False

    def place(self, path: Path, at_key: bool = False) -> Place:
        """Where the value (or its key) stands; for one that is not there, where it would."""
        if path in self.values and not at_key:
            return self.values[path]
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, Place(1, 1))

    def overwrite(self, path: Path, value: Any, flag: str) -> None:
        """Replace a value, or add it, on behalf of a flag."""
        put(self.value, path, value)
        for places in (self.keys, self.values):
            for known in [known for known in places if known[: len(path)] == path]:
                del places[known]
            places[path] = Place(0, 0, flag)


@dataclass
class Findings:
    """Collects problems, so that the user sees all of them at once."""

    document: Document
    found: list[tuple[Place, Problem]] = field(default_factory=list)

    def add(
        self, path: Path, what: str, allowed: str = "", cure: str = "", at_key: bool = False
    ) -> None:
        """A problem of the value at `path`, or of its key."""
        text = f"{dotted(path)}: {what}" if path else what
        self.add_at(self.document.place(path, at_key), text, allowed, cure)

    def add_at(self, place: Place, what: str, allowed: str = "", cure: str = "") -> None:
        where = place.flag or f"{self.document.source}:{place.line}:{place.column}"
        self.found.append((place, Problem(where, what, allowed, cure)))

    def raise_if_any(self) -> None:
        """Raises InputError with the problems in the order of the file, flags last."""
        if self.found:
            in_order = sorted(self.found, key=lambda found: (found[0].flag != "", found[0]))
            raise InputError(problem for _, problem in in_order)


def dotted(path: Path) -> str:
    """("factors", "model.depth", 2) → factors.model.depth[2]"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def put(tree: Any, path: Path, value: Any) -> None:
    """Set the value at `path` in nested mappings, making those that are missing."""
    *parents, last = path
    for key in parents:
        if not isinstance(tree.get(key), Mapping):
            tree[key] = {}
        tree = tree[key]
    tree[last] = value


def read_document(text: str, source: str) -> tuple[Document, Findings]:
    """Raises InputError where the text is not YAML at all; what else is odd is in the findings."""
    document = Document(source)
    findings = Findings(document)
    root = _compose(text, findings)
    findings.raise_if_any()
    if root is not None:
        value = _Reader(document, findings).read(root, (), 0)
        document.value = None if value is UNREADABLE else value
    return document, findings


def read_scalar(text: str) -> Any:
    """The value of a flag: what YAML reads as a scalar; anything else is plain text."""
    document, findings = Document("flag"), Findings(Document("flag"))
    root = _compose(text, findings)
    if not isinstance(root, ScalarNode) or root.end_mark.index < len(text):
        return text  # the rest would be a comment
    value = _Reader(document, findings).read(root, (), 0)
    return text if findings.found else value


def _yaml() -> YAML:
    return YAML(typ="safe", pure=True)


def _compose(text: str, findings: Findings) -> Node | None:
    if any(line.startswith("%YAML") and "1.2" not in line for line in text.splitlines()):
        findings.add((), "study files are YAML 1.2", cure="remove the %YAML directive")
    try:
        root: Node | None = _yaml().compose(text)
        return root
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        findings.add_at(place, f"not valid YAML: {_problem_text(error)}", cure=_cure(error))
    except RecursionError:
        findings.add((), "nested too deeply", f"{DEEPEST} levels")
    except YAMLError as error:  # a control character: no mark, but a position
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        column = position - text.rfind("\n", 0, position)
        findings.add_at(Place(line, column), f"not valid YAML: {_reason(error)}")
    return None


def _problem_text(error: MarkedYAMLError) -> str:
    problem = str(error.problem).removeprefix("but ")
    if not error.context or error.context_mark is None or "document" in problem:
        return problem
    return f"{problem} {error.context} that begins in line {error.context_mark.line + 1}"


def _cure(error: MarkedYAMLError) -> str:
    problem = str(error.problem)
    if "'\\t'" in problem:
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in problem:
        return "put text that contains ': ' in quotes; check the indentation"
    if "another document" in problem:
        return "one file holds one study: remove the '---' line and what follows"
    return "check brackets, quotes and the indentation of this line and the one above"


def _reason(error: YAMLError) -> str:
    character = getattr(error, "character", None)
    code = f" (U+{character:04X})" if isinstance(character, int) else ""
    return f"a control character stands in the text{code}"


@dataclass
class _Reader:
    """Walks the composed nodes: notes places, finds duplicate keys, builds plain values."""

    document: Document
    findings: Findings
    nodes: int = 0
    constructor: SafeConstructor = field(default_factory=lambda: _yaml().constructor)

    def read(self, node: Node, path: Path, depth: int) -> Any:
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            self._too_much(node, depth)
        if node.anchor:
            self.document.has_aliases = True
        if not _is_empty(node):  # an empty value is best found by its key
            self.document.values[path] = _place(node)
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, path, depth))
        if isinstance(node, SequenceNode):
            items = [self.read(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
            return [item for item in items if item is not UNREADABLE]
        return self._scalar(node, path)

    def _pairs(self, node: MappingNode, path: Path, depth: int) -> Iterator[tuple[str, Any]]:
        seen: dict[str, Place] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            if key is None:
                continue
            here = (*path, key)
            if key in seen:
                first = f"line {seen[key].line}, column {seen[key].column}"
                text = f"{dotted(here)}: the key stands here again; first in {first}"
                self.findings.add_at(_place(key_node), text, cure="remove one of the two")
                continue
            seen[key] = self.document.keys[here] = _place(key_node)
            value = self.read(value_node, here, depth + 1)
            if value is not UNREADABLE:
                yield key, value

    def _key(self, node: Node, path: Path) -> str | None:
        prefix = f"{dotted(path)}: " if path else ""
        if not isinstance(node, ScalarNode):
            self.findings.add_at(_place(node), f"{prefix}a key must be a name")
        elif _kind(node) == "merge":
            text = f"{prefix}merge keys (<<) are not part of YAML 1.2"
            self.findings.add_at(_place(node), text, cure="write the keys out")
        elif _kind(node) == "str":
            return str(node.value)
        else:
            text = f"{prefix}{node.value!r} is not a name"
            self.findings.add_at(_place(node), text, allowed="keys that are text")
        return None

    def _scalar(self, node: Node, path: Path) -> Any:
        kind = _kind(node)
        if kind not in _SCALARS and str(node.tag).startswith("!"):
            self.findings.add(path, f"the tag {node.tag} means nothing here", cure="remove it")
            return UNREADABLE
        if kind not in _SCALARS:
            return str(node.value)  # dates and the like are text
        try:
            return self.constructor.construct_object(_untied(node), deep=True)
        except (ValueError, YAMLError):  # `!!int x`, or more digits than Python reads
            self.findings.add(path, f"{str(node.value)[:30]!r} cannot be read as {kind}")
            return UNREADABLE

    def _too_much(self, node: Node, depth: int) -> None:
        text = "nested too deeply" if depth > DEEPEST else "aliases make the file too large"
        allowed = f"{DEEPEST} levels" if depth > DEEPEST else f"{MOST_NODES:,} values"
        self.findings.add_at(_place(node), text, allowed)
        self.findings.raise_if_any()


def _untied(node: Any) -> Node:
    """The node without its anchor, so that constructing it leaves no trace."""
    return ScalarNode(node.tag, node.value, style=node.style)


def _is_empty(node: Any) -> bool:
    return isinstance(node, ScalarNode) and node.value == "" and node.style is None


def _kind(node: Node) -> str:
    return str(node.tag).removeprefix("tag:yaml.org,2002:")


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
