"""The JSON Schema of a study file, made from the classes that read it."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from orchestrator.study.file import StudyFile
from orchestrator.study.vocabulary import NAMED, SECTIONS, classes, leaves, section_leaves

_REF = "#/$defs/{model}"


def study_schema() -> dict[str, Any]:
    """JSON Schema 2020-12: every key with its description, default and allowed values."""
    models: list[type[BaseModel]] = [StudyFile]
    for section in NAMED:
        models += classes(section)
    refs, defs = models_json_schema([(m, "validation") for m in models], ref_template=_REF)
    schema: dict[str, Any] = defs["$defs"].pop("StudyFile")
    for section in NAMED:
        schema["properties"][section] |= _choice([refs[m, "validation"] for m in classes(section)])
        schema["properties"][section].pop("$ref", None)
        for kind in classes(section):
            _complete(defs["$defs"][kind.__name__], kind)
    defs["$defs"].pop("Settings", None)
    schema["properties"]["factors"] |= _factors()
    for key, field in StudyFile.model_fields.items():  # pydantic drops some of them beside a $ref
        schema["properties"][key]["description"] = " ".join(str(field.description).split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "orch study",
        **{key: value for key, value in schema.items() if key != "title"},
        "$defs": defs["$defs"],
    }


def _complete(definition: dict[str, Any], kind: type[BaseModel]) -> None:
    """Adds descriptions that stand in a base class, and that a name is needed."""
    definition["required"] = sorted({"name", *definition.get("required", [])})
    for name, leaf in leaves(kind, "").items():
        if "." not in name and leaf.description:
            definition["properties"][name].setdefault("description", leaf.description)


def _choice(refs: list[Any]) -> dict[str, Any]:
    return {"oneOf": refs}


def _factors() -> dict[str, Any]:
    """Every path that can be a factor, with its levels' type; nothing else."""
    properties = {}
    for section in SECTIONS:
        for path, leaf in section_leaves(section, tuple(classes(section))).items():
            levels = {"type": "array", "items": leaf.schema, "minItems": 1, "uniqueItems": True}
            properties[path] = levels | {"description": leaf.description}
    return {"properties": properties, "additionalProperties": False}
