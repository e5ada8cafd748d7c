"""Readers: each makes an intake of one kind of source, for the dataset writer to store."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from sqlsel.errors import UsageError
from sqlsel.sources.options import NOT_VIEWED, VIEWED, OnError, ReadOptions

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
        source: A folder (Lightly datasource, images, labels), a file of labels (COCO, YOLO), a file or a glob of files
            (parquet, csv, json, jsonl, npy), an Arrow table or reader, a pandas or polars frame, a relation of the
            engine, or the name of a table or view.
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
    if options.on_error not in get_args(OnError):
        raise UsageError(f"on_error is 'fail' or 'skip', not {options.on_error!r}", hint="choose one of the two")
    if options.images is not None and not options.images.is_dir():
        raise UsageError(f"{options.images}: there is no such folder of images", hint="correct images")
    path = Path(source) if isinstance(source, str | Path) else None
    if path is not None and (path.is_dir() or path.is_file()):
        from sqlsel.sources.labels import open_labels
        from sqlsel.sources.lightly import read_folder

        labels, told = open_labels(path, options)
        if not options.copy and (labels is not None or path.is_dir()):
            raise UsageError(f"{source}: {NOT_VIEWED}", hint=VIEWED)
        if labels is not None or path.is_dir():
            return read_folder(path, engine, options, labels, told)
    elif given := [name for name in ("task", "annotations", "split") if getattr(options, name) is not None]:
        raise UsageError(f"{given[0]} is for labels of COCO, YOLO or Pascal VOC", hint=f"leave {given[0]} out")
    from sqlsel.sources.tables import read_table

    return read_table(source, engine, options)
