"""Vectors beside a datasource: ``embeddings.parquet`` or another file for samples, ``object_embeddings.parquet``."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.staging import readable
from sqlsel.datasets.structs import Struct, read_type
from sqlsel.errors import IngestError
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.sources.lightly.walking import ENDING
from sqlsel.sources.options import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem

EMBEDDINGS = "embeddings.parquet"
OBJECT_EMBEDDINGS = "object_embeddings.parquet"


@dataclass(frozen=True, slots=True)
class Vectors:
    """The vectors of a datasource's samples, with what else their file says.

    Attributes:
        file: Name of the file, relative to the datasource if it lies there.
        rows: Query with ``file_name``, ``place`` (the file name without its suffix), ``sample_id`` as the file has it
            and, if the file has columns beside names and vectors, the struct ``metadata``.
        embeddings: By name of the embedding, queries with ``sample_id`` and ``embedding``.
        metadata: Names of the fields of ``metadata``.
        renamed: Whether an id differs from its file name.
        problems: What the file's reader left out or repaired.
    """

    file: str
    rows: exp.Select
    embeddings: Mapping[str, exp.Query]
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

    Raises:
        UsageError: If there is no such file, or it lacks a column that is named.
        IngestError: If it is broken, has no vectors, or does not say whose they are.
    """
    from sqlsel.sources.tables import read_table

    file = options.embeddings_file or root / EMBEDDINGS
    if options.embeddings_file is None and not file.exists():
        yield None
        return
    table = ReadOptions(
        id=options.id, file_name=options.file_name, embedding=options.embedding, embeddings=options.embeddings
    )
    with read_table(file, engine, table) as intake, readable(engine, intake.bound):
        source = intake.samples
        own = {} if intake.embedding is None else {DEFAULT_EMBEDDING: intake.embedding}
        embeddings = own | dict(intake.embeddings)
        if source is None or not embeddings:
            raise IngestError(
                f"{file}: no column with vectors", hint="call it 'embedding', with a list of numbers in each row"
            )
        types = engine.columns(source.subquery("source"))
        kind = read_type(types.get("metadata", ""))
        fields = tuple(name for name, _ in kind.fields) if isinstance(kind, Struct) else ()
        rows = _named(source, has_names="file_name" in types, has_metadata=bool(fields))
        if types["sample_id"] != "VARCHAR" and not _has_names(engine, source, types):
            raise IngestError(
                f"{file}: nothing says whose vectors these are",
                hint="add a column 'file_name', or beside an npy file a txt of that name with one file name a line",
            )
        yield Vectors(
            file=file.name if file.parent == root else str(file),
            rows=rows,
            embeddings=embeddings,
            metadata=fields,
            renamed=_renamed(engine, rows),
            problems=intake.problems,
        )


@contextmanager
def object_vectors(root: Path, engine: Engine) -> Iterator[dict[str, exp.Query]]:
    """By task, the query for the vectors of its objects, while the context lasts; empty if the datasource has none.

    Args:
        root: The datasource.
        engine: The session that reads them.

    Raises:
        IngestError: If the file is broken or lacks a column, or a row names no task.
    """
    from sqlsel.sources.relations import open_relation

    file = root / OBJECT_EMBEDDINGS
    if not file.exists():
        yield {}
        return
    with open_relation(file, engine) as relation:
        name = "sample_id" if "sample_id" in relation.types and "file_name" not in relation.types else "file_name"
        if missing := [each for each in (name, "task", "object_index", "embedding") if each not in relation.types]:
            needs = "it has to have file_name, task, object_index and embedding"
            raise IngestError(f"{file}: there is no column {', '.join(missing)}", hint=needs)
        task = sql.column("task")
        tasks = [value for (value,) in engine.rows(exp.select(task).distinct().from_(relation.node.copy()))]
        if None in tasks:
            hint = "say which task each object belongs to"
            raise IngestError(f"{file}: the task is NULL in some rows", hint=hint)
        own = exp.alias_(sql.column(name), "sample_id", quoted=True)
        rows = exp.select(own, sql.column("object_index"), sql.column("embedding")).from_(relation.node.copy())
        yield {value: rows.where(task.eq(sql.text(value))) for value in sorted(tasks)}


def _named(source: exp.Query, *, has_names: bool, has_metadata: bool) -> exp.Select:
    """The rows of a file with their file names, which are the ids where it has none, and places."""
    own = sql.varchar(sql.column("sample_id"))
    name = sql.call("coalesce", sql.varchar(sql.column("file_name")), own) if has_names else own
    place = sql.call("regexp_replace", name.copy(), sql.text(ENDING), sql.text(""))
    columns = [exp.alias_(name, "file_name", quoted=True), exp.alias_(place, "place", quoted=True)]
    columns += [sql.column("sample_id"), *([sql.column("metadata")] if has_metadata else [])]
    return exp.select(*columns).from_(source.subquery("source"))


def _has_names(engine: Engine, source: exp.Query, types: dict[str, str]) -> bool:
    if "file_name" not in types:
        return False
    query = exp.select(sql.number(1)).from_(source.subquery("source")).where(sql.present(sql.column("file_name")))
    return bool(engine.rows(query.limit(1)))


def _renamed(engine: Engine, rows: exp.Select) -> bool:
    other = sql.varchar(sql.column("sample_id")).neq(sql.column("file_name"))
    query = exp.select(sql.number(1)).from_(sql.subquery(rows, "rows")).where(other).limit(1)
    return bool(engine.rows(query))
