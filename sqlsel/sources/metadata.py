"""The metadata of a source: every column that nothing else claims, as one struct with dotted keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.structs import leaves, read_type
from sqlsel.errors import IngestError, Problem
from sqlsel.sources.jsontext import read_json_column
from sqlsel.sources.rows import column as source_column

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine


Tree = dict[str, "exp.Expr | Tree"]


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of a source.

    Attributes:
        parsed: JSON columns, with the struct that they are read as.
        value: The struct, as SQL over the source's columns, the JSON ones parsed; None where there is none.
        problems: Columns that are left out, as notices.
    """

    parsed: dict[str, exp.Expr] = field(default_factory=dict)
    value: exp.Expr | None = None
    problems: tuple[Problem, ...] = ()


def read_metadata(engine: Engine, node: exp.Expr, columns: dict[str, str], name: str) -> Metadata:
    """Make one struct of columns.

    A struct or JSON column gives a key for each of its fields, and a dot in a name separates levels, so that a column
    ``weather.temperature`` and a field ``temperature`` of ``weather`` are the same key. Lists, maps and the like are
    kept as they are, for reading only. Bytes and vectors are left out with a notice: they would be copied for nothing.

    Args:
        engine: The session.
        node: The source, behind FROM.
        columns: The columns with their types.
        name: What the source is called, for messages.

    Raises:
        IngestError: If two columns give the same key.
    """
    parsed = {column: read_json_column(engine, node, column) for column, kind in columns.items() if kind == "JSON"}
    tree: Tree = {}
    problems: list[Problem] = []
    for column, type_name in columns.items():
        kind = parsed[column].kind if column in parsed else read_type(type_name)
        for path, leaf in leaves(kind):
            if (reason := _left_out(leaf)) is not None:
                message = f"{'.'.join((column, *path))!r} is left out: {reason}"
                problems.append(Problem(where=name, message=message, severity="notice"))
                continue
            value = sql.field(source_column(column), path) if path else source_column(column)
            _place(tree, [step for part in (column, *path) for step in _steps(part)], value)
    values = {column: found.value for column, found in parsed.items()}
    return Metadata(values, _struct(tree) if tree else None, tuple(problems))


def _left_out(type_name: str) -> str | None:
    """Why values of a type are no metadata; None if they are."""
    if type_name in ("BLOB", "BIT"):
        return "it holds bytes"
    if type_name.endswith("]") and type_name.partition("[")[0] in ("FLOAT", "DOUBLE"):
        return "it holds vectors; name it with embedding= to store them"
    return None


def _steps(name: str) -> list[str]:
    """A name at its dots; whole where a dot has nothing before or behind it."""
    parts = name.split(".")
    return parts if all(parts) else [name]


def _place(tree: Tree, path: list[str], value: exp.Expr) -> None:
    """Put a value into the tree at a path."""
    *groups, last = path
    for position, step in enumerate(groups):
        below = tree.setdefault(_spelled(tree, step), {})
        if not isinstance(below, dict):
            raise _twice(path[: position + 1])
        tree = below
    last = _spelled(tree, last)
    if last in tree:
        raise _twice(path)
    tree[last] = value


def _spelled(tree: Tree, step: str) -> str:
    """The step as the tree has it; keys that differ by case alone are one to the engine."""
    if not step:
        raise IngestError("a metadata key has no name", hint="name every column and every field of a struct")
    return next((known for known in tree if known.casefold() == step.casefold()), step)


def _twice(path: list[str]) -> IngestError:
    return IngestError(
        f"metadata key {'.'.join(path)!r} comes from two columns of the source (letter case makes no difference)",
        hint="rename one of them, or leave it out",
    )


def _struct(tree: Tree) -> exp.Struct:
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=sql.name(name), expression=_struct(value) if isinstance(value, dict) else value)
            for name, value in tree.items()
        ]
    )
