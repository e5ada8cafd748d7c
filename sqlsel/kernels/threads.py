"""Threads of our own over blocks of rows, while each matrix product keeps to one of them.

Most products of a run are too small for numpy's BLAS to split with profit, and where another process wants a core its
threads wait for each other. Blocks of rows are large, and a thread that is held up takes fewer of them. Every block
writes rows of its own, so that the outcome does not depend on who takes it.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cache
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Item = TypeVar("Item")

WORTH_A_THREAD = 1 << 22
"""Numbers touched or multiplied below which waking a thread costs more than it saves."""


class _Share:
    """The context that all runs of this process share, as BLAS has one setting for all of them.

    Attributes:
        threads: How many take part in the work, the one that asks included.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs = 0
        self._limits: Any = None
        self._helpers = 0
        self._asked: SimpleQueue[_Team[Any] | None] = SimpleQueue()
        self.threads = 1

    def enter(self) -> None:
        with self._lock:
            self._runs += 1
            if self._runs == 1:
                self.threads = max((library.num_threads for library in _blas().lib_controllers), default=1)
                self._limits = _blas().limit(limits=1)

    def leave(self) -> None:
        with self._lock:
            self._runs -= 1
            if not self._runs:
                self.threads = 1
                self._limits.restore_original_limits()
                for _ in range(self._helpers):
                    self._asked.put(None)
                self._helpers, self._asked = 0, SimpleQueue()

    def ask(self, team: _Team[Any], helpers: int) -> None:
        """Wake some threads for a team; they live until the last run ends, as starting one takes as long as a block."""
        with self._lock:
            while self._helpers < min(helpers, self.threads - 1):
                threading.Thread(target=_help, args=(self._asked,), daemon=True).start()
                self._helpers += 1
            for _ in range(helpers):
                self._asked.put(team)


def _help(asked: SimpleQueue[_Team[Any] | None]) -> None:
    while (team := asked.get()) is not None:
        team.help()


_share = _Share()


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController().select(user_api="blas")


@contextmanager
def own_threads() -> Iterator[None]:
    """Let :func:`each` use as many threads as numpy's BLAS is set to use, and hold BLAS to one, while this lasts."""
    _share.enter()
    try:
        yield
    finally:
        _share.leave()


def each(work: Callable[[Item], None], items: Sequence[Item], cost: int) -> None:
    """Do some work for every item, on the threads of :func:`own_threads` where it costs enough; in order on one.

    Args:
        work: Called once for each item. Works for different items must not touch the same memory.
        items: Blocks of work.
        cost: Numbers touched or multiplied over all items.
    """
    threads = min(_share.threads, len(items), cost // WORTH_A_THREAD)
    if threads < 2:
        for item in items:
            work(item)
        return
    _Team(work, items).run(threads)


class _Team(Generic[Item]):
    """Threads that take the next item until there is none left or one of them failed."""

    def __init__(self, work: Callable[[Item], None], items: Sequence[Item]) -> None:
        self._work = work
        self._items = iter(items)
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._over = False
        self._helping = 0
        self._helped = threading.Semaphore(0)

    def run(self, threads: int) -> None:
        _share.ask(self, threads - 1)
        try:
            self._take_turns()
            with self._lock:
                # who has not come by now finds nothing to do
                self._over = True
                helping = self._helping
            for _ in range(helping):
                self._helped.acquire()
        finally:
            # an interrupt while waiting ends the others too, each after its item
            self._over = True
        if self._failure is not None:
            raise self._failure

    def help(self) -> None:
        with self._lock:
            if self._over:
                return
            self._helping += 1
        self._take_turns()
        self._helped.release()

    def _take_turns(self) -> None:
        try:
            for item in self._next():
                self._work(item)
        except BaseException as failure:  # noqa: BLE001 it is raised by the thread that asked for the work
            self._failure = failure
            self._over = True

    def _next(self) -> Iterator[Item]:
        while not self._over:
            with self._lock:
                try:
                    item = next(self._items)
                except StopIteration:
                    return
            yield item
