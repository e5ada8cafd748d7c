"""Rows in blocks on one machine, whose vectors lie in a temporary file and come into memory a block at a time.

So do their numbers of classes, where there are several.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.selection.scattered.part import Part

    Numbers = npt.NDArray[Any]
    Read = Callable[[Iterable[pa.RecordBatch]], Part]
    Work = Callable[[Any, Any], tuple[Any, Any]]


class Blocks:
    """The pieces of ``sqlsel.engines.base.Pieces``, one after the other in this process.

    Everything but the vectors and numbers of classes stays in memory. Use it in a ``with`` statement: the file has no
    name, and goes with it or with the process, however that ends.

    Attributes:
        count: Number of blocks.
        stored: Bytes of the file.
    """

    def __init__(self, batches: Iterable[pa.RecordBatch], read: Read, *, rows: int, folder: Path) -> None:
        """Read everything, and store what is large.

        Args:
            batches: The rows, in any order.
            read: Makes a part of some of them.
            rows: How many rows make a block.
            folder: Where the file goes.

        Raises:
            OSError: If it cannot be written.
        """
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed with this object
        self.stored = 0
        self._begins: list[int] = []
        self._parts: list[Part] = []
        try:
            for group in _grouped(batches, rows):
                self._add(read(group))
        except BaseException:
            self._file.close()
            raise
        self._kept: list[Any] = [None] * len(self._parts)
        self.count = len(self._parts)

    def step(self, work: Work) -> list[Any]:
        """Run a function on every block, one after the other."""
        answers = []
        for number in range(self.count):
            self._kept[number], answer = work(self._block(number), self._kept[number])
            answers.append(answer)
        return answers

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _add(self, part: Part) -> None:
        self._begins.append(self.stored)
        self._parts.append(_with(part, self._put))

    def _put(self, rows: Numbers) -> Numbers:
        """Write an array; what is left of it is its shape."""
        _write(self._file, rows)
        self.stored += rows.nbytes
        return np.broadcast_to(rows.dtype.type(0), rows.shape)

    def _get(self, shape: Numbers) -> Numbers:
        """The next array of the file, by what is left of it."""
        rows = np.empty(shape.shape, dtype=shape.dtype)
        _read(self._file, rows)
        return rows

    def _block(self, number: int) -> Part:
        self._file.seek(self._begins[number])
        self._expect(number + 1)
        return _with(self._parts[number], self._get)

    def _expect(self, number: int) -> None:
        """Let the system read the next block while this one is worked on."""
        if hasattr(os, "posix_fadvise") and number < self.count:
            begin = self._begins[number]
            end = self._begins[number + 1] if number + 1 < self.count else self.stored
            os.posix_fadvise(self._file.fileno(), begin, end - begin, os.POSIX_FADV_WILLNEED)


def _with(part: Part, change: Callable[[Numbers], Numbers]) -> Part:
    """The part with other vectors and class numbers, in the same order each time."""
    return replace(
        part,
        amounts={name: each.having(change(each.rows)) for name, each in part.amounts.items()},
        vectors={name: replace(each, rows=change(each.rows)) for name, each in part.vectors.items()},
        objects={name: each.having(change(each.values)) for name, each in part.objects.items()},
    )


def _grouped(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[list[pa.RecordBatch]]:
    """The rows of all batches, so many at a time."""
    group: list[pa.RecordBatch] = []
    missing = rows
    for batch in batches:
        begin = 0
        while begin < batch.num_rows:
            group.append(batch.slice(begin, missing))
            begin += group[-1].num_rows
            missing -= group[-1].num_rows
            if not missing:
                yield group
                group, missing = [], rows
    if group:
        yield group


def _write(file: IO[bytes], rows: Numbers) -> None:
    left = memoryview(rows.data).cast("B") if rows.size else memoryview(b"")
    while len(left):
        left = left[file.write(left) :]


def _read(file: Any, rows: Numbers) -> None:  # noqa: ANN401 - no type of typing has readinto
    left = memoryview(rows.data).cast("B") if rows.size else memoryview(b"")
    while len(left):
        read = file.readinto(left)
        if not read:
            raise OSError("a temporary file ends too early")
        left = left[read:]
