"""Vectors for a dataset that exists: a file or table of them, and nothing else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.embeddings import named_vectors
from sqlsel.datasets.fragments import named
from sqlsel.datasets.refusal import NAMED, first_few, rows_of
from sqlsel.datasets.tables import SAMPLES
from sqlsel.errors import IngestError, Problem, UsageError
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.sources.vectors import VectorFile, open_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.datasets.intake import Intake
    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts
    from sqlsel.sources.options import ReadOptions


@contextmanager
def read_embedding(
    source: object, engine: Engine, facts: DatasetFacts, name: str, options: ReadOptions
) -> Iterator[Intake]:
    """Open a source of vectors as an embedding of a dataset, while the context lasts.

    Rows belong to the sample whose file name they have; where ``options.id`` is given, or there are no file names, to
    the one whose id they have. Samples without a file name go by their id there.

    Args:
        source: A file (parquet, npy with a names file beside it, csv, json), a frame, or the name of a table.
        engine: The session.
        facts: The dataset.
        name: Name of the embedding.
        options: Columns with the ids, the file names and the vectors, and whether these are brought to unit length.

    Raises:
        UsageError: If there is no such source or column.
        IngestError: If it says nothing of whose vectors it has, or none of them belongs to a sample.
    """
    if _is_folder(source):
        raise UsageError(f"{source}: a folder, not a file with vectors", hint="`sqlsel ingest` reads folders")
    with open_vectors(source, engine, options) as vectors:
        samples = _named_samples(facts)
        problems = _left_out(engine, vectors, samples, facts) if vectors.key == "file_name" else ()
        query = vectors.of_samples(samples)[DEFAULT_EMBEDDING]
        yield named_vectors(name, query, normalize=options.normalize, problems=problems)


def _is_folder(source: object) -> bool:
    from pathlib import Path

    return isinstance(source, str | Path) and Path(source).is_dir()


def _named_samples(facts: DatasetFacts) -> exp.Select:
    """The samples of a dataset with their file names, or ids in their place."""
    own = exp.Coalesce(this=sql.column("file_name"), expressions=[sql.varchar(sql.column("sample_id"))])
    return exp.select(sql.column("sample_id"), named(own, "file_name")).from_(
        sql.table(SAMPLES, facts.name, facts.catalog)
    )


def _left_out(engine: Engine, vectors: VectorFile, samples: exp.Query, facts: DatasetFacts) -> tuple[Problem, ...]:
    """A notice about rows of which the dataset has no sample; an error where these are all."""
    (query,) = vectors.queries.values()
    known = exp.select(sql.column("file_name")).from_(sql.subquery(samples.copy(), "samples"))
    there = exp.In(this=sql.column("file_name"), query=exp.Subquery(this=known))
    name = sql.column("file_name")
    rows = exp.select(name, named(there, "known")).from_(sql.subquery(query.copy(), "vectors"))
    lost = exp.Not(this=exp.Coalesce(this=sql.column("known"), expressions=[exp.false()]))
    counted = exp.select(sql.count(), sql.count(lost)).from_(sql.subquery(rows, "rows"))
    total, number = engine.rows(counted)[0]
    if not number:
        return ()
    few = exp.select(name.copy()).from_(sql.subquery(rows.copy(), "rows")).where(lost.copy())
    names = [repr(row[0]) for row in engine.rows(few.order_by(sql.ascending(name.copy())).limit(NAMED))]
    if number == total:
        theirs = exp.select(sql.column("file_name")).from_(sql.subquery(samples.copy(), "samples"))
        examples = [repr(row[0]) for row in engine.rows(theirs.order_by(sql.ascending(name.copy())).limit(NAMED))]
        raise IngestError(
            f"none of the {total:,} rows belongs to a sample of dataset {facts.name!r}, such as "
            f"{first_few(names, number)}",
            hint=f"the file names have to be those of the samples, such as {first_few(examples, 0)}; "
            "--id names a column with the sample ids",
        )
    message = f"{rows_of(number)} left out, as the dataset has no such samples: {first_few(names, number)}"
    return (Problem(where="file_name", message=message, severity="notice"),)
