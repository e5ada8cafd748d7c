"""The pieces that conditions of a JSON Schema are made of."""

from __future__ import annotations

from typing import Any

from sqlsel.config.values import camel_name

Schema = dict[str, Any]

_NULL: Schema = {"type": "null"}


def when(condition: Schema, then: Schema) -> Schema:
    """That something holds where something else does."""
    return {"if": condition, "then": then}


def side_is(side: str, field: str, value: str) -> Schema:
    """That the input or the strategy of an objective has a field of this value."""
    has = {"type": "object", "properties": {field: {"const": value}}, "required": [field]}
    return {"properties": {side: has}, "required": [side]}


def strategy_with(properties: Schema) -> Schema:
    """That fields of the strategy of an objective, where they are given, are so."""
    return {"properties": {"strategy": {"properties": properties}}}


def given(name: str, kind: str | list[str]) -> Schema:
    """That a field is given."""
    return {"properties": {name: {"type": kind}}, "required": [name]}


def given_by_either_name(field: str, kind: str) -> list[Schema]:
    """For ``anyOf`` or ``oneOf``: that a field is given, by one of its names."""
    return [given(name, kind) for name in (field, camel_name(field))]


def left_out(*fields: str) -> Schema:
    """That none of some fields is given."""
    return {"properties": {name: _NULL for field in fields for name in {field: 0, camel_name(field): 0}}}
