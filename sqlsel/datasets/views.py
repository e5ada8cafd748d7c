"""Datasets that are views over tables or Parquet files: nothing is copied, and what changes there changes here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import cast, named
from sqlsel.datasets.tables import view_names
from sqlsel.datasets.target import Target
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlsel.engines.base import Engine


@dataclass(frozen=True, slots=True)
class ViewTarget(Target):
    """A new dataset whose tables become views as soon as a source has rows for them; the others stay tables."""

    def insert(self, table: str, rows: Mapping[str, exp.Expr], source: exp.Expr) -> None:
        """Put a view in the place of the table, which is empty.

        Args:
            table: Name of the table.
            rows: By column, the value of a row of the source. What it has no column for is NULL.
            source: What stands behind FROM.
        """
        kinds = self.engine.columns(self.table(table))
        values = [named(cast(_value(rows.get(name), kind), kind), name) for name, kind in kinds.items()]
        view = exp.Create(this=self.table(table), kind="VIEW", expression=exp.select(*values).from_(source))
        self.engine.execute(exp.Drop(kind="TABLE", tables=[self.table(table)]))
        self.engine.execute(view)


def _value(value: exp.Expr | None, kind: str) -> exp.Expr:
    if value is None:
        return exp.Null()
    bare: exp.Expr = value.unalias()
    if not isinstance(value, exp.Column) and kind.startswith("FLOAT["):
        # a vector that became unusable since must not be taken for one that is not there
        message = sql.text("a vector that is no list of finite numbers of the width of the others, or is all zeros")
        return exp.Coalesce(this=bare, expressions=[cast(sql.call("error", message), kind)])
    return bare


def check_can_view(dataset: str, *, exists: bool, on_error: str) -> None:
    """Raise UsageError unless a dataset can be made of views."""
    if exists:
        raise UsageError(
            f"dataset {dataset!r} exists, and a dataset of views is made in one go",
            hint="give it another name, or copy (copy=True, the default)",
        )
    if on_error == "skip":
        raise UsageError(
            "views show every row, so on_error='skip' has nothing to leave out",
            hint="make a view without the rows that cannot be used, and name that as the source",
        )


def refuse_views(engine: Engine, dataset: str, tables: Iterable[str]) -> None:
    """Raise UsageError if a table of a dataset that is to be written to is a view.

    Args:
        engine: The session.
        dataset: The dataset.
        tables: Names of the tables that rows are going to.
    """
    if views := sorted(view_names(engine, dataset).intersection(tables)):
        raise UsageError(
            f"{', '.join(views)} of dataset {dataset!r} can only be read, as views over the data that it was made from",
            hint="change that data, and the dataset changes with it; or ingest it into another dataset as a copy",
        )
