"""The JSON Schema of a study file, made from the classes that read it."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from orchestrator.study.file import StudyFile
from orchestrator.study.vocabulary import NAMED, SECTIONS, classes, section_leaves

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
            defs["$defs"][kind.__name__]["required"] = ["name"]
    defs["$defs"].pop("Settings", None)
    schema["properties"]["factors"] |= _factors()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "orch study",
        **{key: value for key, value in schema.items() if key != "title"},
        "$defs": defs["$defs"],
    }


def _choice(refs: list[Any]) -> dict[str, Any]:
    return {"oneOf": refs}


def _factors() -> dict[str, Any]:
    """Every path that can be a factor, with its levels' type; nothing else."""
    properties = {}
    for section in SECTIONS:
        for path, leaf in section_leaves(section, tuple(classes(section))).items():
            levels = {"type": "array", "items": leaf.schema, "minItems": 1, "uniqueItems": True}
            described = {"description": leaf.field.description} if leaf.field.description else {}
            properties[path] = levels | described
    return {"properties": properties, "additionalProperties": False}
