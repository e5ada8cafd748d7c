"""A selection from any table, without a database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlsel.duplicates.finding import near_duplicates as among
from sqlsel.duplicates.methods import DISTANCE
from sqlsel.engines.interrupts import interruptible
from sqlsel.errors import UsageError
from sqlsel.selecting import Asked
from sqlsel.selecting import select as select_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Missing
    from sqlsel.selecting import ConfigSource
    from sqlsel.selection import Selection
    from sqlsel.sources.options import ReadOptions

DATASET = "data"
"""The name that the table goes by in messages, and that no query may have."""


def select(
    table: object,
    config: ConfigSource,
    *,
    id: str | None = None,  # noqa: A002 - the name of the contract
    file_name: str | None = None,
    embedding: str | Mapping[str, str] | None = None,
    normalize: bool = True,
    predictions: Mapping[str, str] | None = None,
    scores: Mapping[tuple[str, str], str] | None = None,
    classes: Mapping[str, Sequence[str]] | None = None,
    images: str | Path | None = None,
    queries: Mapping[str, object] | None = None,
    preselected: Sequence[Any] | None = None,
    seed: int | None = 0,
    missing: Missing = "omit",
    where: str | None = None,
) -> Selection:
    """Choose rows of a table, a frame or a file; nothing is written.

    Args:
        table: An Arrow table or reader, a pandas or polars frame, a DuckDB relation, or the path of a file or folder.
        config: The declaration: a dict, JSON text, the path of a JSON file, or what ``sqlsel.config`` made.
        id: Column with the ids. Without one the file name is the id, and without that the row number, from 0.
        file_name: Column with the file names.
        embedding: Column with the vectors; or by name of the embedding, the columns of several.
        normalize: Whether vectors are brought to unit length.
        predictions: By task, the column with its predictions.
        scores: By task and score name, the column with the numbers.
        classes: By task, the class names in the order of its probabilities.
        images: The folder that file names are relative to; a notebook shows the first picks then.
        queries: For SIMILARITY, tables or ``(q, d)`` arrays of vectors by the name that ``dataset_id`` gives them.
        preselected: Ids picked before.
        seed: Breaks ties; None breaks them by the lowest id.
        missing: ``omit`` leaves rows out that lack an input, ``error`` refuses to run.
        where: A condition in SQL over the columns that candidates have to meet.

    Raises:
        ConfigError: If the config is wrong, with every problem.
        UsageError: If a named column or a preselected id does not exist.
        IngestError: If values of the table are refused.
        SelectionError: If nothing is left to choose from, or rows lack an input and may not.
    """
    from sqlsel.engines.duckdb import open_database
    from sqlsel.sources.options import ReadOptions, vector_columns

    if DATASET in (queries or {}):
        raise UsageError(f"queries may not be called {DATASET!r}", hint="that is the table itself; take another name")
    options = ReadOptions(
        id=id,
        file_name=file_name,
        **vector_columns(embedding),
        normalize=normalize,
        predictions=dict(predictions or {}),
        scores=dict(scores or {}),
        classes={task: tuple(names) for task, names in (classes or {}).items()},
        images=None if images is None else Path(images),
    )
    # stays open as long as the selection does, which may be asked for its full summary
    engine = open_database(":memory:")
    try:
        hold(engine, DATASET, table, options)
        for name, source in (queries or {}).items():
            hold_queries(engine, name, source, options)
        return select_from(engine, Asked(config, DATASET, preselected, seed, missing, where))
    except BaseException:
        engine.close()
        raise


def near_duplicates(
    table: object,
    distance: float = DISTANCE,
    *,
    id: str | None = None,  # noqa: A002 - the name of the contract
    file_name: str | None = None,
    embedding: str | None = None,
    normalize: bool = True,
    seed: int | None = 0,
    where: str | None = None,
) -> pa.Table:
    """Groups of rows of a table, a frame or a file that are within a distance of each other; exact.

    Args:
        table: An Arrow table or reader, a pandas or polars frame, a DuckDB relation, or the path of a file or folder.
        distance: The most that near-duplicates are apart, Euclidean; 0 finds copies.
        id: Column with the ids. Without one the file name is the id, and without that the row number, from 0.
        file_name: Column with the file names.
        embedding: Column with the vectors.
        normalize: Whether vectors are brought to unit length, so that distances lie between 0 and 2.
        seed: Gives the order in which rows are kept; None takes the lowest id first.
        where: A condition in SQL over the columns.

    Returns:
        ``sample_id``, ``file_name``, ``group_id``, ``group_size``, ``duplicate_of`` (the kept row that it repeats, NULL
        for the kept ones) and ``distance`` to that, of all rows that have another within the distance. The rows left
        when those with a ``duplicate_of`` are dropped are all farther apart than the distance.

    Raises:
        UsageError: If a named column does not exist, or the distance is negative.
        IngestError: If values of the table are refused.
    """
    from sqlsel.engines.duckdb import open_database
    from sqlsel.sources.options import ReadOptions

    engine = open_database(":memory:")
    try:
        options = ReadOptions(id=id, file_name=file_name, embedding=embedding, normalize=normalize)
        hold(engine, DATASET, table, options)
        return among(engine, DATASET, distance, seed=seed, where=where)
    finally:
        engine.close()


def hold(engine: Engine, dataset: str, table: object, options: ReadOptions) -> None:
    """Make a dataset of a table, a frame or a file, for one selection.

    Args:
        engine: A database in memory.
        dataset: Name of the dataset, for messages.
        table: Whatever ``read`` opens.
        options: Which columns hold what.

    Raises:
        UsageError: If there is no such table or column.
        IngestError: If values of the table are refused.
    """
    from sqlsel.datasets.writing import store
    from sqlsel.sources import read

    with interruptible(engine), read(table, engine, options=options) as intake:
        store(engine, dataset, intake)


def hold_queries(engine: Engine, dataset: str, source: object, options: ReadOptions) -> None:
    """Make a dataset of the vectors that others are to be similar to.

    Args:
        engine: A database in memory.
        dataset: Name of the dataset.
        source: A table, a frame or a file, with the columns of the samples' vectors; or a ``(q, d)`` array.
        options: Which columns of the samples hold what.
    """
    import numpy as np

    from sqlsel.sources.options import ReadOptions

    vectors = ReadOptions(normalize=options.normalize)
    if not isinstance(source, np.ndarray):
        vectors = replace(vectors, embedding=options.embedding, embeddings=options.embeddings)
    hold(engine, dataset, _as_table(source), vectors)


def _as_table(source: object) -> object:
    """Arrays as a table with their rows as vectors; everything else as it is."""
    import numpy as np
    import pyarrow as pa

    if not isinstance(source, np.ndarray):
        return source
    vectors = np.ascontiguousarray(np.atleast_2d(source), dtype=np.float32)
    return pa.table({"embedding": pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])})
