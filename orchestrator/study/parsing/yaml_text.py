"""YAML text → plain values, with the position of each in the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from orchestrator.errors import InputError, Problem
from orchestrator.study.parsing.surrogates import is_unicode, joined

KeyPath = tuple[str | int, ...]  # ("factors", "model.depth", 2): keys may contain dots

DEEPEST = 20  # levels of nesting; a study needs five
UNREADABLE = object()  # a scalar that was reported as a problem: not a value, not even null
MOST_NODES = 100_000  # aliases of aliases can make a short file huge

_SCALARS = {"null", "bool", "int", "float", "str"}


class Position(NamedTuple):
    """A position in the file (1-based), or a flag of the command line."""

    line: int
    column: int
    flag: str = ""


@dataclass
class YamlDocument:
    """The values of a study file as Python objects, with the positions of keys and values."""

    source: str  # what messages call the file
    value: Any = None
    values: dict[KeyPath, Position] = field(default_factory=dict)
    keys: dict[KeyPath, Position] = field(default_factory=dict)
    has_aliases: bool = False

    def position(self, path: KeyPath, at_key: bool = False) -> Position:
        """The position of the value, or of its key; for a missing one, of the nearest parent."""
        if path in self.values and not at_key:
            return self.values[path]
        while path and path not in self.keys:
            path = path[:-1]
        return self.keys.get(path, Position(1, 1))

    def at(self, path: KeyPath) -> Any:
        """The value at a path that is in the file."""
        value = self.value
        for part in path:
            value = value[part]
        return value

    def overwrite(self, path: KeyPath, value: Any, flag: str) -> None:
        """Replace a value, or add it, on behalf of a flag."""
        put(self.value, path, value)
        for places in (self.keys, self.values):
            for known in [known for known in places if known[: len(path)] == path]:
                del places[known]
            places[path] = Position(0, 0, flag)


@dataclass
class Findings:
    """Collects problems, so that the user sees all of them at once."""

    document: YamlDocument
    found: list[tuple[Position, Problem]] = field(default_factory=list)
    places: list[KeyPath] = field(default_factory=list)  # of the problems in the file

    def add(
        self, path: KeyPath, what: str, allowed: str = "", cure: str = "", at_key: bool = False
    ) -> None:
        """Add a problem with the value at `path`, or with its key."""
        text = f"{dotted(path)}: {what}" if path else what
        self.places.append(path)
        self.add_at(self.document.position(path, at_key), text, allowed, cure)

    def add_at(self, position: Position, what: str, allowed: str = "", cure: str = "") -> None:
        where = position.flag or f"{self.document.source}:{position.line}:{position.column}"
        self.found.append((position, Problem(where, what, allowed, cure)))

    def has(self, path: KeyPath) -> bool:
        """Whether a problem with the value at `path`, or with a part of it, was reported."""
        return any(place[: len(path)] == path for place in self.places)

    def raise_if_any(self) -> None:
        """Raises InputError with the problems in the order of the file, flags last."""
        if self.found:
            in_order = sorted(self.found, key=lambda found: (found[0].flag != "", found[0]))
            raise InputError(problem for _, problem in in_order)


def dotted(path: KeyPath) -> str:
    """("factors", "model.depth", 2) → factors.model.depth[2]"""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def put(tree: Any, path: KeyPath, value: Any) -> None:
    """Set the value at `path` in nested mappings, making those that are missing."""
    *parents, last = path
    for key in parents:
        if not isinstance(tree.get(key), Mapping):
            tree[key] = {}
        tree = tree[key]
    tree[last] = value


def read_yaml(text: str, source: str) -> tuple[YamlDocument, Findings]:
    """Raises InputError if the text is not valid YAML; other problems are in the findings."""
    document = YamlDocument(source)
    findings = Findings(document)
    root = _compose(text, findings)
    findings.raise_if_any()
    if root is not None:
        value = _Reader(document, findings).read(root, (), 0)
        document.value = None if value is UNREADABLE else value
    return document, findings


def read_scalar(text: str) -> Any:
    """The value of a flag: a YAML scalar; anything else is plain text."""
    document, findings = YamlDocument("flag"), Findings(YamlDocument("flag"))
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
        position = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
        findings.add_at(position, f"not valid YAML: {_problem_text(error)}", cure=_cure(error))
    except RecursionError:
        findings.add((), "nested too deeply", f"{DEEPEST} levels")
    except YAMLError as error:  # a control character: no mark, but an offset
        offset = getattr(error, "position", 0)
        line = text.count("\n", 0, offset) + 1
        column = offset - text.rfind("\n", 0, offset)
        findings.add_at(Position(line, column), f"not valid YAML: {_reason(error)}")
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
    return f"the text contains a control character{code}"


@dataclass
class _Reader:
    """Walks the composed nodes: records positions, finds duplicate keys, builds plain values."""

    document: YamlDocument
    findings: Findings
    nodes: int = 0
    constructor: SafeConstructor = field(default_factory=lambda: _yaml().constructor)

    def read(self, node: Node, path: KeyPath, depth: int) -> Any:
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            self._too_much(node, depth)
        if node.anchor:
            self.document.has_aliases = True
        if not _is_empty(node):  # an empty value is reported at its key
            self.document.values[path] = _position(node)
        if isinstance(node, MappingNode):
            return dict(self._pairs(node, path, depth))
        if isinstance(node, SequenceNode):
            items = [self.read(item, (*path, i), depth + 1) for i, item in enumerate(node.value)]
            return [item for item in items if item is not UNREADABLE]
        return self._scalar(node, path)

    def _pairs(self, node: MappingNode, path: KeyPath, depth: int) -> Iterator[tuple[str, Any]]:
        seen: dict[str, Position] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            if key is None:
                continue
            here = (*path, key)
            if key in seen:
                first = f"line {seen[key].line}, column {seen[key].column}"
                text = f"{dotted(here)}: duplicate key; first in {first}"
                self.findings.add_at(_position(key_node), text, cure=_one_of(path))
                continue
            seen[key] = self.document.keys[here] = _position(key_node)
            value = self.read(value_node, here, depth + 1)
            if value is not UNREADABLE:
                yield key, value

    def _key(self, node: Node, path: KeyPath) -> str | None:
        prefix = f"{dotted(path)}: " if path else ""
        if not isinstance(node, ScalarNode):
            self.findings.add_at(_position(node), f"{prefix}a key must be a name")
        elif _kind(node) == "merge":
            text = f"{prefix}merge keys (<<) are not part of YAML 1.2"
            self.findings.add_at(_position(node), text, cure="write the keys out")
        elif not is_unicode(joined(str(node.value))):
            self._not_unicode(node)
        elif _kind(node) == "str":
            return joined(str(node.value))
        else:
            text = f"{prefix}{node.value!r} is not a name"
            self.findings.add_at(_position(node), text, allowed="keys that are text")
        return None

    def _scalar(self, node: Node, path: KeyPath) -> Any:
        kind = _kind(node)
        if kind not in _SCALARS and str(node.tag).startswith("!"):
            self.findings.add(path, f"the tag {node.tag} is not supported", cure="remove it")
            return UNREADABLE
        if kind not in _SCALARS:
            return str(node.value)  # dates and the like are text
        text = joined(str(node.value))
        if not is_unicode(text):
            self._not_unicode(node)
            return UNREADABLE
        try:
            return self.constructor.construct_object(_untied(node, text), deep=True)
        except (ValueError, YAMLError):  # `!!int x`, or more digits than Python reads
            self.findings.add(path, f"{str(node.value)[:30]!r} cannot be read as {kind}")
            return UNREADABLE

    def _not_unicode(self, node: Node) -> None:
        what = f"{str(node.value)!r} contains half of a character (U+D800 to U+DFFF)"
        cure = "write the character itself, or \\U and its eight digits"
        self.findings.add_at(_position(node), what, cure=cure)

    def _too_much(self, node: Node, depth: int) -> None:
        text = "nested too deeply" if depth > DEEPEST else "aliases make the file too large"
        allowed = f"{DEEPEST} levels" if depth > DEEPEST else f"{MOST_NODES:,} values"
        self.findings.add_at(_position(node), text, allowed)
        self.findings.raise_if_any()


def _one_of(path: KeyPath) -> str:
    """What to do with a key that is there twice, in the mapping at `path`."""
    if path == ("tune",):
        return "write one list of ranges, each with `when`"
    return "remove one of the two"


def _untied(node: Any, value: str) -> Node:
    """A copy without the anchor: the constructor keeps no reference to it."""
    return ScalarNode(node.tag, value, style=node.style)


def _is_empty(node: Any) -> bool:
    return isinstance(node, ScalarNode) and node.value == "" and node.style is None


def _kind(node: Node) -> str:
    return str(node.tag).removeprefix("tag:yaml.org,2002:")


def _position(node: Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)
