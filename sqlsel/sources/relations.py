"""Anything with rows and columns, opened so that queries can name it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.nearest import offer
from sqlsel.datasets.staging import fresh_name, readable, sparingly, temporary_table
from sqlsel.datasets.tables import type_node
from sqlsel.errors import EngineError, IngestError, UsageError
from sqlsel.sources.arrays import read_archive, read_array, read_vector_file
from sqlsel.sources.files import file_format, is_pattern, is_read
from sqlsel.sources.frames import arrow_of
from sqlsel.sources.whole import check_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlsel.engines.base import Engine

# Reading these again would parse them again, or might give other rows.
_STAGED_FORMATS = {"csv", "json", "jsonl"}


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows and columns that queries can read as often as they like, the same rows each time in the same order.

    Attributes:
        name: What the user called it, for messages.
        node: What stands behind FROM.
        types: The columns, with the engine's type names.
    """

    name: str
    node: exp.Expr
    types: dict[str, str]


@contextmanager
def open_relation(source: object, engine: Engine, *, names: Sequence[str] = ()) -> Iterator[Relation]:
    """Open a source as rows and columns while the context lasts.

    Parquet files, tables of the database and Arrow data in memory are read where they lie. Text files, views and
    whatever gives its rows only once are copied into a temporary table, which the engine keeps on disk if it is large.

    Args:
        source: A file or a pattern of files, the name of a table or view, or a frame.
        engine: The session.
        names: Columns that hold names, if they are there. In a csv they stay the text that they are if as a number or
            a date they would be written in another way: 007 is not 7.

    Raises:
        UsageError: If there is no such file or table, or nothing reads it.
        IngestError: If it is broken.
    """
    if not isinstance(source, str | Path):
        name = f"the {type(source).__name__}"
        with _opened_object(source, engine) as node:
            yield Relation(name, node, types_of(engine, node, name))
        return
    name = str(source)
    path = Path(source)
    if path.is_file() or is_pattern(name):
        with _opened_file(path, engine, names) as node:
            yield Relation(name, node, types_of(engine, node, name))
        return
    with _opened_table(name, engine) as node:
        yield Relation(name, node, types_of(engine, node, name))


@contextmanager
def _opened_file(path: Path, engine: Engine, names: Sequence[str]) -> Iterator[exp.Expr]:
    kind = file_format(path)
    if kind in {"npy", "npz"}:
        with _bound(engine, read_vector_file(path) if kind == "npy" else read_archive(path)) as node:
            yield node
        return
    if kind == "json" and path.suffix.lower() == ".json" and path.is_file():
        check_json(path)
    node = engine.scan(str(path), kind, pattern=not path.is_file())
    if kind not in _STAGED_FORMATS:
        yield node
        return
    if kind == "csv":
        node = _with_names(path, node, engine, names)
    with _staged(engine, node, str(path)) as table:
        yield table


def _with_names(path: Path, node: exp.Expr, engine: Engine, names: Sequence[str]) -> exp.Expr:
    """The scan of a csv, with names as text where any of them would not be written as it is in its type."""
    types = types_of(engine, node, str(path))
    typed = {name: types[name] for name in names if types.get(name, "VARCHAR") != "VARCHAR"}
    if not typed:
        return node
    pattern = not path.is_file()
    written = engine.scan(str(path), "csv", pattern=pattern, text=tuple(typed))
    changed = [exp.LogicalOr(this=_changes(sql.column(name), kind)) for name, kind in typed.items()]
    try:
        (answers,) = engine.rows(exp.select(*changed).from_(written))
    except EngineError as failure:
        raise broken(str(path), failure) from failure
    # a number of any length is a type of its own, which ids and joins do not know
    kept = [name for name, changes in zip(typed, answers, strict=True) if changes or typed[name] == "BIGNUM"]
    return engine.scan(str(path), "csv", pattern=pattern, text=kept)


def _changes(text: exp.Column, kind: str) -> exp.Expr:
    """Whether a text is another one once it was a value of a type."""
    again = sql.varchar(exp.TryCast(this=text, to=type_node(kind), safe=True))
    return exp.NullSafeNEQ(this=again, expression=exp.Trim(this=text.copy()))


@contextmanager
def _opened_table(name: str, engine: Engine) -> Iterator[exp.Expr]:
    node = found_table(name, engine)
    if _can_stay(node, engine):
        yield node
        return
    with _staged(engine, node, name) as table:
        yield table


