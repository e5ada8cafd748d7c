"""A selection from any table, without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.database import connect
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlsel.plan.model import Missing
    from sqlsel.selecting import ConfigSource
    from sqlsel.selection import Selection

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
    import numpy as np

    if DATASET in (queries or {}):
        raise UsageError(f"queries may not be called {DATASET!r}", hint="that is the table itself; take another name")
    # stays open as long as the selection does, which may be asked for its full summary
    db = connect(":memory:")
    try:
        db.ingest(
            table,
            dataset=DATASET,
            id=id,
            file_name=file_name,
            embedding=embedding,
            normalize=normalize,
            predictions=predictions,
            scores=scores,
            classes=classes,
            images=images,
        )
        for name, source in (queries or {}).items():
            column = None if isinstance(source, np.ndarray) else embedding
            db.ingest(_as_table(source), dataset=name, normalize=normalize, embedding=column)
        return db.select(config, dataset=DATASET, preselected=preselected, seed=seed, missing=missing, where=where)
    except BaseException:
        db.close()
        raise


def _as_table(source: object) -> object:
    """Arrays as a table with their rows as vectors; everything else as it is."""
    import numpy as np
    import pyarrow as pa

    if not isinstance(source, np.ndarray):
        return source
    vectors = np.ascontiguousarray(np.atleast_2d(source), dtype=np.float32)
    return pa.table({"embedding": pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])})
