"""The rows of a source as every query over it sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.engines.base import Engine
    from sqlsel.sources.relations import Relation

_ROWS = "sqlsel_rows"
_NUMBER = "sqlsel_row"


@dataclass(frozen=True, slots=True)
class Rows:
    """A source's rows with their ids.

    Attributes:
        engine: The session.
        source: The source.
        id: Column with the ids; None where the file names, or the row numbers from 0, are the ids.
        file_name: Column with the file names; None where there is none.
        parsed: Columns that are read as something else than they are, such as JSON text as a struct.
    """

    engine: Engine
    source: Relation
    id: str | None
    file_name: str | None
    parsed: Mapping[str, exp.Expr] = field(default_factory=dict)

    def select(self, values: Mapping[str, exp.Expr]) -> exp.Select:
        """A query for each row's ``sample_id`` and further values, made of columns by ``column``."""
        identity = sql.varchar(column(self.file_name)) if self.file_name else column(_NUMBER)
        if self.id is not None:
            identity = column(self.id)
        columns = [named(value, name) for name, value in {"sample_id": identity, **values}.items()]
        return exp.select(*columns).from_(sql.subquery(self._columns(), _ROWS))

    def _columns(self) -> exp.Select:
        """Every column, under its name; the engine reads only those that the query around it uses."""
        columns = [
            named(self.parsed[name].copy(), name) if name in self.parsed else sql.column(name)
            for name in self.source.types
        ]
        if self.id is None and self.file_name is None:
            number = exp.Sub(this=exp.Window(this=exp.RowNumber()), expression=sql.number(1))
            columns.append(named(number, _NUMBER))
        return exp.select(*columns).from_(self.source.node.copy())


def column(name: str) -> exp.Column:
    """A column of the source, for ``Rows.select``."""
    return sql.column(name, _ROWS)
