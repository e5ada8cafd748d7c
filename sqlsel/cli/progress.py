"""Progress bars: on stderr, and only where that is a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.selection.outcome import Progress


@contextmanager
def progress_bars() -> Iterator[Progress | None]:
    """A callback that draws a bar for each stage while the context lasts; None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    bars = _Bars()
    try:
        yield bars
    finally:
        bars.close()


class _Bars:
    def __init__(self) -> None:
        self._stage: str | None = None
        self._bar: Any = None

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if stage != self._stage:
            self._begin(stage, total)
        if total is not None and self._bar.total != total:
            self._bar.total = total
        self._bar.update(done - self._bar.n)

    def _begin(self, stage: str, total: int | None) -> None:
        from tqdm import tqdm

        self.close()
        shape = "{desc}: {n_fmt}/{total_fmt} |{bar}| {elapsed}" if total else "{desc} {elapsed}"
        self._bar = tqdm(total=total, desc=stage, bar_format=shape, file=sys.stderr, leave=False, dynamic_ncols=True)
        self._stage = stage

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
