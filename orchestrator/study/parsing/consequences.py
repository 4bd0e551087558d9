"""Problems that only follow from problems reported before: they are not reported."""

from collections.abc import Iterable, Mapping
from typing import Any

from orchestrator.study.parsing.field_words import meant
from orchestrator.study.parsing.messages import closest
from orchestrator.study.parsing.yaml_text import Findings

_DESIGN = (("factors",), ("variants",), ("center",), ("design",))


def hides_factor(findings: Findings, path: str, factors: Iterable[str]) -> bool:
    """Whether a reported problem may be why this path is not among the factors that were read."""
    if not tuple(factors):
        return not _has_design(findings.document.value) or any(map(findings.has, _DESIGN))
    given = _mapping(findings.document.value, "factors")
    unread = [other for other in given if findings.has(("factors", other))]
    return path in unread or closest(path, set(unread) - set(factors)) is not None


def hides_level(findings: Findings, path: str) -> bool:
    """Whether a reported problem with a factor may be why it lacks a level."""
    return findings.has(("factors", path))


def hides_variant(findings: Findings) -> bool:
    """Whether a reported problem may be why a name is not that of a variant."""
    return findings.has(("variants",))


def means(key: str, known: Iterable[str], wanted: str) -> bool:
    """Whether a key is probably a misspelling of the wanted one, or another word for it."""
    return key not in known and (closest(key, known) == wanted or wanted in meant(key))


def _has_design(given: Any) -> bool:
    return "factors" in given or "variants" in given


def _mapping(given: Any, key: str) -> Mapping[str, Any]:
    found = given.get(key)
    return found if isinstance(found, Mapping) else {}