@contextmanager
def _opened_object(source: object, engine: Engine) -> Iterator[exp.Expr]:
    import numpy as np

    if isinstance(source, np.ndarray):
        with _bound(engine, read_array(source, "the array")) as node:
            yield node
        return
    value = arrow_of(source)
    if value is not None:
        with _bound(engine, value) as node:
            yield node
        return
    with _opened_stream(source, engine) as node:
        yield node


@contextmanager
def _opened_stream(source: object, engine: Engine) -> Iterator[exp.Expr]:
    """A relation of the engine's, or an object that exports Arrow: its rows are computed once, into a table."""
    import pyarrow as pa

    if not hasattr(source, "__arrow_c_stream__"):
        raise UsageError(
            f"nothing reads a {type(source).__name__}",
            hint="pass a folder, a file, the name of a table, an Arrow table or reader, a pandas or polars frame, or a "
            "relation",
        )
    with ExitStack() as stack:
        name = fresh_name("relation")
        try:
            stack.enter_context(engine.bind({name: source}))
        except EngineError:
            # a relation of another connection cannot be named on this one, but it gives its rows
            stream = pa.RecordBatchReader.from_stream(source)
            yield stack.enter_context(_bound(engine, stream))
            return
        yield stack.enter_context(_staged(engine, sql.table(name), f"the {type(source).__name__}"))


@contextmanager
def _bound(engine: Engine, value: object) -> Iterator[exp.Expr]:
    name = fresh_name("source")
    with readable(engine, {name: value}):
        yield sql.table(name)


@contextmanager
def _staged(engine: Engine, node: exp.Expr, name: str) -> Iterator[exp.Expr]:
    with ExitStack() as stack:
        query = exp.select(exp.Star()).from_(node)
        try:
            table = sparingly(engine, lambda: stack.enter_context(temporary_table(engine, query)))
        except EngineError as failure:
            raise broken(name, failure) from failure
        yield table


def broken(name: str, failure: EngineError) -> IngestError:
    """The error for a source that the engine cannot read."""
    return IngestError(
        f"{name}: {failure.message.strip()}", hint="nothing of it was stored; correct the source and try again"
    )


def types_of(engine: Engine, node: exp.Expr, name: str) -> dict[str, str]:
    """The columns of what stands behind FROM, with the engine's type names."""
    try:
        return engine.columns(node)
    except EngineError as failure:
        raise broken(name, failure) from failure


def found_table(name: str, engine: Engine) -> exp.Table:
    """The table or view that a text names, with or without schema and quotes."""
    for node in _readings(name, engine):
        try:
            engine.columns(node)
        except EngineError:
            continue
        return node
    names = exp.select(sql.column("table_name")).distinct().from_(exp.table_("tables", db="information_schema"))
    tables = sorted(row[0] for row in engine.rows(names))
    neighbours = sorted(path.name for path in Path(name).parent.glob("*") if path.is_dir() or is_read(path))
    raise UsageError(
        f"{name}: no such file, folder or table",
        hint=offer(Path(name).name, [*neighbours, *tables]) or "name a file, a folder or a table of the database",
    )


def _readings(name: str, engine: Engine) -> Iterator[exp.Table]:
    """The tables that a text may mean: one of just that name, or parts between dots."""
    yield sql.table(name)
    try:
        parts = exp.to_table(name, dialect=engine.dialect)
    except SqlglotError:
        return
    if all(isinstance(part, exp.Identifier) for part in parts.parts) and len(parts.parts) > 1:
        yield parts


def _can_stay(node: exp.Table, engine: Engine) -> bool:
    """Whether a table gives the same rows while a source is stored: no view is sure to, no table of a dataset does."""
    columns = [sql.column(name) for name in ("table_schema", "table_type")]
    named = [sql.column("table_name").eq(node.name)]
    named += [sql.column("table_schema").eq(node.db)] if node.db else []
    named += [sql.column("table_catalog").eq(node.catalog)] if node.catalog else []
    tables = exp.select(*columns).from_(exp.table_("tables", db="information_schema")).where(exp.and_(*named))
    datasets = DatasetCatalog(engine).dataset_names()
    rows = engine.rows(tables)
    return bool(rows) and all(kind == "BASE TABLE" and schema not in datasets for schema, kind in rows)
