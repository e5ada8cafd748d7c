"""Work done ahead by threads, whose outcomes come in order."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from sqlsel.sources.images.silence import silently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

_AHEAD = 8


def work_ahead(work: Callable[[Item], Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
    """What becomes of each item, in the order of the items. A few are under way at a time; warnings are off meanwhile.

    Args:
        work: Called once for each item, in one of as many threads as there are processors.
        items: Taken as they are needed.
    """
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    waiting = iter(items)
    under_way: deque[Future[Outcome]] = deque()
    with silently(), ThreadPoolExecutor(threads, thread_name_prefix="sqlsel-pictures") as pool:
        try:
            while True:
                missing = _AHEAD * threads - len(under_way)
                under_way.extend(pool.submit(work, item) for item in islice(waiting, missing))
                if not under_way:
                    return
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
