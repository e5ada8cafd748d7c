"""Files with the vectors of queries: looked into by the checks, read for a run."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.fragments import cast, named
from sqlsel.datasets.staging import temporary_table
from sqlsel.datasets.vector_tables import VectorTable
from sqlsel.datasets.vectors import refuse_unusable, vector_width
from sqlsel.errors import IngestError, UsageError
from sqlsel.sources.columns import find_columns
from sqlsel.sources.options import ReadOptions
from sqlsel.sources.relations import open_relation
from sqlsel.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan

_PLACE = VectorTable("queries", "query")


class Lookup(DatasetCatalog):
    """The datasets of a database, and whatever else a config can name."""

    def query_width(self, path: str) -> int:
        """Number of dimensions of the vectors in a file.

        Raises:
            SqlselError: If there is no such file, or it holds no vectors.
        """
        with _opened(self._engine, path) as (_, width):
            return width


@contextmanager
def bound_queries(engine: Engine, plan: Plan) -> Iterator[None]:
    """Make the vectors of the files that a plan names queryable where it reads them.

    Raises:
        UsageError: If there is no such file any more.
        IngestError: If a vector in one cannot be used, with the rows.
    """
    with ExitStack() as stack:
        for step in plan.objectives:
            if step.queries is not None and step.queries.file is not None:
                _bind(stack, engine, step.queries.file.path, step.queries.file.table)
        yield


def _bind(stack: ExitStack, engine: Engine, path: str, table: str) -> None:
    with _opened(engine, path) as (rows, width):
        try:
            refuse_unusable(engine, {_PLACE: rows}, {_PLACE.table: width})
        except IngestError as failure:
            message = f"{path}: some vectors of the queries cannot be used:"
            raise IngestError(message, problems=failure.problems, hint="take them out, or compute them again") from None
        vector = named(cast(sql.column("embedding"), f"FLOAT[{width}]"), "embedding")
        present = exp.select(sql.column("row"), vector).from_(sql.subquery(rows, "queries"))
        present = present.where(sql.present(sql.column("embedding")))
        stack.enter_context(temporary_table(engine, present, table))


@contextmanager
def _opened(engine: Engine, path: str) -> Iterator[tuple[exp.Select, int]]:
    """A file's rows, ``sample_id`` and ``row`` (both the number, from 1) and ``embedding``, and the vectors' width."""
    if not Path(path).is_file():
        raise UsageError(f"there is no file {path!r}", hint="check the path, which starts at the config's folder")
    with open_relation(path, engine) as relation:
        columns = find_columns(relation, engine, ReadOptions())
        if not columns.embeddings:
            raise IngestError(
                f"{path!r} has no column with vectors, but {quoted(relation.types)}",
                hint="call the column 'embedding', with a list of numbers in each row",
            )
        vector = next(iter(columns.embeddings.values()))
        number = exp.Window(this=exp.RowNumber())
        values = [named(number, "sample_id"), named(number.copy(), "row"), named(vector, "embedding")]
        rows = exp.select(*values).from_(relation.node.copy())
        width = vector_width(engine, rows)
        if width is None:
            raise IngestError(f"{path!r} holds no vectors", hint="name a file with at least one")
        yield rows, width
