"""The JSON Schema of a study file, made from the classes that read it."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from orchestrator.study.design.ranges import KINDS
from orchestrator.study.design.tune import is_tunable
from orchestrator.study.parsing.keys import NuisanceKeys, StudyFile, TuneKeys
from orchestrator.study.parsing.setting_paths import (
    NAMED,
    SECTIONS,
    classes,
    section_settings,
    settings_in,
)
from orchestrator.study.parts.kinds import OPTIMIZER, PARTS
from orchestrator.study.settings import TorchOptimizer

_REF = "#/$defs/{model}"
_OWN = {"type": "string", "pattern": "^[^:]+:[^:]+$"}  # package.module:function
_LEVELS = {"type": "array", "minItems": 1}


def study_schema() -> dict[str, Any]:
    """JSON Schema 2020-12: every key with its description, default and allowed values."""
    models: list[type[BaseModel]] = [StudyFile, NuisanceKeys]
    for section in NAMED:
        models += classes(section)
    refs, defs = models_json_schema([(m, "validation") for m in models], ref_template=_REF)
    schema: dict[str, Any] = defs["$defs"].pop("StudyFile")
    for section in NAMED:
        schema["properties"][section] = {"type": "object"}
        for kind in classes(section):
            _complete(defs["$defs"][kind.__name__], kind)
    defs["$defs"].pop("Settings", None)
    factors = _factors()
    defs["$defs"] |= factors
    schema["properties"] |= _design(factors)
    compared = {"oneOf": [{"required": ["factors"]}, {"required": ["variants"]}]}
    loop, own = {"required": ["task", "model"]}, {"required": ["trial", "metrics"]}
    _tune(defs["$defs"], factors)
    rules = [_by_name(s, [refs[m, "validation"] for m in classes(s)]) for s in NAMED]
    form = {"oneOf": [loop, own]}  # trained by orch's loop, or by the user's own code
    schema["allOf"] = [compared, form, *rules, _parts(schema["properties"]), _paths(list(factors))]
    schema["properties"]["metrics"] = _metrics()
    schema["properties"]["trial"] = {"$ref": _REF.format(model="TrialKeys")}
    for key, field in StudyFile.model_fields.items():  # pydantic drops some of them beside a $ref
        schema["properties"][key]["description"] = " ".join(str(field.description).split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "orch study",
        **{key: value for key, value in schema.items() if key != "title"},
        "$defs": defs["$defs"],
    }


def _complete(definition: dict[str, Any], kind: type[BaseModel]) -> None:
    """Adds descriptions from base classes, and requires a name."""
    definition["required"] = sorted({"name", *definition.get("required", [])})
    for name, setting in settings_in(kind, "").items():
        if "." not in name and setting.description:
            definition["properties"][name].setdefault("description", setting.description)


def _by_name(section: str, refs: list[Any]) -> dict[str, Any]:
    """One of the classes, or own code; anything if the name varies."""
    is_factor = {
        "anyOf": [
            {"required": ["variants"]},
            {
                "required": ["factors"],
                "properties": {"factors": {"required": [f"{section}.name"]}},
            },
        ]
    }
    own = {"type": "object", "properties": {"name": _OWN}, "required": ["name"]}
    augmented = {"type": "object", "properties": {"augment": _OWN}, "required": ["augment"]}
    others = [own] if section != "task" else [{"anyOf": [own, augmented]}]
    chosen = {"anyOf": [{"oneOf": refs}, *others]}
    return {"if": is_factor, "else": {"properties": {section: chosen}}}


def _named_part(path: str) -> dict[str, Any]:
    """A section in which a setting names own code, or an optimizer of torch."""
    torchs = [{"enum": list(get_args(TorchOptimizer))}] if path == OPTIMIZER.path else []
    named: dict[str, Any] = {"anyOf": [_OWN, *torchs]}
    for key in reversed(path.split(".")):
        named = {"type": "object", "properties": {key: named}, "required": [key]}
    return named


def _parts(properties: dict[str, Any]) -> dict[str, Any]:
    """The training of a study may have settings of own parts, unknown here."""
    training, schema = properties["training"], {"type": "object"}
    properties["training"] = schema
    varied = {"properties": {"factors": {"anyOf": [{"required": [path]} for path in PARTS]}},
              "required": ["factors"]}  # fmt: skip
    free = [varied, {"required": ["variants"]}, *map(_named_part, PARTS)]
    return {"if": {"anyOf": free}, "else": {"properties": {"training": training}}}


def _metrics() -> dict[str, Any]:
    one = {"$ref": _REF.format(model="MetricKeys")}
    named = {"pattern": "^[A-Za-z][\\w-]*/[A-Za-z][\\w@.-]*$"}
    return {"type": "object", "minProperties": 1, "propertyNames": named,
            "additionalProperties": one}  # fmt: skip


def _paths(known: list[str]) -> dict[str, Any]:
    """Factors have known paths, except those of own code: its settings are unknown here."""
    own = [{"properties": {s: {"properties": {"name": _OWN}, "required": ["name"]}}} for s in NAMED]
    own += [_named_part(path) for path in PARTS]
    named: list[dict[str, Any]] = [{"properties": {"factors": {"required": [path]}}}
             for path in (*(f"{s}.name" for s in NAMED), *PARTS)]  # fmt: skip
    named.append({"required": ["trial"]})
    allowed = {"properties": {"factors": {"propertyNames": {"enum": known}}}}
    return {"if": {"anyOf": [*own, *named]}, "else": allowed}


def _design(paths: Mapping[str, Any]) -> dict[str, Any]:
    """`factors`, `center` and `variants`; paths: every path, which has the schema of a level."""
    refs = {path: {"$ref": _REF.format(model=path)} for path in paths}
    levels = {path: _LEVELS | {"items": ref} for path, ref in refs.items()}
    factors = {
        path: {"anyOf": [given, _conditional(given)], "description": paths[path]["description"]}
        for path, given in levels.items()
    }
    others = {"anyOf": [_LEVELS, _conditional(_LEVELS)]}
    some = {"type": "object", "minProperties": 1}
    return {
        "factors": some | {"properties": factors, "additionalProperties": others},
        "center": some | {"properties": refs},
        "variants": some | {"additionalProperties": {"type": "object", "properties": refs}},
    }


def _tune(defs: dict[str, Any], paths: Mapping[str, Any]) -> None:
    """Every tunable path, with exactly one way to draw its values."""
    defs["NuisanceKeys"]["oneOf"] = [{"required": [kind]} for kind in KINDS]
    for kind in (*KINDS, "when"):  # null is only the default of what is left out
        branches = defs["NuisanceKeys"]["properties"][kind]
        defs["NuisanceKeys"]["properties"][kind] = branches["anyOf"][0]
    one = {"$ref": _REF.format(model="NuisanceKeys")}
    nuisance = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
    for path, setting in paths.items():
        if is_tunable(path):
            described = nuisance | {"description": setting["description"]}
            defs["TuneKeys"]["properties"][path] = described
    defs["TuneKeys"]["not"] = {"propertyNames": {"enum": list(TuneKeys.model_fields)}}
    defs["TuneKeys"]["additionalProperties"] = nuisance


def _conditional(levels: Any) -> dict[str, Any]:
    """A factor that exists with some levels of others only."""
    when = {"type": "object", "minProperties": 1}
    return {
        "type": "object",
        "properties": {"levels": levels, "when": when},
        "required": ["levels", "when"],
        "additionalProperties": False,
    }


def _factors() -> dict[str, Any]:
    """Every path that can vary, with the type of its level."""
    properties: dict[str, Any] = {}
    for section in SECTIONS:
        for path, setting in section_settings(section, tuple(classes(section))).items():
            level = (
                {"anyOf": [setting.schema, _OWN]} if path == f"{section}.name" else setting.schema
            )
            properties[path] = level | {"description": setting.description}
    return properties
