"""Progress bars: on stderr, and only where that is a terminal."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlsel.cli.telling import is_quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    from sqlsel.database import Database
    from sqlsel.selection.outcome import Progress

    Share = Callable[[], float | None]

_TICK = 0.25
_COUNTED = "{desc}: {percentage:3.0f}% |{bar}| {count} {speed} {remaining} left"
_NARROW = "{desc}: {percentage:3.0f}% {speed} {remaining} left"
_UNCOUNTED = "{desc}: {elapsed}"
_WIDE = 60


@contextmanager
def progress_bars(db: Database | None = None) -> Iterator[Progress | None]:
    """A callback that draws a bar for each stage while the context lasts: how far, how fast, how long it still takes.

    None where nobody would see it: where stderr is no terminal, and with --quiet.

    Args:
        db: The database that works; where one statement is a whole stage, the engine is asked how far it is.
    """
    if is_quiet() or not sys.stderr.isatty():
        yield None
        return
    bars = _Bars(db.engine.share_done if db is not None else lambda: None)
    try:
        yield bars
    finally:
        bars.close()


class _Bars:
    """The bar of the stage that runs, kept moving by a thread of its own."""

    def __init__(self, share: Share) -> None:
        self._share = share
        self._stage: str | None = None
        self._bar: Any = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        with self._lock:
            if stage != self._stage:
                self._begin(stage, total)
            if total is not None and self._bar.total != total:
                self._bar.total, self._bar.bar_format = total, _shape(total)
                self._bar.refresh()
            self._bar.update(max(done - self._bar.n, 0))
        if not self._ticker.is_alive() and not self._over.is_set():
            self._ticker.start()

    def close(self) -> None:
        """Wipe the last bar away."""
        self._over.set()
        if self._ticker.is_alive():
            self._ticker.join()
        if self._bar is not None:
            self._bar.close()

    def _begin(self, stage: str, total: int | None) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = _bar_class()(
            total=total, desc=stage, bar_format=_shape(total), file=sys.stderr, leave=False, dynamic_ncols=True
        )
        self._stage = stage

    def _tick(self) -> None:
        while not self._over.wait(_TICK):
            share = self._share()
            with self._lock:
                if self._bar.total and share is not None:
                    self._bar.n = max(self._bar.n, int(self._bar.total * share))
                self._bar.refresh()


@cache
def _bar_class() -> type[Any]:
    """Tqdm's bar with whole numbers for the count and the speed."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[type-arg]
        # the thread that moves the bars is enough
        monitor_interval = 0

        @property
        def format_dict(self) -> MutableMapping[str, Any]:
            found = super().format_dict
            done, total, rate = found["n"], found["total"], found["rate"]
            if not rate and found["elapsed"]:
                rate = (done - found["initial"]) / found["elapsed"]
            speed = "" if not rate else f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s"
            found.update(count=f"{done:,}/{total or 0:,}", speed=speed)
            return found

    return Bar


def _shape(total: int | None) -> str:
    from sqlsel.cli.printing import terminal_width

    if not total:
        return _UNCOUNTED
    return _COUNTED if terminal_width() >= _WIDE else _NARROW
