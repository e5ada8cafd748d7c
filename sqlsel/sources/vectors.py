"""Files of vectors beside a source that has none: parquet, csv, json, npy."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.errors import IngestError
from sqlsel.sources.columns import find_columns
from sqlsel.sources.options import ReadOptions
from sqlsel.sources.relations import open_relation
from sqlsel.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlsel.engines.base import Engine


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A file of vectors that is open.

    Attributes:
        key: Whether the rows are named by sample id or by file name.
        query: Query with a column called like the key, and ``embedding``.
    """

    key: Literal["sample_id", "file_name"]
    query: exp.Select


@contextmanager
def open_vectors(path: Path, engine: Engine, *, embedding: str | None = None) -> Iterator[VectorFile]:
    """Open a file of vectors while the context lasts.

    A table has ``file_name``, or else ``sample_id`` or ``id``, and ``embedding``; a csv may have ``filenames`` and
    ``embedding_0``, ``embedding_1`` … as Lightly writes it. For ``vectors.npy`` a names file lies beside it:
    ``vectors.txt`` with a name a line, ``vectors.json`` with a list, or ``vectors.csv``.

    Args:
        path: The file.
        engine: The session.
        embedding: Column with the vectors, if it is not called ``embedding``.

    Raises:
        UsageError: If there is no such file, or no such column.
        IngestError: If the file is broken, or says nothing of whose vectors or what vectors it has.
    """
    with open_relation(path, engine) as relation:
        columns = find_columns(relation, engine, ReadOptions(embedding=embedding))
        found = quoted(relation.types)
        if columns.embedding is None:
            raise IngestError(
                f"{path}: no column with vectors; it has {found}",
                hint="call the column 'embedding', with a list of numbers in each row",
            )
        names = columns.file_name or columns.id
        if names is None:
            raise IngestError(
                f"{path}: nothing says whose vectors these are; it has {found}",
                hint="add a column 'file_name', or beside an npy file a txt of that name with one file name a line",
            )
        key: Literal["sample_id", "file_name"] = "file_name" if columns.file_name else "sample_id"
        values = [
            named(sql.column(names), key),
            named(columns.embedding, "embedding"),
        ]
        yield VectorFile(key, exp.select(*values).from_(relation.node.copy()))
