"""The dataset that rows go into, while the transaction that stores them is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import cast, named
from sqlsel.datasets.tables import dataset_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.engines.base import Engine


@dataclass(frozen=True, slots=True)
class Target:
    """One dataset and the session that writes to it.

    Attributes:
        engine: The session, in a transaction.
        dataset: Name of the dataset; its tables exist.
        id_type: Type of its sample ids.
        new: Whether this transaction made the dataset, so that its tables are empty.
    """

    engine: Engine
    dataset: str
    id_type: str
    new: bool

    def table(self, name: str) -> exp.Table:
        """One of the dataset's tables."""
        return dataset_table(self.engine.catalog, self.dataset, name)

    def sample_id(self) -> exp.Expr:
        """The id of a source's row as the dataset keeps it, under its name."""
        return named(cast(sql.column("sample_id"), self.id_type), "sample_id")

    def count(self, table: str, condition: exp.Expr | None = None) -> int:
        """Rows of a table that meet a condition."""
        query = exp.select(sql.count()).from_(self.table(table))
        number: int = self.engine.rows(query.where(condition) if condition else query)[0][0]
        return number

    def insert(self, table: str, rows: Mapping[str, exp.Expr], source: exp.Expr) -> None:
        """Add rows to a table.

        Args:
            table: Name of the table.
            rows: By column, the value of a row of the source.
            source: What stands behind FROM.
        """
        columns = exp.Schema(this=self.table(table), expressions=[sql.name(name) for name in rows])
        query = exp.select(*rows.values()).from_(source)
        self.engine.execute(exp.Insert(this=columns, expression=query))

    def delete(self, table: str, condition: exp.Expr) -> None:
        """Remove the rows of a table that meet a condition."""
        self.engine.execute(exp.delete(self.table(table)).where(condition))

    def update(self, table: str, values: Mapping[str, exp.Expr], source: exp.Expr, condition: exp.Expr) -> None:
        """Change rows of a table.

        Args:
            table: Name of the table.
            values: By column, the new value.
            source: What the values come from.
            condition: Which row of the source goes with which of the table.
        """
        changes: list[exp.Expr] = [exp.EQ(this=sql.column(name), expression=value) for name, value in values.items()]
        update = exp.Update(
            this=self.table(table),
            expressions=changes,
            from_=exp.From(this=source),
            where=exp.Where(this=condition),
        )
        self.engine.execute(update)
