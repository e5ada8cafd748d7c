"""Changes of tables in a transaction: worked out as frames over what was there, and committed all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel.engines.commits import new_place
from sqlsel.engines.spark.store import show
from sqlsel.engines.spark.types import with_types
from sqlsel.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

    from sqlsel.engines.spark.store import Places, Store

    Run = Callable[[exp.Expr], DataFrame]


@dataclass(slots=True, eq=False)
class Changed:
    """A table as it is inside a transaction.

    Attributes:
        schema: Its columns.
        kept: The places that stay as they are.
        added: Rows that come to them.
    """

    schema: StructType
    kept: Places
    added: list[DataFrame]


class Changes:
    """What a transaction has done so far.

    Args:
        store: The database.
        run: Makes a frame of a query, which sees these changes.
    """

    def __init__(self, store: Store, run: Run) -> None:
        self._store = store
        self._run = run
        self._tables: dict[tuple[str, str], Changed] = {}
        self._views: dict[tuple[str, str], str] = {}

    def relation(self, schema: str, table: str) -> exp.Expr | None:
        """What stands behind FROM for a table that was changed; None for any other."""
        key = schema, table
        if key not in self._tables:
            return None
        if key not in self._views:
            self._views[key] = show(self._frame(self._tables[key]), table)
        return exp.Table(this=exp.to_identifier(self._views[key], quoted=True))

    def apply(self, statement: exp.Expr) -> bool:
        """Take in a statement that changes a table; False for any other."""
        if isinstance(statement, exp.Create) and statement.kind == "SCHEMA":
            return True
        if isinstance(statement, exp.Create) and isinstance(statement.this, exp.Schema):
            self._create(statement)
        elif isinstance(statement, exp.Insert):
            self._insert(statement)
        elif isinstance(statement, exp.Delete):
            self._rewrite(statement.this, None, statement.args.get("where"))
        elif isinstance(statement, exp.Update):
            self._rewrite(statement.this, statement.expressions, statement.args.get("where"))
        elif isinstance(statement, exp.Alter):
            self._alter(statement)
        else:
            return False
        return True

    def link(self, schema: str, table: str, place: str) -> None:
        """Let a table be one that lies elsewhere."""
        self._views.pop((schema, table), None)
        self._tables[schema, table] = Changed(self._store.frame((place,)).schema, (place,), [])

    def commit(self) -> None:
        """Write the new rows, and then the commit that makes them the tables' own."""
        changed: dict[tuple[str, str], Places] = {}
        written: list[str] = []
        try:
            for (schema, table), state in self._tables.items():
                places = list(state.kept)
                for frame in state.added:
                    place = new_place(schema, table)
                    written.append(place)
                    frame.write.parquet(self._store.folder.place(place))
                    places.append(place)
                changed[schema, table] = tuple(places)
            if changed:
                after = self._store.commit.next(changed)
                self._store.folder.publish(after)
                self._store.commit = after
        except BaseException:
            for place in written:
                self._store.folder.remove(place)
            raise

    def _state(self, table: exp.Expr) -> Changed:
        key = table.db, table.name  # type: ignore[attr-defined]
        self._views.pop(key, None)
        if key not in self._tables:
            places = self._store.places(*key)
            self._tables[key] = Changed(self._store.frame(places).schema, places, [])
        return self._tables[key]

    def _frame(self, state: Changed) -> DataFrame:
        frames = [self._store.frame(state.kept, state.schema)] if state.kept else []
        frames += state.added
        first = frames[0]
        for other in frames[1:]:
            first = first.unionByName(other)
        return first

    def _create(self, statement: exp.Create) -> None:
        table = statement.this.this
        if self._store.has(table.db, table.name) or (table.db, table.name) in self._tables:
            if statement.args.get("exists"):
                return
            raise EngineError(f"there is a table {table.db}.{table.name} already", sql=statement.sql())
        columns = [
            exp.alias_(exp.cast(exp.Null(), _kind(column.args["kind"])), column.name, quoted=True)
            for column in statement.this.expressions
        ]
        empty = self._run(exp.select(*columns).where(exp.false()))
        self._tables[table.db, table.name] = Changed(empty.schema, (), [empty])

    def _insert(self, statement: exp.Insert) -> None:
        target = statement.this
        table = target.this if isinstance(target, exp.Schema) else target
        state = self._state(table)
        rows = self._run(statement.expression)
        names = [column.name for column in target.expressions] if isinstance(target, exp.Schema) else state.schema.names
        state.added.append(_fitted(rows.toDF(*names), state.schema))

    def _rewrite(self, table: exp.Expr, changes: list[exp.Expr] | None, where: exp.Where | None) -> None:
        """The rows of a table after an UPDATE, or without changes after a DELETE."""
        state = self._state(table)
        holds: exp.Expr = (
            exp.Coalesce(this=_bare(where.this, table), expressions=[exp.false()]) if where else exp.true()
        )
        query = exp.select(exp.Star()).from_(table.copy())
        if changes is None:
            query = query.where(exp.Not(this=holds))
        else:
            values = {change.this.name: _bare(change.expression, table) for change in changes}
            query = exp.select(*(_updated(name, values, holds) for name in state.schema.names)).from_(table.copy())
        frame = _fitted(self._run(query), state.schema)
        self._views.pop((table.db, table.name), None)  # type: ignore[attr-defined]
        state.kept, state.added = (), [frame]

    def _alter(self, statement: exp.Alter) -> None:
        """A column more, which is NULL so far."""
        state = self._state(statement.this)
        nulls = [
            exp.alias_(exp.cast(exp.Null(), _kind(column.args["kind"])), column.name, quoted=True)
            for column in statement.args["actions"]
        ]
        frame = self._run(exp.select(exp.Star(), *nulls).from_(statement.this.copy()))
        state.kept, state.added, state.schema = (), [frame], frame.schema
        self._views.pop((statement.this.db, statement.this.name), None)


def _updated(name: str, values: dict[str, exp.Expr], holds: exp.Expr) -> exp.Expr:
    column = exp.column(exp.to_identifier(name, quoted=True))
    if name not in values:
        return column
    changed = exp.Case(ifs=[exp.If(this=holds.copy(), true=values[name].copy())], default=column)
    return exp.alias_(changed, name, quoted=True)


def _bare(condition: exp.Expr, table: exp.Expr) -> exp.Expr:
    """A condition whose columns do not name the whole table: it stands in a query over it."""

    def bare(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.args.get("db"):
            return exp.column(node.this.copy(), table=exp.to_identifier(table.name, quoted=True))
        return node

    return condition.copy().transform(bare)


def _kind(kind: exp.DataType) -> exp.DataType:
    found = with_types(kind)
    assert isinstance(found, exp.DataType)
    return found


def _fitted(frame: DataFrame, schema: StructType) -> DataFrame:
    """The frame with the columns of a table, in its types; NULL for those that it lacks."""
    from pyspark.sql import functions as f

    return frame.select(
        *(
            (f.col(f"`{part.name}`") if part.name in frame.columns else f.lit(None))
            .cast(part.dataType)
            .alias(part.name)
            for part in schema
        )
    )
