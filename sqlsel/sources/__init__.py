"""Readers: each makes an intake of one kind of source, for the dataset writer to store."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.sources.options import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

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
    with _opened(source, engine, options or ReadOptions()) as intake:
        yield intake


def _opened(source: object, engine: Engine, options: ReadOptions) -> AbstractContextManager[Intake]:
    """The reader for a kind of source."""
    if isinstance(source, str | Path) and Path(source).is_dir():
        from sqlsel.sources.lightly import read_folder

        return read_folder(Path(source), engine, options)
    from sqlsel.sources.tables import read_table

    return read_table(source, engine, options)
