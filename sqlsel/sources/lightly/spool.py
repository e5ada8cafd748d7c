"""Rows on their way into a dataset: written to a temporary parquet file, batch by batch."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa

_ROWS = 8_192
_VALUES = 262_144


@contextmanager
def without_collecting() -> Iterator[None]:
    """Keep Python from looking for cycles among the objects of small documents: there are none, and it takes long."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Spool:
    """A parquet file that rows are added to. Memory: one batch, whatever the number of rows.

    Args:
        path: The file; it is made, with no rows, even if none are added.
        schema: Columns and their types, in the order of the values of a row.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        from pyarrow.parquet import ParquetWriter

        self.path = path
        self.rows = 0
        self._schema = schema
        self._writer = ParquetWriter(path, schema, compression="lz4", use_dictionary=False, write_statistics=False)
        self._batch: list[tuple[Any, ...]] = []
        self._values = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, rows: list[tuple[Any, ...]], values: int = 0) -> None:
        """Add rows that hold this many values in lists."""
        self._batch += rows
        self._values += values
        if len(self._batch) >= _ROWS or self._values >= _VALUES:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._batch:
            return
        columns = zip(*self._batch, strict=True)
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self.rows += len(self._batch)
        self._batch, self._values = [], 0
