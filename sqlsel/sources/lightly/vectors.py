"""Vectors beside a datasource: ``embeddings.parquet`` or another file for samples, ``object_embeddings.parquet``."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel.datasets.staging import readable
from sqlsel.datasets.structs import Struct, read_type
from sqlsel.errors import IngestError
from sqlsel.plan import nodes as sql
from sqlsel.sources.lightly.walking import ENDING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem
    from sqlsel.sources.options import ReadOptions

EMBEDDINGS = "embeddings.parquet"
OBJECT_EMBEDDINGS = "object_embeddings.parquet"


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of a datasource's samples, with what else their file says.

    Attributes:
        file: Name of the file, relative to the datasource if it lies there.
        rows: Query with ``file_name``, ``place`` (the file name without its suffix), ``sample_id`` as the file has it
            and, if the file has columns beside names and vectors, the struct ``metadata``.
        embedding: Query with ``sample_id`` and ``embedding``; None if the file has no vectors.
        metadata: Names of the fields of ``metadata``.
        renamed: Whether an id differs from its file name.
        problems: What the file's reader left out or repaired.
    """

    file: str
    rows: exp.Select
    embedding: exp.Query | None
    metadata: tuple[str, ...]
    renamed: bool
    problems: tuple[Problem, ...]


@contextmanager
def read_vectors(root: Path, engine: Engine, options: ReadOptions) -> Iterator[Vectors | None]:
    """The vectors of a datasource's samples, to be read while the context lasts; None if it has none.

    Args:
        root: The datasource.
        engine: The session that reads them.
        options: Names another file, and its columns.
    """
    from sqlsel.sources.tables import read_table

    file = options.embeddings_file or root / EMBEDDINGS
    if options.embeddings_file is None and not file.exists():
        yield None
        return
    with read_table(file, engine, replace(options, embeddings_file=None)) as intake, readable(engine, intake.bound):
        source = intake.samples or intake.embedding
        if source is None:
            raise IngestError(f"{file}: there are no vectors in this file")
        types = engine.columns(source.subquery("source"))
        kind = read_type(types.get("metadata", ""))
        fields = tuple(name for name, _ in kind.fields) if isinstance(kind, Struct) else ()
        rows = _named(source, has_names="file_name" in types, has_metadata=bool(fields))
        yield Vectors(
            file=file.name if file.parent == root else str(file),
            rows=rows,
            embedding=intake.embedding,
            metadata=fields,
            renamed=_renamed(engine, rows),
            problems=intake.problems,
        )


def object_vectors(root: Path, engine: Engine) -> dict[str, exp.Query]:
    """By task, the query for the vectors of its objects; empty if the datasource has none.

    Args:
        root: The datasource.
        engine: The session that reads them.

    Raises:
        IngestError: If the file lacks a column, or a row names no task.
    """
    file = root / OBJECT_EMBEDDINGS
    if not file.exists():
        return {}
    scan = engine.scan(str(file), "parquet")
    columns = engine.columns(scan)
    name = "sample_id" if "sample_id" in columns and "file_name" not in columns else "file_name"
    if missing := [needed for needed in (name, "task", "object_index", "embedding") if needed not in columns]:
        needs = "it has to have file_name, task, object_index and embedding"
        raise IngestError(f"{file}: there is no column {', '.join(missing)}", hint=needs)
    task = sql.column("task")
    tasks = [value for (value,) in engine.rows(exp.select(task).distinct().from_(scan.copy()))]
    if None in tasks:
        raise IngestError(f"{file}: the task is NULL in some rows", hint="say which task each object belongs to")
    own = exp.alias_(sql.column(name), "sample_id", quoted=True)
    rows = exp.select(own, sql.column("object_index"), sql.column("embedding")).from_(scan)
    return {value: rows.where(task.eq(sql.text(value))) for value in sorted(tasks)}


def _named(source: exp.Query, *, has_names: bool, has_metadata: bool) -> exp.Select:
    """The rows of a file with their file names, which are the ids where it has none, and places."""
    own = sql.varchar(sql.column("sample_id"))
    name = sql.call("coalesce", sql.varchar(sql.column("file_name")), own) if has_names else own
    place = sql.call("regexp_replace", name.copy(), sql.text(ENDING), sql.text(""))
    columns = [exp.alias_(name, "file_name", quoted=True), exp.alias_(place, "place", quoted=True)]
    columns += [sql.column("sample_id"), *([sql.column("metadata")] if has_metadata else [])]
    return exp.select(*columns).from_(source.subquery("source"))


def _renamed(engine: Engine, rows: exp.Select) -> bool:
    other = sql.varchar(sql.column("sample_id")).neq(sql.column("file_name"))
    query = exp.select(sql.number(1)).from_(sql.subquery(rows, "rows")).where(other).limit(1)
    return bool(engine.rows(query))
