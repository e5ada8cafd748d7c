"""One Spark session behind the engine protocol."""

from __future__ import annotations

import copy
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession
from sqlglot import exp

from sqlsel.engines.commits import link_to
from sqlsel.engines.spark.changes import Changes
from sqlsel.engines.spark.failures import told
from sqlsel.engines.spark.pieces import SparkPieces
from sqlsel.engines.spark.positions import kept
from sqlsel.engines.spark.store import MANY, PARTITIONS, Store, show
from sqlsel.engines.spark.text import spark_text
from sqlsel.engines.spark.types import type_name
from sqlsel.engines.tracing import traced
from sqlsel.errors import DatabaseError, EngineError, IngestError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

    from sqlsel.engines.room import Room

Sql = str | exp.Expr

_VECTOR = "FLOAT[]"


class SparkEngine:
    """A database behind a Spark session that speaks the protocol of ``sqlsel.engines.base.Engine``.

    Args:
        session: A session of sqlsel's own, with its functions; the user's is never touched.
        store: The tables.
        parent: The engine that this one is a cursor of.
    """

    dialect = "spark"
    ingests = False
    rows_in_order = False
    spreads = True
    links = True
    home = None
    """Files of images do not lie beside a database on Spark."""

    def __init__(self, session: SparkSession, store: Store, parent: SparkEngine | None = None) -> None:
        self.connection = session
        self.store = store
        self.catalog = store.catalog
        self._parent = parent
        self._group = uuid4().hex
        self._names: dict[str, str] = {}
        self._cached: dict[str, DataFrame] = {}
        self._changes: Changes | None = None

    def execute(self, sql: Sql, parameters: Sequence[Any] = ()) -> None:
        """Run a statement for its effect; one that changes a table is part of a transaction."""
        with self._telling(sql):
            if isinstance(sql, exp.Create) and _is_temporary(sql):
                self._make(sql)
            elif isinstance(sql, exp.Drop):
                self._drop([table.name for table in sql.args.get("tables") or [sql.this]])
            elif isinstance(sql, exp.Expr) and self._changes is not None and self._changes.apply(sql):
                return
            elif isinstance(sql, exp.Create | exp.Insert | exp.Delete | exp.Update | exp.Alter):
                with self.transaction():
                    self.execute(sql)
            else:
                self.frame(sql, parameters).collect()

    def rows(self, sql: Sql, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result, as Python values."""
        with self._telling(sql):
            return [tuple(row) for row in self.frame(sql, parameters).collect()]

    def table(self, sql: Sql) -> pa.Table:
        """A result as one Arrow table, in the order of the query."""
        with self._telling(sql):
            return self.frame(sql).toArrow()

    def batches(self, sql: Sql, rows_per_batch: int = 16_384) -> Generator[pa.RecordBatch]:
        """A result as a stream of record batches, in the order of the query. The driver holds all of it."""
        yield from self.stream(sql, rows_per_batch)[1]

    def stream(self, sql: Sql, rows_per_batch: int = 16_384) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """A result's schema, and its rows as a stream of record batches in the order of the query."""
        found = self.table(sql) if isinstance(sql, exp.Expr) else self.query(sql).toArrow()
        return found.schema, iter(found.to_batches(max_chunksize=rows_per_batch))

    def columns(self, relation: exp.Expr) -> dict[str, str]:
        """Column names of anything that can stand behind FROM, with type names in the words of the schema."""
        query = exp.select(exp.Star()).from_(relation.copy())
        with self._telling(query):
            return {part.name: type_name(part.dataType) for part in self.frame(query).schema}

    def scan(self, path: str, format_name: str, *, pattern: bool = False, text: Sequence[str] = ()) -> exp.Expr:
        """A node that reads a file that lies where this program runs, such as one with the vectors of queries."""
        from sqlsel.engines.duckdb import open_database

        reader = open_database(":memory:")
        try:
            query = exp.select(exp.Star()).from_(reader.scan(path, format_name, pattern=pattern, text=text))
            rows = reader.table(query)
        finally:
            reader.close()
        return exp.Table(this=exp.to_identifier(self._show(rows, "scan"), quoted=True))

    def linked_columns(self, place: str) -> dict[str, str]:
        """Column names of what lies elsewhere, with type names in the words of the schema."""
        with told(f"look at {place}"):
            return {part.name: type_name(part.dataType) for part in self.store.frame((self._link_to(place),)).schema}

    def _link_to(self, place: str) -> str:
        """What stands for a place, wherever it is read from."""
        return link_to(self.store.folder.whole(place) if "/" in place else place)

    def link(self, schema: str, table: str, place: str, columns: Sequence[str]) -> None:
        """Let a table be one that lies elsewhere; part of a transaction."""
        there = self.linked_columns(place)
        if lacking := [name for name in columns if name not in there]:
            raise IngestError(
                f"{place} has no column {', '.join(lacking)}, which {table} of a dataset needs",
                hint=f"it has {', '.join(there)}; make a view with other names",
            )
        if there.get("embedding", _VECTOR) != _VECTOR:
            raise IngestError(
                f"{place}: embedding is {there['embedding']}, and vectors are arrays of floats",
                hint="make a view with CAST(embedding AS ARRAY<FLOAT>)",
            )
        assert self._changes is not None
        self._changes.link(schema, table, self._link_to(place))
        if self.store.fits:
            self.connection.conf.set(PARTITIONS, str(max(int(self.connection.conf.get(PARTITIONS) or 0), MANY)))

    @contextmanager
    def bind(self, objects: Mapping[str, object]) -> Iterator[None]:
        """Make Arrow tables or frames queryable under names while the context lasts."""
        try:
            for name, value in objects.items():
                with told(f"bind {name}"):
                    self._names[name] = self._show(value, name)
            yield
        finally:
            self._drop([*objects])

    @contextmanager
    def pieces(self, query: exp.Expr, read: Callable[[Iterable[pa.RecordBatch]], object]) -> Iterator[SparkPieces]:
        """Rows of a query, one piece for each partition, in the cluster's memory or on its disks."""
        with self._telling(query):
            found = SparkPieces(self.frame(query), read)
        try:
            yield found
        finally:
            found.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside happen together, or none of them: files are written first, then one commit."""
        if self._changes is not None:
            raise UsageError("a transaction is open on this session, and this needs one of its own")
        with told("read the commits"):
            self.store.refresh()
        self._changes = Changes(self.store, self.frame)
        try:
            yield
            with told("commit"):
                self._changes.commit()
        finally:
            self._changes = None

    @contextmanager
    def bounded_memory(
        self,
        row_bytes: int,  # noqa: ARG002
        beside: int = 0,  # noqa: ARG002
        *,
        one_thread: bool = False,  # noqa: ARG002
    ) -> Iterator[None]:
        """Spark bounds its own memory."""
        yield

    def room(self) -> Room | None:
        """Rows stay on the cluster, whose memory is Spark's affair."""
        return None

    @contextmanager
    def leaving_memory(self, beside: int) -> Iterator[None]:  # noqa: ARG002
        """Spark bounds its own memory."""
        yield

    def attach(self, path: str, name: str) -> None:  # noqa: ARG002
        """Refused: a database on Spark is one folder."""
        raise UsageError(f"{path}: cannot be attached on Spark", hint="copy its datasets into the same folder")

    def catalogs(self) -> tuple[str, ...]:
        """This database."""
        return (self.catalog,)

    def within(self, catalog: str) -> SparkEngine:
        """This very session; there is no other database."""
        other = copy.copy(self)
        other.catalog = catalog
        return other

    def cursor(self, *, beside: bool = False) -> SparkEngine:  # noqa: ARG002
        """A session of its own on the same data: own transaction, own temporary tables."""
        return SparkEngine(self.connection, self.store, self)

    def interrupt(self) -> None:
        """End the jobs that run for this database."""
        self.connection.sparkContext.cancelJobGroup(self._root._group)  # noqa: SLF001

    def share_done(self) -> float | None:
        """How many of the tasks of the job that runs are done."""
        tracker = self.connection.sparkContext.statusTracker()
        stages = [
            stage
            for number in tracker.getActiveStageIds()
            if (stage := tracker.getStageInfo(number)) is not None and stage.numTasks > 0
        ]
        total = sum(stage.numTasks for stage in stages)
        return sum(stage.numCompletedTasks for stage in stages) / total if total else None

    def close(self) -> None:
        """Let go of what the session holds in the cluster's memory. The user's session stays open."""
        # a session that is gone holds nothing
        with suppress(DatabaseError), told("close"):
            self._drop([*self._names])

    def query(self, text: str) -> DataFrame:
        """Any SQL of the user's: tables of the datasets are written ``dataset.table``."""
        import sqlglot
        from sqlglot.errors import SqlglotError

        with told(text):
            try:
                parsed = sqlglot.parse_one(text, read="spark")
            except SqlglotError:
                return self.connection.sql(text)
            known = all(self.store.has(table.db, table.name) for table in parsed.find_all(exp.Table) if table.db)
            return self.frame(parsed) if known else self.connection.sql(text)

    def frame(self, sql: Sql, parameters: Sequence[Any] = ()) -> DataFrame:
        """A query as a frame that has not run."""
        if parameters:
            raise EngineError("a statement with parameters is not for Spark", sql=str(sql))
        text = sql if isinstance(sql, str) else spark_text(sql, self._names, self._relation)
        self.connection.sparkContext.setJobGroup(self._root._group, "sqlsel", interruptOnCancel=False)  # noqa: SLF001
        return self.connection.sql(text)

    @property
    def _root(self) -> SparkEngine:
        return self if self._parent is None else self._parent._root  # noqa: SLF001

    @contextmanager
    def _telling(self, sql: Sql) -> Iterator[None]:
        with traced(sql, self.dialect), told(sql if isinstance(sql, str) else sql.sql(dialect=self.dialect)):
            yield

    def _relation(self, schema: str, table: str) -> exp.Expr:
        changed = self._changes.relation(schema, table) if self._changes is not None else None
        return changed if changed is not None else self.store.relation(schema, table)

    def _make(self, create: exp.Create) -> None:
        """A temporary table: computed once, and kept in the cluster's memory or on its disks."""
        name = create.this.name
        frame, holding = kept(self, create.expression)
        self._names[name] = show(frame, name)
        self._cached[name] = holding

    def _show(self, value: object, purpose: str) -> str:
        import pyarrow as pa

        if isinstance(value, pa.RecordBatchReader):
            value = value.read_all()
        frame = value if isinstance(value, DataFrame) else self.connection.createDataFrame(value)
        return show(frame, purpose)

    def _drop(self, names: Sequence[str]) -> None:
        for name in names:
            view = self._names.pop(name, None)
            if view is not None:
                self.connection.catalog.dropTempView(view)
            if name in self._cached:
                self._cached.pop(name).unpersist()


def _is_temporary(create: exp.Create) -> bool:
    properties = create.args.get("properties")
    return properties is not None and any(isinstance(each, exp.TemporaryProperty) for each in properties.expressions)
