"""Vectors of many images, passed on in portions."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.vision.looking import Failures, Looker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from sqlsel.vision.embedders import Embedder
    from sqlsel.vision.waiting import Waiting

    Progress = Callable[[str, int, int | None], None]

# What is stored at a time: a run that is killed loses no more than this.
ROWS_AT_A_TIME = 8_192
SECONDS_AT_A_TIME = 20.0


@dataclass(slots=True, eq=False)
class Walk:
    """Going through the images, in one or two goes.

    Attributes:
        folders: Where the images are.
        total: How many there are.
        progress: Told how many are done.
        failures: Those that could not be looked at.
    """

    folders: Sequence[Path]
    total: int
    progress: Progress | None
    failures: Failures = field(default_factory=Failures)

    def look(self, embedder: Embedder, waiting: Waiting, sink: Callable[[pa.Table], None], before: int = 0) -> None:
        """Look at what is waiting, and pass it on in portions; the objects of a sample are never in two of them."""
        rows: list[int] = []
        vectors: list[NDArray[np.float32]] = []
        began = time.monotonic()
        looker = Looker(self.folders, embedder, waiting, lambda done: self._tell(before + done), self.failures)
        for batch_rows, batch in looker.vectors():
            if rows and _ripe(rows, began) and _apart(waiting, rows[-1], batch_rows):
                sink(_table(waiting, rows, vectors))
                rows, vectors, began = [], [], time.monotonic()
            rows += batch_rows
            vectors.append(batch)
        if rows:
            sink(_table(waiting, rows, vectors))

    def _tell(self, done: int) -> None:
        if self.progress is not None:
            self.progress("embedding", done, self.total)


def _ripe(rows: list[int], began: float) -> bool:
    return len(rows) >= ROWS_AT_A_TIME or time.monotonic() - began >= SECONDS_AT_A_TIME


def _apart(waiting: Waiting, row: int, rows: list[int]) -> bool:
    """Whether a row is of another sample than the first of the rows."""
    ids = waiting.table.column("sample_id")
    return bool(rows) and bool(ids[row] != ids[rows[0]])


def _table(waiting: Waiting, rows: list[int], vectors: list[NDArray[np.float32]]) -> pa.Table:
    """The keys of rows, and their vectors as ``embedding``."""
    import pyarrow as pa

    matrix = np.concatenate(vectors)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])
    return pa.table({**waiting.keys(rows), "embedding": lists})
