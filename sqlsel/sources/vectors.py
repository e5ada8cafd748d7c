"""Files of vectors beside a source that has none: parquet, csv, json, npy."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.errors import IngestError
from sqlsel.sources.columns import find_columns, name_columns
from sqlsel.sources.relations import open_relation
from sqlsel.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlsel.engines.base import Engine
    from sqlsel.sources.options import ReadOptions


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A file of vectors that is open.

    Attributes:
        key: Whether the rows are named by sample id or by file name.
        queries: By name of the embedding, queries with a column called like the key, and ``embedding``.
    """

    key: Literal["sample_id", "file_name"]
    queries: Mapping[str, exp.Select]

    def of_samples(self, samples: exp.Query) -> dict[str, exp.Query]:
        """The queries with ``sample_id`` in place of the key, for samples with ``sample_id`` and ``file_name``."""
        if self.key == "sample_id":
            return dict(self.queries)
        same = sql.column("file_name", "ids").eq(sql.column("file_name", "vectors"))
        columns = (sql.column("sample_id", "ids"), sql.column("embedding", "vectors"))
        return {
            name: exp.select(*columns)
            .from_(sql.subquery(query, "vectors"))
            .join(sql.subquery(samples.copy(), "ids"), on=same)
            for name, query in self.queries.items()
        }


@contextmanager
def open_vectors(source: object, engine: Engine, options: ReadOptions) -> Iterator[VectorFile]:
    """Open a file, or another table, of vectors while the context lasts.

    A table has ``file_name``, or else ``sample_id`` or ``id``, and ``embedding``; a csv may have ``filenames`` and
    ``embedding_0``, ``embedding_1`` … as Lightly writes it. For ``vectors.npy`` a names file lies beside it:
    ``vectors.txt`` with a name a line, ``vectors.json`` with a list, or ``vectors.csv``.

    Args:
        source: The file, or whatever else ``open_relation`` opens.
        engine: The session.
        options: Columns with the ids, the file names and the vectors, where they are not found by name.

    Raises:
        UsageError: If there is no such file, or no such column.
        IngestError: If the file is broken, or says nothing of whose vectors or what vectors it has.
    """
    with open_relation(source, engine, names=name_columns(options)) as relation:
        columns = find_columns(relation, engine, options)
        found = quoted(relation.types)
        if not columns.embeddings:
            raise IngestError(
                f"{relation.name}: no column with vectors; it has {found}",
                hint="call the column 'embedding', with a list of numbers in each row",
            )
        names = options.id or columns.file_name or columns.id
        if names is None:
            raise IngestError(
                f"{relation.name}: nothing says whose vectors these are; it has {found}",
                hint="add a column 'file_name', or beside an npy file a txt of that name with one file name a line",
            )
        by_id = options.id is not None or columns.file_name is None
        key: Literal["sample_id", "file_name"] = "sample_id" if by_id else "file_name"
        queries = {
            name: exp.select(named(sql.column(names), key), named(vector, "embedding")).from_(relation.node.copy())
            for name, vector in columns.embeddings.items()
        }
        yield VectorFile(key, queries)
