"""One DuckDB session behind the engine protocol."""

from __future__ import annotations

import copy
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import duckdb
from sqlglot import exp

from sqlsel.engines.duckdb.failures import is_interrupt, statement_failure
from sqlsel.engines.duckdb.memory import MemoryCap
from sqlsel.engines.duckdb.scans import file_scan
from sqlsel.engines.tracing import traced
from sqlsel.errors import EngineError, UsageError
from sqlsel.sqlfiles import read_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa

    from sqlsel.engines.base import Pieces
    from sqlsel.engines.room import Room

# What ORDER BY means in the SQL that is generated; a cursor inherits the user's settings.
_ORDERING = {"default_null_order": "nulls_last", "default_order": "ascending", "default_collation": ""}

Sql = str | exp.Expr
Result = TypeVar("Result")


class DuckDBEngine:
    """A DuckDB connection that speaks the protocol of ``sqlsel.engines.base.Engine``.

    Args:
        connection: The connection; sqlsel's scalar SQL functions are made on it as temporary macros.
        owned: Whether ``close`` closes it.
        parent: The engine that this one is a cursor of.
    """

    dialect = "duckdb"
    ingests = True
    rows_in_order = True
    spreads = False
    links = False

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, owned: bool, parent: DuckDBEngine | None = None
    ) -> None:
        self.connection = connection
        self._owned = owned
        self._cursors: list[DuckDBEngine] = []
        self._parent = parent
        self._cap: MemoryCap = MemoryCap(ours=owned) if parent is None else parent._cap  # noqa: SLF001
        self._counted = False
        self._interrupted = False
        self.catalog: str = self._quietly("SELECT current_catalog()")[0][0]
        self._quietly(read_sql("duckdb/functions.sql"))

    @property
    def home(self) -> Path | None:
        """The folder of the database file; None for a database in memory."""
        rows = self.rows("SELECT path FROM duckdb_databases() WHERE database_name = $1", [self.catalog])
        return Path(rows[0][0]).resolve().parent if rows and rows[0][0] else None

    def execute(self, sql: Sql, parameters: Sequence[Any] = ()) -> None:
        """Run a statement for its effect."""
        self.rows(sql, parameters)

    def rows(self, sql: Sql, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result, as Python values."""
        with traced(sql, self.dialect, parameters):
            return self._quietly(self._text(sql), parameters)

    def _quietly(self, text: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement, which is not told of."""
        return self._guard(text, lambda: self.connection.execute(text, list(parameters) or None).fetchall())

    def table(self, sql: Sql) -> pa.Table:
        """A result as one Arrow table, in the order of the query."""
        text = self._text(sql)
        with traced(sql, self.dialect):
            return self._guard(text, lambda: self.connection.sql(text).to_arrow_table())

    def batches(self, sql: Sql, rows_per_batch: int = 16_384) -> Generator[pa.RecordBatch]:
        """A result as a stream of record batches, in the order of the query."""
        yield from self.stream(sql, rows_per_batch)[1]

    def stream(self, sql: Sql, rows_per_batch: int = 16_384) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """A result's schema, and its rows as a stream of record batches in the order of the query."""
        text = self._text(sql)
        with traced(sql, self.dialect):
            relation = self._guard(text, lambda: self.connection.sql(text))
            if relation is None:
                raise EngineError("there is no statement in it", sql=text)
            reader = self._guard(text, lambda: relation.to_arrow_reader(rows_per_batch))
        return reader.schema, self._read(reader, text)

    def _read(self, reader: pa.RecordBatchReader, text: str) -> Iterator[pa.RecordBatch]:
        try:
            while True:
                try:
                    batch = self._guard(text, reader.read_next_batch)
                except StopIteration:
                    return
                yield batch
        except GeneratorExit:
            # rows that nobody fetches any more would keep the connection busy
            reader.close()
            raise

    def query(self, text: str) -> duckdb.DuckDBPyRelation:
        """Any SQL of the user's; returns DuckDB's relation."""
        return self.connection.sql(text)

    def columns(self, relation: exp.Expr) -> dict[str, str]:
        """Column names of anything that can stand behind FROM, with DuckDB's type names."""
        query = exp.select(exp.Star()).from_(relation.copy())
        return {name: kind for name, kind, *_ in self.rows(f"DESCRIBE {self._text(query)}")}

    def scan(self, path: str, format_name: str, *, pattern: bool = False, text: Sequence[str] = ()) -> exp.Expr:
        """A node that reads a file, or all that a pattern names, where it can stand behind FROM."""
        return file_scan(path, format_name, pattern=pattern, text=text)

    @contextmanager
    def bind(self, objects: Mapping[str, object]) -> Iterator[None]:
        """Make Arrow tables, readers, frames or relations queryable under names while the context lasts."""
        bound: list[str] = []
        try:
            for name, value in objects.items():
                self._guard(f"register {name}", lambda name=name, value=value: self.connection.register(name, value))  # type: ignore[misc]
                bound.append(name)
            yield
        finally:
            for name in bound:
                # a transaction that failed refuses this, and takes the name with it
                with suppress(duckdb.Error):
                    self.connection.unregister(name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside happen together, or none of them."""
        if self._in_transaction():
            raise UsageError(
                "a transaction is open on this connection, and this needs one of its own", hint="commit it first"
            )
        self.execute("BEGIN TRANSACTION")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _in_transaction(self) -> bool:
        """Whether the user's transaction is open: outside of one, every statement is a transaction of its own."""
        first, second = (self._quietly("SELECT txid_current()") for _ in range(2))
        return first == second

    def _roll_back(self) -> None:
        self._interrupted = False
        try:
            self.connection.execute("ROLLBACK")
        except (duckdb.Error, RuntimeError):
            return  # the failure that brought us here ended the transaction itself

    @contextmanager
    def bounded_memory(self, row_bytes: int, beside: int = 0, *, one_thread: bool = False) -> Iterator[None]:
        """Keep DuckDB's buffers small while the context lasts. The settings of a user's connection are left alone."""
        with self._cap.streaming(self.connection, row_bytes, beside, one_thread=one_thread):
            yield

    def leaving_memory(self, beside: int) -> AbstractContextManager[None]:
        """Keep DuckDB to what is left of its memory limit beside what others take."""
        return self._cap.leaving(self.connection, beside)

    def room(self) -> Room:
        """DuckDB's memory limit, what a database in memory takes of it, and the folder where DuckDB puts the rest."""
        return self._cap.room(self.connection, self.home)

    def pieces(
        self, query: exp.Expr, read: Callable[[Iterable[pa.RecordBatch]], object]
    ) -> AbstractContextManager[Pieces]:
        """Refused: this is one machine."""
        raise NotImplementedError

    def attach(self, path: str, name: str) -> None:
        """Make another database file readable, as the catalog of this name."""
        file = exp.Literal.string(path).sql(dialect=self.dialect)
        self.execute(f"ATTACH {file} AS {exp.to_identifier(name, quoted=True).sql(dialect=self.dialect)} (READ_ONLY)")

    def catalogs(self) -> tuple[str, ...]:
        """Names of the databases that can be read here: this one, and those that are attached."""
        named = "SELECT database_name FROM duckdb_databases() WHERE NOT internal ORDER BY database_name"
        return tuple(row[0] for row in self.rows(named))

    def within(self, catalog: str) -> DuckDBEngine:
        """This very session, where ``catalog`` is another of the databases."""
        other = copy.copy(self)
        other.catalog = catalog
        return other

    @contextmanager
    def scratch(self) -> Iterator[DuckDBEngine]:
        """This very session on an empty database in memory, beside the others, that goes with the context."""
        name = f"sqlsel_{uuid4().hex}"
        quoted = exp.to_identifier(name, quoted=True).sql(dialect=self.dialect)
        # beside a file that is open for reading only, others are too unless they say otherwise
        self.execute(f"ATTACH ':memory:' AS {quoted} (READ_WRITE)")
        try:
            yield self.within(name)
        finally:
            self.execute(f"DETACH {quoted}")

    def cursor(self, *, beside: bool = False) -> DuckDBEngine:
        """A session of its own on the same data, where no setting of the user changes an order."""
        connection = self._guard("cursor", self.connection.cursor)
        child = DuckDBEngine(connection, owned=True, parent=self)
        for setting, value in _ORDERING.items():
            child._quietly(f"SET SESSION {setting} = '{value}'")
        self._cursors.append(child)
        if not beside:
            self._cap.joined(connection)
            child._counted = True
        return child

    def interrupt(self) -> None:
        """End the statements that run here and on every cursor made from here."""
        self._interrupted = True
        self.connection.interrupt()
        for cursor in list(self._cursors):
            cursor.interrupt()

    def share_done(self) -> float | None:
        """How much of the statement that runs here, or on a cursor made from here, is done."""
        with suppress(duckdb.Error, RuntimeError):
            done = self.connection.query_progress()
            if done > 0:
                return min(done / 100, 1.0)
        shares = (cursor.share_done() for cursor in list(self._cursors))
        return next((share for share in shares if share is not None), None)

    def close(self) -> None:
        """Close what sqlsel opened: the cursors, and the connection if it is ours."""
        for cursor in list(self._cursors):
            cursor.close()
        if self._parent is not None:
            self._parent.forget(self)
            if self._counted:
                self._cap.left()
        if self._owned:
            self.connection.close()

    def forget(self, cursor: DuckDBEngine) -> None:
        """A cursor made from here has been closed."""
        if cursor in self._cursors:
            self._cursors.remove(cursor)

    def _text(self, sql: Sql) -> str:
        return sql if isinstance(sql, str) else sql.sql(dialect="duckdb", normalize_functions=False)

    def _guard(self, text: str, call: Callable[[], Result]) -> Result:
        # an interrupt that met no statement has been answered by then, and says nothing about this one
        self._interrupted = False
        try:
            return call()
        # an Arrow stream tells DuckDB's errors as OSError, and a value that Python has no room for is an OverflowError
        except (duckdb.Error, RuntimeError, OSError, OverflowError) as failure:
            # rows that could not be fetched would keep the connection busy
            with suppress(duckdb.Error, RuntimeError):
                self.connection.abort()
            if self._interrupted or is_interrupt(failure):
                self._interrupted = False
                raise KeyboardInterrupt from None
            raise statement_failure(failure, text) from failure
