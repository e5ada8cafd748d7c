"""Measuring many images: in threads while they are few, in processes of their own beyond that."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING

from sqlsel.sources.images.forked import CAN_FORK
from sqlsel.sources.images.processes import Processes, read_here
from sqlsel.sources.images.silence import silently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from sqlsel.sources.images.readings import Reading

# Up to so many, starting processes takes longer than threads lose by waiting for each other.
FEW = 32 if CAN_FORK else 1_000
_CHUNK = 8


def measure_images(root: Path, names: Iterable[str], *, workers: int | None = None) -> Iterator[tuple[str, Reading]]:
    """The reading of each image, in the order of the names.

    Names are taken as they are needed, so memory does not grow with their number. Pillow must be installed. Warnings
    are off while readings are taken.

    Args:
        root: The folder that the names are relative to.
        names: File names with forward slashes.
        workers: Number of processes; None for one per processor that this process may use, 0 for none at all. Up to
            ``FEW`` images are measured by as many threads of this process, which take no time to start. An image that
            crashes its decoder takes that process with it; beyond ``FEW`` images it costs only itself.
    """
    waiting = iter(names)
    first = list(islice(waiting, FEW + 1))
    workers = _processors() if workers is None else workers
    with silently():
        if workers == 0:
            for name in _chain(first, waiting):
                yield name, read_here([str(root / name)])[0]
        elif len(first) <= FEW:
            yield from _in_threads(root, iter(first), workers, read_here)
        else:
            yield from _in_processes(root, _chain(first, waiting), workers)


def _in_processes(root: Path, names: Iterator[str], workers: int) -> Iterator[tuple[str, Reading]]:
    """Each thread waits for what a process answers."""
    with Processes(workers) as processes:
        yield from _in_threads(root, names, workers, processes.read, processes.stop)


def _in_threads(
    root: Path,
    names: Iterator[str],
    workers: int,
    read: Callable[[list[str]], list[Reading]],
    stop: Callable[[], None] = lambda: None,
) -> Iterator[tuple[str, Reading]]:
    """Chunks go out to threads and come back in order; few are under way at a time."""
    with ExitStack() as stack:
        threads = ThreadPoolExecutor(workers, thread_name_prefix="sqlsel-images")
        stack.callback(threads.shutdown, cancel_futures=True)
        stack.callback(stop)
        under_way: deque[tuple[list[str], Future[list[Reading]]]] = deque()
        while True:
            while len(under_way) < 3 * workers and (chunk := list(islice(names, _CHUNK))):
                under_way.append((chunk, threads.submit(read, [str(root / name) for name in chunk])))
            if not under_way:
                return
            chunk, answer = under_way.popleft()
            yield from zip(chunk, answer.result(), strict=True)


def _chain(first: list[str], rest: Iterator[str]) -> Iterator[str]:
    yield from first
    yield from rest


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
