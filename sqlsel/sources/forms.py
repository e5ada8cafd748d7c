"""Forms that objects come in: a list of structs, or a struct of lists, under the names that are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import ITEM, each_item
from sqlsel.datasets.structs import Struct, read_type

if TYPE_CHECKING:
    from collections.abc import Mapping

# What each field of an object is also called. The first name is sqlsel's own, and one that is there goes before others.
_NAMES = {
    "category": ("category", "categories", "category_id", "label", "labels", "class", "classes", "class_id"),
    "score": ("score", "scores", "confidence", "confidences"),
    "probabilities": ("probabilities",),
    "bbox": ("bbox", "bboxes", "box", "boxes"),
    "area": ("area", "areas"),
    "keypoints": ("keypoints",),
    "embedding": ("embedding", "embeddings"),
}


def object_fields(names: Mapping[str, object]) -> dict[str, str]:
    """By sqlsel's name, what a field of an object is called among others."""
    found = {ours: next((name for name in theirs if name in names), None) for ours, theirs in _NAMES.items()}
    return {ours: name for ours, name in found.items() if name is not None}


def listed_objects(whole: exp.Expr, kind: Struct | str) -> tuple[exp.Expr, str] | None:
    """A column of objects as a list of structs with sqlsel's names, and its type.

    Args:
        whole: The column.
        kind: Its type: a list of structs, or a struct of lists of which all are as long as there are objects.

    Returns:
        None where the column is neither, or has such a list already.
    """
    if isinstance(kind, Struct):
        return _from_lists(whole, {name: str(inner) for name, inner in kind.fields})
    item, bracket, _ = kind.rpartition("[")
    struct = read_type(item)
    if not bracket or not isinstance(struct, Struct):
        return None
    types = {name: str(inner) for name, inner in struct.fields}
    fields = object_fields(types)
    if not fields or all(ours == name for ours, name in fields.items()):
        return None
    values = {ours: sql.field(ITEM.copy(), (name,)) for ours, name in fields.items()}
    return each_item(whole.copy(), _struct(values)), _type({ours: types[name] for ours, name in fields.items()})


def _from_lists(whole: exp.Expr, types: Mapping[str, str]) -> tuple[exp.Expr, str] | None:
    """The objects of a struct of lists."""
    fields = object_fields(types)
    if not fields or not all(kind.endswith("]") for kind in types.values()):
        return None
    lists = {ours: sql.field(whole.copy(), (name,)) for ours, name in fields.items()}
    number = exp.Add(this=sql.call("len", next(iter(lists.values())).copy()), expression=sql.number(1))
    values = {ours: sql.call("list_extract", listed, ITEM.copy()) for ours, listed in lists.items()}
    objects = each_item(sql.call("range", sql.number(1), number), _struct(values))
    return objects, _type({ours: types[name].rpartition("[")[0] for ours, name in fields.items()})


def _struct(values: Mapping[str, exp.Expr]) -> exp.Struct:
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=sql.name(name), expression=value) for name, value in values.items()]
    )


def _type(fields: Mapping[str, str]) -> str:
    return f"{Struct(tuple(fields.items()))}[]"
