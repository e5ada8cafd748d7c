"""JSON columns, read as the structs that their values agree on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.structs import Struct
from sqlsel.datasets.widening import NOTHING
from sqlsel.errors import IngestError

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine

# What the engine calls a structure, and the type it is read as. Values that do not agree on one are read as text.
_TYPES = {
    "UBIGINT": "BIGINT",
    "BIGINT": "BIGINT",
    "HUGEINT": "HUGEINT",
    "DOUBLE": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "VARCHAR": "VARCHAR",
    "JSON": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class JsonColumn:
    """A JSON column with a type.

    Attributes:
        value: The column read as that type, as SQL.
        kind: The type; NULL where no value tells any.
    """

    value: exp.Expr
    kind: Struct | str


def read_json_column(engine: Engine, node: exp.Expr, column: str, *, nested: bool = False) -> JsonColumn:
    """Find the type that all values of a JSON column fit. Cost: one pass over the column.

    Numbers are whole unless one is not, fields that some rows lack are NULL there, values that do not fit together are
    text, and lists of objects stay JSON unless they are asked for.

    Args:
        engine: The session.
        node: The source, behind FROM.
        column: Name of the column.
        nested: Whether lists of objects are read as lists of structs.

    Raises:
        IngestError: If an object has two keys that differ by case alone, or one without a name.
    """
    query = exp.select(sql.call("json_group_structure", sql.column(column))).from_(node.copy())
    found = engine.rows(query)[0][0]
    structure, kind = _read(json.loads(found), column, nested=nested) if found is not None else (None, NOTHING)
    if structure is None:
        return JsonColumn(exp.Null(), NOTHING)
    return JsonColumn(sql.call("from_json", sql.column(column), sql.text(json.dumps(structure))), kind)


def _read(structure: Any, path: str, *, nested: bool) -> tuple[Any, Struct | str]:  # noqa: ANN401 - parsed JSON
    """The structure to read a value with, and the type that this gives; None where there is nothing to read."""
    if isinstance(structure, str):
        known = _TYPES.get(structure, "VARCHAR")
        return (None, NOTHING) if structure == "NULL" else (known, known)
    if isinstance(structure, dict):
        return _read_object(structure, path, nested=nested)
    item = structure[0]
    if nested and isinstance(item, dict):
        inner, kind = _read_object(item, path, nested=nested)
        return (None, NOTHING) if inner is None else ([inner], f"{kind}[]")
    scalar = _TYPES.get(item) if isinstance(item, str) else None
    return ([scalar], f"{scalar}[]") if scalar else ("JSON", "JSON")


def _read_object(structure: dict[str, Any], path: str, *, nested: bool) -> tuple[Any, Struct | str]:
    read: dict[str, Any] = {}
    kinds: list[tuple[str, Struct | str]] = []
    spelled: dict[str, str] = {}
    for name, value in structure.items():
        known = spelled.setdefault(name.casefold(), name)
        if not name or known != name:
            what = f"keys {known!r} and {name!r}" if name else "a key without a name"
            raise IngestError(
                f"column {path}: the JSON has {what}",
                hint="name every key, and no two of one object alike: letter case makes no difference",
            )
        inner, kind = _read(value, f"{path}.{name}", nested=nested)
        if inner is not None:
            read[name] = inner
            kinds.append((name, kind))
    return (read, Struct(tuple(kinds))) if read else (None, NOTHING)
