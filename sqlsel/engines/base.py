"""What sqlsel asks of an engine: run SQL, stream Arrow, keep a transaction, stop when told to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pyarrow as pa
    from sqlglot import exp

    from sqlsel.engines.room import Room

    Sql = str | exp.Expr


class Pieces(Protocol):
    """Rows of a query spread over workers, each with a piece of its own that stays where it is.

    Attributes:
        count: Number of pieces.
    """

    count: int

    def step(self, work: Callable[[Any, Any], tuple[Any, Any]]) -> list[Any]:
        """Run a function on every piece, as one job; returns its answers in the order of the pieces.

        Args:
            work: Called with a piece and what it kept in the step before (None in the first); returns what it keeps for
                the next step, and its answer. It gives the same for the same, as it is called again where a worker is
                lost. What it raises is raised here.
        """


class Engine(Protocol):
    """One session of an engine. Statements on it run one after the other.

    Every method raises ``EngineError`` with the statement when the engine refuses it, ``DatabaseError`` when the
    database cannot be used (a full disk), and ``KeyboardInterrupt`` when ``interrupt`` ended it.
    """

    dialect: str
    catalog: str
    spreads: bool
    """Whether rows can stay on many workers, as ``pieces``."""
    ingests: bool
    """Whether sources can be stored through it."""
    links: bool
    """Whether tables may lie elsewhere, so that it is a ``LinkingEngine``."""
    connection: Any
    """The engine's own connection."""
    rows_in_order: bool
    """Whether the rows of a table have an order, so that ``ROW_NUMBER() OVER ()`` numbers them without a sort."""

    @property
    def home(self) -> Path | None:
        """The folder of the database file; None for a database in memory."""

    def execute(self, sql: Sql, parameters: Sequence[Any] = ()) -> None:
        """Run a statement for its effect."""

    def rows(self, sql: Sql, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result, as Python values."""

    def table(self, sql: Sql) -> pa.Table:
        """A result as one Arrow table, in the order of the query."""

    def batches(self, sql: Sql, rows_per_batch: int = 16_384) -> Generator[pa.RecordBatch]:
        """A result as a stream of record batches, in the order of the query. Memory: one batch at a time.

        Close it where not all of them are wanted, before the next statement.
        """

    def stream(self, sql: Sql, rows_per_batch: int = 16_384) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
        """A result's schema, and its rows as ``batches`` gives them. The statement starts at once."""

    def query(self, text: str) -> Any:  # noqa: ANN401 - the engine's own
        """Any SQL of the user's; returns the engine's own relation."""

    def columns(self, relation: exp.Expr) -> dict[str, str]:
        """Column names of a table, a view, a query or a file scan, with the engine's type names."""

    def scan(self, path: str, format_name: str, *, pattern: bool = False, text: Sequence[str] = ()) -> exp.Expr:
        """A node that reads a file (``parquet``, ``csv``, ``json``, ``jsonl``) where it can stand behind FROM.

        With ``pattern``, ``*``, ``?`` and ``[...]`` in the path stand for many files, whose columns are united by name.
        Columns of a csv that ``text`` names are read as they are written, whatever they look like.
        """

    def bind(self, objects: Mapping[str, object]) -> AbstractContextManager[None]:
        """Make Arrow tables, readers, frames or relations queryable under names while the context lasts."""

    def pieces(
        self, query: exp.Expr, read: Callable[[Iterable[pa.RecordBatch]], object]
    ) -> AbstractContextManager[Pieces]:
        """Rows of a query, read by each worker for itself, while the context lasts; only where ``spreads``."""

    def transaction(self) -> AbstractContextManager[None]:
        """All statements inside happen together, or none of them when an exception leaves the context."""

    def bounded_memory(
        self, row_bytes: int, beside: int = 0, *, one_thread: bool = False
    ) -> AbstractContextManager[None]:
        """Keep the engine's own memory small while the context lasts: what outgrows it goes to disk.

        The bound depends on the size of a row, in bytes, and on the machine, not on the number of rows that stream by;
        ``beside`` bytes are left for what a statement has to hold. With ``one_thread`` the bound is half of the least
        that is usual, whatever the machine. Statements that need more raise ``EngineMemoryError``.
        """

    def room(self) -> Room | None:
        """What a run may take of the machine that it runs on; None where the engine does not say."""

    def leaving_memory(self, beside: int) -> AbstractContextManager[None]:
        """Keep the engine to what is left of :meth:`room` beside so many bytes of others, while the context lasts."""

    def attach(self, path: str, name: str) -> None:
        """Make another database readable, as the catalog of this name."""

    def catalogs(self) -> tuple[str, ...]:
        """Names of the databases that can be read here: this one, and those that are attached."""

    def within(self, catalog: str) -> Engine:
        """This very session, where ``catalog`` is another of the databases."""

    def cursor(self, *, beside: bool = False) -> Engine:
        """A session of its own on the same data: own transaction, own temporary tables.

        With ``beside`` it does a part of the work of another session, and is no user more of what they share.
        """

    def interrupt(self) -> None:
        """End the statements that run on this session and on every session made from it, from any thread."""

    def share_done(self) -> float | None:
        """How much of the statement that runs now is done, from 0 to 1, asked from any thread; None if unknown."""

    def close(self) -> None:
        """End the session. A connection that the user opened stays open."""


class LinkingEngine(Engine, Protocol):
    """An engine whose tables may lie elsewhere."""

    def linked_columns(self, place: str) -> dict[str, str]:
        """Column names and type names of what lies elsewhere: a table by its name, or a folder of Parquet."""

    def link(self, schema: str, table: str, place: str, columns: Sequence[str]) -> None:
        """Let a table of this database be one that lies elsewhere, which has these columns at least."""


class ScratchEngine(Engine, Protocol):
    """An engine that can have more databases beside its own."""

    def scratch(self) -> AbstractContextManager[Engine]:
        """This very session on an empty database in memory that goes with the context."""
