"""The arguments of the SQL functions: what each may be, and what it stands for in a config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlsel.errors import UsageError
from sqlsel.words import show

Kind = Literal["count", "number", "text", "flag", "column", "expression", "seed", "rows", "vectors", "target", "any"]
"""``rows`` is the name of a table, or a list of ids; ``vectors`` likewise, or one vector, or a list of them."""

QUERIES = "the queries"
"""What the config calls the vectors of such an argument."""

_WANTED: dict[Kind, str] = {
    "count": "a whole number of at least 1",
    "number": "a number",
    "text": "a text",
    "flag": "true or false",
    "column": "the name of a column, as a text",
    "expression": "an expression in SQL, as a text",
    "seed": "a whole number, or NULL for the lowest id",
    "rows": "the name of a table or view as a text, or a list of ids",
    "vectors": "the name of a table or view as a text, a vector [0.1, 0.2], or a list of vectors",
    "target": "'UNIFORM', 'INPUT', or the share of each class: {'rainy': 0.5}",
    "any": "",
}


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function.

    Attributes:
        name: Its name in SQL.
        kind: What its values are.
        default: What it is where the query does not name it; None is NULL.
        required: Whether it has no default and stands before those that have one.
        field: What an objective calls it, and where: ``strategy.strength``; empty for what is not of an objective.
        keeps_null: Whether NULL is a value of the field, not the absence of one.
        names_input: Whether the field is an input, and the argument the column that it looks at.
    """

    name: str
    kind: Kind
    default: str | float | None = None
    required: bool = False
    field: str = ""
    keeps_null: bool = False
    names_input: bool = False

    def check(self, value: object) -> None:
        """Raise UsageError unless a value will do; NULL is none at all.

        Args:
            value: As JSON gives it.
        """
        if value is None:
            if self.required:
                raise UsageError(f"{self.name} := NULL: this must be {_WANTED[self.kind]}")
            return
        if not _fits(self.kind, value):
            raise UsageError(f"{self.name} := {show(value)}: this must be {_WANTED[self.kind]}")

    def written(self, value: object) -> dict[str, dict[str, Any]]:
        """What a value stands for in an objective: ``{"strategy": {"strength": 2}}``."""
        part, _, name = self.field.partition(".")
        if self.kind == "target" and isinstance(value, str):
            return {part: {"distribution": value.upper()}}
        if self.names_input:
            value = {"type": "METADATA", "key": value}
        return {part: {name: QUERIES if self.kind == "vectors" else value}}


def checked(arguments: tuple[Argument, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a call, each of which will do.

    Raises:
        UsageError: If one will not, with its name.
    """
    for argument in arguments:
        argument.check(values[argument.name])
    return dict(values)


def _fits(kind: Kind, value: object) -> bool:
    if kind in ("text", "column", "expression"):
        return isinstance(value, str)
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "number":
        return _is_number(value)
    if kind in ("count", "seed"):
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and (kind == "seed" or int(str(value)) >= 1)
    if kind == "target":
        return isinstance(value, str | Mapping)
    if kind == "rows":
        return isinstance(value, str | list)
    return kind == "any" or isinstance(value, str) or _is_vectors(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_vectors(value: object) -> bool:
    """Whether a value is a list of numbers, or of such lists of one length."""
    if not isinstance(value, list) or not value:
        return False
    rows = value if isinstance(value[0], list) else [value]
    same = all(isinstance(row, list) and len(row) == len(rows[0]) > 0 for row in rows)
    return same and all(_is_number(number) for row in rows for number in row)
