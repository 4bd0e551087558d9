"""The top-level keys that are not sections: `study`, `question`, `seed`, `design` …"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from orchestrator.study.parsing.consequences import means
from orchestrator.study.parsing.keys import StudyFile
from orchestrator.study.parsing.messages import shown
from orchestrator.study.parsing.own_trial import is_own
from orchestrator.study.parsing.sections import HEADER_KEYS
from orchestrator.study.parsing.setting_paths import Setting
from orchestrator.study.parsing.validate import read_group, unknown_key
from orchestrator.study.parsing.yaml_text import Findings, read_scalar

REQUIRED = ("study", "task", "model")
REQUIRED_OF_OWN = ("study", "trial", "metrics")
RESERVED = ("store",)  # the results folder keeps all trials there
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NAME = "lower-case letters, digits, _ and -, beginning with a letter or digit, at most 100"


def read_header(
    findings: Findings, given: Mapping[str, Any], settings: Mapping[str, Setting]
) -> dict[str, Any]:
    """name, question, seed and replicates, with their defaults."""
    _check_keys(findings, given, settings)
    _check_name(findings, given)
    own = {key: given[key] for key in HEADER_KEYS if key in given and key != "study"}
    read = read_group(findings, (), own, settings)
    defaults = {key: StudyFile.model_fields[key].default for key in HEADER_KEYS}
    return {
        "name": given.get("study"),
        **{key: read.get(key, defaults[key]) for key in ("question", "seed", "replicates")},
    }


def _check_keys(
    findings: Findings, given: Mapping[str, Any], settings: Mapping[str, Setting]
) -> None:
    known = list(StudyFile.model_fields)
    for key in given:
        if key not in known:
            unknown_key(findings, (key,), known, settings)
    compared = () if "variants" in given else ("factors",)
    required = REQUIRED_OF_OWN if is_own(given) else REQUIRED
    for key in (*required, *compared):
        if key not in given and not any(means(other, known, key) for other in given):
            doc = str(StudyFile.model_fields[key].description).split(".")[0].split(":")[0]
            findings.add((), f"the key {key!r} is missing", cure=f"add {key}: … ({doc})")


def _check_name(findings: Findings, given: Mapping[str, Any]) -> None:
    name = given.get("study")
    pattern = r"[a-z0-9][a-z0-9_-]{0,99}"
    if "study" not in given:
        return
    if not isinstance(name, str) or not re.fullmatch(pattern, name):
        slug = re.sub(r"[^a-z0-9_-]+", "_", _ascii(str(name).lower())).strip("_-")[:100]
        written = slug if isinstance(read_scalar(slug), str) else f"'{slug}', in quotes"
        cure = f"write {written}" if re.fullmatch(pattern, slug) and name is not None else ""
        findings.add(("study",), f"{shown(name)} is not a valid study name", _NAME, cure)
    elif name in RESERVED:
        findings.add(("study",), f"{name!r} is taken: it is a folder of the results", cure="rename")


def _ascii(text: str) -> str:
    """Without accents: größe → groesse, élan → elan."""
    spelt = unicodedata.normalize("NFC", text).translate(_GERMAN)
    return unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
