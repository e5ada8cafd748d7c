"""Readings on their way into the database, a batch at a time, so that little is lost when a run is cut off."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from sqlsel.errors import SqlselError
from sqlsel.sources.images.readings import COUNTS, MEASURES

if TYPE_CHECKING:
    from types import TracebackType

    from sqlsel.datasets.readings import KeptReadings
    from sqlsel.sources.images.readings import Reading

IMAGES = 1_000
SECONDS = 10.0


class Keeping:
    """Keeps readings every 1,000 images or ten seconds, and what is left as the context is left, however that is.

    Args:
        kept: Where they are kept.
    """

    def __init__(self, kept: KeptReadings) -> None:
        self._kept = kept
        self._waiting: list[tuple[Any, ...]] = []
        self._since = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if kind is None:
            self._keep()
            return
        with suppress(SqlselError, KeyboardInterrupt):
            self._keep()

    def add(self, name: str, reading: Reading) -> None:
        """Take one more; images that cannot be decoded are looked at again by the next run, so they are not kept."""
        if reading.usable and reading.stamp is not None:
            values = reading.values or {}
            stamp = reading.stamp
            row = (name, stamp.size, stamp.modified, stamp.content, *(values.get(measure) for measure in MEASURES))
            self._waiting.append(row)
        if len(self._waiting) >= IMAGES or time.monotonic() - self._since > SECONDS:
            self._keep()

    def _keep(self) -> None:
        import pyarrow as pa

        waiting, self._waiting, self._since = self._waiting, [], time.monotonic()
        if not waiting:
            return
        kinds: dict[str, pa.DataType] = {"file_name": pa.string(), "size": pa.int64(), "modified": pa.int64()}
        kinds |= {"content": pa.string()}
        kinds |= {name: pa.int64() if name in COUNTS else pa.float64() for name in MEASURES}
        columns = zip(*waiting, strict=True)
        arrays = [pa.array(column, type=kind) for column, kind in zip(columns, kinds.values(), strict=True)]
        self._kept.keep(pa.table(arrays, names=list(kinds)))
