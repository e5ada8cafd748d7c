"""The JSON Schema of a config, made from the models and from the tables that the checks use."""

from __future__ import annotations

from typing import Any

from sqlsel.config.limits import Limit
from sqlsel.config.models import Config
from sqlsel.config.schema_conditions import (
    how_many_condition,
    objective_conditions,
    sequence_conditions,
)
from sqlsel.config.strategies import MODELS
from sqlsel.config.values import camel_name

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Schema:
    """The JSON Schema (2020-12) of a config as plain values.

    It holds the fields by both of their names, their limits, and what must hold between them, as far as JSON Schema
    can say it. ``min_sum <= max_sum`` and that 10.0 is no whole number are left to ``check_config``, as are the
    names of tasks, keys and datasets.
    """
    schema = Config.model_json_schema(by_alias=False)
    parts = schema["$defs"]
    for part in (schema, *parts.values()):
        _tidy(part)
    _add_conditions(schema, parts)
    for part in (schema, *parts.values()):
        _add_camel_names(part)
    about = {
        "$schema": DIALECT,
        "title": "Selection config of sqlsel",
        # editors that know these two words draw no red lines under what the reader takes
        "allowComments": True,
        "allowTrailingCommas": True,
    }
    return {**about, **schema}


def _add_conditions(schema: Schema, parts: dict[str, Schema]) -> None:
    properties = schema["properties"]
    properties["$schema"] = {"type": ["string", "null"], "description": "Where this schema is found; not read."}
    schema["oneOf"] = how_many_condition()
    schema["allOf"] = [*schema.get("allOf", []), *sequence_conditions()]
    objective = parts["Objective"]
    ranking = next(model for model in MODELS if "strength" in model.model_fields)
    strength = parts[ranking.__name__]["properties"]["strength"]
    objective["properties"]["strength"] = {
        **{key: value for key, value in strength.items() if key != "default"},
        "description": "Belongs inside 'strategy'; read here too.",
        "deprecated": True,
    }
    objective["allOf"] = objective_conditions()
    parts["PredictionsInput"]["properties"]["categories"]["uniqueItems"] = True
    for part in ("MetadataInput", "Limit"):
        _several_of(parts[part]["properties"]["key"])["uniqueItems"] = True
    Limit.complete_schema(parts["Limit"])
    for model in MODELS:
        model.complete_schema(parts[model.__name__], parts)


def _several_of(field: Schema) -> Schema:
    """The kind of a field that is a list."""
    kind: Schema = next(kind for kind in field["oneOf"] if kind["type"] == "array")
    return kind


def _tidy(part: Schema) -> None:
    """Leave out what says nothing, and let null stand for a field that is left out."""
    part.pop("title", None)
    for name, field in part["properties"].items():
        field.pop("title", None)
        field.pop("discriminator", None)
        if "default" in field and field["default"] is None:
            del field["default"]
        kinds = field.pop("anyOf", None)
        if kinds is not None:
            given = next(kind for kind in kinds if kind.get("type") != "null")
            field.update(given)
        if name not in part.get("required", ()):
            _allow_null(field)
        if field.get("type") in ("object", ["object", "null"]):
            field["minProperties"] = field.pop("minLength", 0)


def _allow_null(field: Schema) -> None:
    if "type" in field:
        field["type"] = [field["type"], "null"]
    if "enum" in field:
        field["enum"] = [*field["enum"], None]
    if "oneOf" in field:
        field["oneOf"] = [*field["oneOf"], {"type": "null"}]
    if "$ref" in field:
        field["anyOf"] = [{"$ref": field.pop("$ref")}, {"type": "null"}]


def _add_camel_names(part: Schema) -> None:
    """Add the second name of each field, refuse both at once, and take either where one is needed."""
    twins = [(name, camel_name(name)) for name in part["properties"] if camel_name(name) != name]
    for name, camel in twins:
        part["properties"][camel] = {**part["properties"][name], "description": f"The same as {name}."}
    rules: list[Schema] = [{"not": {"required": [name, camel]}} for name, camel in twins]
    needed = [(name, camel) for name, camel in twins if name in part.get("required", ())]
    for name, camel in needed:
        part["required"].remove(name)
        rules.append({"anyOf": [{"required": [name]}, {"required": [camel]}]})
    if rules:
        part["allOf"] = [*part.get("allOf", []), *rules]
