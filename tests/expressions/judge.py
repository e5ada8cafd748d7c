"""DuckDB's own reading of an expression, to judge what sqlsel let through."""

from __future__ import annotations

import json
from typing import Any

# what the functions and operators of the list are called inside DuckDB
NAMES = {
    *("+", "-", "*", "/", "//", "%", "||", "~~", "!~~", "~~*", "!~~*", "@"),
    *("like_escape", "not_like_escape", "ilike_escape", "not_ilike_escape"),
    *("date_part", "array_contains", "power", "sqlsel_seconds", "ltrim", "rtrim"),
}
CLASSES = {
    *("COLUMN_REF", "CONSTANT", "FUNCTION", "OPERATOR", "COMPARISON", "CONJUNCTION"),
    *("CASE", "CAST", "BETWEEN", "TYPE"),
}


def read(connection: Any, text: str) -> list[dict[str, Any]]:
    """Every node of the one expression that a text is, none where DuckDB refuses it; fails where it is more."""
    found = _parsed(connection, f"SELECT {text}")
    if found["error"]:
        assert _parsed(connection, f"SELECT ({text})")["error"], text
        return []
    (statement,) = found["statements"]
    select = statement["node"]
    (expression,) = select["select_list"]
    assert select["from_table"]["type"] == "EMPTY"
    assert select["where_clause"] is None
    assert select["having"] is None
    assert not select["modifiers"]
    assert not select["cte_map"]["map"]
    return list(_nodes(expression))


def _parsed(connection: Any, query: str) -> Any:
    ((answer,),) = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    return json.loads(answer)


def _nodes(value: Any) -> Any:
    if isinstance(value, dict):
        if "class" in value:
            yield value
        for child in value.values():
            yield from _nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from _nodes(child)


def check_harmless(connection: Any, text: str, allowed: set[str]) -> None:
    """Fail unless DuckDB reads one expression of columns, constants and allowed functions."""
    for node in read(connection, text):
        assert node["class"] in CLASSES, (text, node["class"])
        if node["class"] == "FUNCTION":
            assert node["function_name"] in allowed | NAMES, (text, node["function_name"])
            assert not node["schema"], text
            assert not node["catalog"], text
            assert not node.get("filter"), text
            assert not node.get("distinct"), text
