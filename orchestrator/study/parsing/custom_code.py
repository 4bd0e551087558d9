"""Own code: the user's models and tasks, found by name and tried before a study is accepted.

Trying them imports torch, lazily: studies without own code load fast.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from orchestrator.models.catalogue import resolve
from orchestrator.models.own.entries import own_entry
from orchestrator.models.own.errors import OwnCodeError
from orchestrator.models.own.importing import is_own
from orchestrator.models.settings.own import OwnCode, OwnModel, OwnTask
from orchestrator.plan_document import Level
from orchestrator.study.parsing.raw_factors import place_of, varied, varied_paths
from orchestrator.study.parsing.setting_paths import NAME_KEYS, Setting, name_path
from orchestrator.study.parsing.yaml_text import Findings, KeyPath
from orchestrator.study.records import LoopSettings, Variant

TRY = "orchestrator.training.trying:Trials"  # by name: it trains, and training imports this stage


def read_own_code(
    findings: Findings,
    given: Mapping[str, Any],
    folders: tuple[Path, ...],
    sections: Iterable[str],
) -> dict[str, dict[str, Any]]:
    """Section → name → entry, for all names of own code; None if the code is broken.

    sections: of the file, those that may name own code.
    """
    found: dict[str, dict[str, Any]] = {section: {} for section in sections}
    for section, place, name in names_of_own(given, found):
        if name not in found[section]:
            found[section][name] = _entry(findings, section, place, OwnCode(name, folders))
    return found


def names_of_own(
    given: Mapping[str, Any], sections: Iterable[str]
) -> Iterator[tuple[str, KeyPath, str]]:
    """Section, place in the file, and name, of all own code."""
    for section in sections:
        values, key = given.get(section), NAME_KEYS[section]
        if isinstance(values, Mapping) and is_own(values.get(key)):
            yield section, (section, key), values[key]
        for place, level in varied(given, name_path(section)):
            if is_own(level):
                yield section, place, level


def _entry(findings: Findings, section: str, place: KeyPath, code: OwnCode) -> Any:
    try:
        return own_entry(section, code)
    except OwnCodeError as error:
        findings.add(place, error.what, error.allowed, error.cure)
        return None


def any_settings(section: str, given: Mapping[str, Any]) -> dict[str, Setting]:
    """Every setting that the file gives to a section with an unknown name; any value is allowed."""
    tuned = given.get("tune")
    used = [*varied_paths(given), *(tuned if isinstance(tuned, Mapping) else ())]
    paths = [path for path in used if path.startswith(f"{section}.")]
    kind: Any = Level
    return {
        path: Setting(path, FieldInfo.from_annotation(kind))
        for path in (*_paths(section, given.get(section)), *paths)
    }


def _paths(prefix: str, values: Any) -> Iterator[str]:
    if not isinstance(values, Mapping):
        yield prefix
        return
    for key, value in values.items():
        yield from _paths(f"{prefix}.{key}", value)


def try_own_code(
    findings: Findings, variants: Iterable[Variant], seed: int, *, on_gpu: bool
) -> None:
    """Loads own tasks, builds own models, trains each on one batch, with own parts of training,
    and reports failures."""
    own = [variant for variant in variants if _has_own(variant)]
    if not own:
        return
    trials = resolve(TRY)(seed, on_gpu=on_gpu)
    faults: dict[Any, list[str]] = {}
    for variant in own:
        fault = trials.fault(variant.loop)
        if fault is not None:
            faults.setdefault(fault, []).append(variant.label)
    for fault, labels in faults.items():
        factor = place_of(findings.document, [fault.path], labels[0])
        place = factor or tuple(fault.path.split("."))
        findings.add(place, f"{fault.what}{_where(labels, own)}", cure=fault.cure)


def _has_own(variant: Variant) -> bool:
    """Of orch's loop: an own trial is not run before it counts, as it may take hours."""
    settings = variant.settings
    if not isinstance(settings, LoopSettings):
        return False
    has_parts = bool({**type(settings.task).own_parts, **type(settings.training).own_parts})
    return has_parts or isinstance(settings.model, OwnModel) or isinstance(settings.task, OwnTask)


def _where(labels: list[str], own: list[Variant]) -> str:
    if len(labels) == len(own):
        return ""
    others = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
    return f" (in the variant {labels[0]}{others})"
