"""Adding an embedding to a dataset that exists, beside those it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.intake import Intake
from sqlsel.datasets.staging import fresh_name
from sqlsel.datasets.writing import store
from sqlsel.facts import DEFAULT_EMBEDDING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from sqlsel.datasets.writing import Progress, StoreReport
    from sqlsel.engines.base import Engine
    from sqlsel.errors import Problem


def add_embedding(
    engine: Engine,
    dataset: str,
    name: str,
    vectors: pa.Table | pa.RecordBatchReader,
    *,
    normalize: bool = True,
    progress: Progress | None = None,
) -> StoreReport:
    """Store vectors under a name of their own; those that the samples have under that name are replaced.

    In one transaction: when anything fails, the database is as it was. Other embeddings of the dataset stay as they
    are. Vectors of samples that the dataset lacks are left out with a notice.

    Args:
        engine: The session, not in a transaction.
        dataset: An existing dataset.
        name: Name of the embedding, such as that of the model; ``default`` for the one that needs no name.
        vectors: ``sample_id`` in the dataset's own type and ``embedding``, lists or arrays of numbers of one length;
            where it is NULL, the sample has no vector. A reader is read in bounded memory.
        normalize: Whether vectors are brought to unit length.
        progress: Told of the stages.

    Raises:
        UsageError: If there is no such dataset, or an embedding cannot be called so.
        IngestError: If vectors cannot be used, or are not as wide as those of that name; it says which and why.
    """
    DatasetCatalog(engine).check_dataset(dataset)
    table = fresh_name("vectors")
    query = exp.select(sql.column("sample_id"), sql.column("embedding")).from_(sql.table(table))
    return store(engine, dataset, named_vectors(name, query, bound={table: vectors}, normalize=normalize), progress)


def named_vectors(
    name: str,
    query: exp.Query,
    *,
    normalize: bool,
    bound: Mapping[str, object] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Intake:
    """The intake of a source that has nothing but vectors of samples; the arguments are those of ``Intake``."""
    if name == DEFAULT_EMBEDDING:
        return Intake(embedding=query, bound=bound or {}, problems=problems, normalize=normalize)
    return Intake(embeddings={name: query}, bound=bound or {}, problems=problems, normalize=normalize)
