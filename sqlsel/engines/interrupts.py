"""Ctrl-C while an engine works: the statement ends, and KeyboardInterrupt reaches the caller."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from sqlsel.engines.base import Engine


@contextmanager
def interruptible(engine: Engine) -> Iterator[None]:
    """While the context lasts, Ctrl-C ends the engine's statements at once.

    Without it a sort or a CREATE TABLE AS goes on until it is done. Outside the main thread, or where the program has a
    handler of its own, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread() or (
        signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        engine.interrupt()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
