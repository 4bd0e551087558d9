"""Parameters that are lists, tuples, dictionaries, dataclasses or pydantic models.

Settings are numbers and texts: such a value is kept as JSON in one spelling, `[64, 32]`, so that it
can be a level of a factor and a column of a table, and is made again for each call.
"""

import json
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    PydanticSchemaGenerationError,
    PydanticUserError,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

SCHEMA_KEYS = {"type", "anyOf", "enum", "const", "$ref"}  # one of them says what is allowed


class Structured:
    """Reads and writes values of one annotation."""

    def __init__(self, adapter: TypeAdapter[Any], schema: dict[str, Any]) -> None:
        self.adapter, self.schema = adapter, schema

    @property
    def kind(self) -> Any:
        """The type of the setting."""
        return Annotated[str, BeforeValidator(self.spelt), WithJsonSchema(self.schema)]

    def spelt(self, given: Any) -> str:
        """The JSON of a value, or of its JSON. Raises ValueError."""
        value = self.value(given) if isinstance(given, str) else self.adapter.validate_python(given)
        return json.dumps(self.adapter.dump_python(value, mode="json"), allow_nan=False)

    def value(self, text: str) -> Any:
        """The value of a text: JSON, or the value itself. Raises ValueError."""
        try:
            return self.adapter.validate_json(text)
        except ValidationError:
            return self.adapter.validate_python(text)


def structured(annotation: Any) -> Structured | None:
    """None for types that pydantic cannot read."""
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        schema = adapter.json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError):
        return None
    if not SCHEMA_KEYS & schema.keys():
        return None
    # Messages and editors show one value, not the classes inside it.
    return Structured(adapter, {"type": "object"} if "$ref" in json.dumps(schema) else schema)
