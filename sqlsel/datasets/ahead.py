"""Vectors of a dataset, read by a thread while the rest of a process's first selection gets ready.

Imports, checks and the plan keep one core busy about as long as an engine needs to read a million vectors, which it
does without Python. Nothing here imports what it is meant to run beside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.arrow import to_numpy, vectors_of

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.engines.base import Engine

ROW = "rowid"
"""What an engine that keeps rows in order calls the number of a row, which no other row of the table has."""
BYTES_BESIDE = 8 << 20
"""What the statements need that run meanwhile; the cap ends where a selection opens a session of its own."""
ROWS_AT_ONCE = 1 << 13
"""For each batch the thread has to wait until the one that imports gives way; larger ones take new memory each time."""
LEAST_ROWS = 100_000
"""With fewer vectors there is nothing to gain."""


class VectorsAhead:
    """The samples' own vectors of a dataset that has one embedding, in the order they are stored."""

    def __init__(self, engine: Engine, dataset: str) -> None:
        """Start to read on a session of its own."""
        self._source: tuple[str, int] | None = None
        self._known = Event()
        self._dataset = dataset
        self._session = engine.cursor(beside=True)
        self._matrix: npt.NDArray[np.float32] | None = None
        self._read = 0
        self._over = False
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def source(self) -> tuple[str, int] | None:
        """The table that is read, and how many rows it has; None where there is nothing to read ahead."""
        self._known.wait()
        return self._source

    def take(self) -> npt.NDArray[np.float32] | None:
        """The matrix, whose row i is row i of the table, waiting for the last; None where it was not read so."""
        self._thread.join()
        matrix, self._matrix = self._matrix, None
        return matrix if matrix is not None and self._read == len(matrix) else None

    def stop(self) -> None:
        """Read no further; a second time does nothing."""
        if self._over:
            return
        self._over = True
        self._session.interrupt()
        self._thread.join()
        self._matrix = None
        self._session.close()

    def _run(self) -> None:
        # whoever needs the vectors reads them once more, and meets there what went wrong here
        with suppress(Exception, KeyboardInterrupt):
            self._fill()
        self._known.set()

    def _fill(self) -> None:
        own = sql.every([sql.column("dataset").eq(sql.text(self._dataset)), sql.absent(sql.column("task"))])
        known = exp.select(sql.column("table_name"), sql.column("width"))
        found = self._session.rows(known.from_(sql.table("embeddings", "sqlsel", self._session.catalog)).where(own))
        if len(found) != 1:
            return
        name, width = found[0]
        table = sql.table(name, self._dataset, self._session.catalog)
        count = self._session.rows(exp.select(sql.count()).from_(table.copy()))[0][0]
        if count < LEAST_ROWS or self._over or not self._fits(count, width):
            return
        self._source = name, count
        self._known.set()
        self._matrix = np.empty((count, width), dtype=np.float32)
        vectors = exp.select(sql.column(ROW), sql.column("embedding")).from_(table)
        # rows that are only read need no row group of their own in memory, and memory that is used again costs nothing
        with self._session.bounded_memory(0, beside=BYTES_BESIDE):
            for batch in self._session.batches(vectors, ROWS_AT_ONCE):
                if self._over or not self._add(batch, self._matrix):
                    return

    def _fits(self, count: int, width: int) -> bool:
        room = self._session.room()
        return room is None or room.needed(4 * count * width, count) <= room.memory

    def _add(self, batch: pa.RecordBatch, matrix: npt.NDArray[np.float32]) -> bool:
        """Add the next rows, unless others were deleted before them."""
        end = self._read + batch.num_rows
        if (to_numpy(batch.column(0), np.int64) != np.arange(self._read, end)).any():
            return False
        matrix[self._read : end] = vectors_of(batch.column(1), matrix.shape[1])
        self._read = end
        return True


def worth_reading_ahead(config: object) -> bool:
    """Whether a config, not checked yet, looks as if it needed the vectors of all samples and nothing else."""
    text = json.dumps(config, default=str) if isinstance(config, Mapping) else str(config)
    if not text.lstrip().startswith("{"):
        try:
            text = Path(text).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return False
    return '"EMBEDDINGS"' in text and text.count('"strategy"') == 1


def read_ahead(engine: Engine, dataset: str, config: object, narrowed: tuple[Any, ...]) -> VectorsAhead | None:
    """Start to read where that is worth it: all samples may be chosen, and the config looks at their vectors."""
    if not engine.rows_in_order or any(each is not None for each in narrowed) or not worth_reading_ahead(config):
        return None
    return VectorsAhead(engine, dataset)
