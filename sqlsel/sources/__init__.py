"""Readers: each makes an intake of one kind of source, for the dataset writer to store."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.sources.options import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.datasets.intake import Intake
    from sqlsel.engines.base import Engine

__all__ = ["ReadOptions", "read"]


@contextmanager
def read(source: object, engine: Engine, *, options: ReadOptions | None = None) -> Iterator[Intake]:
    """Open a source and say what is in it. The rows are read when the intake is stored, while the context lasts.

    Args:
        source: A folder (Lightly datasource or images), a file or a glob of files (parquet, csv, json, jsonl, npy), an
            Arrow table or reader, a pandas or polars frame, a relation of the engine, or the name of a table or view.
        engine: The session that the intake's queries run on.
        options: Which columns hold what.

    Raises:
        UsageError: If there is no such file or table, or no reader for it, or an option names no column.
        IngestError: If the source is empty or broken.
    """
    options = options or ReadOptions()
    if isinstance(source, str | Path) and Path(source).is_dir():
        from sqlsel.sources.lightly import read_folder

        with read_folder(Path(source), engine, options) as intake:
            yield intake
        return
    from sqlsel.sources.tables import read_table

    with read_table(source, engine, options) as intake:
        yield intake
