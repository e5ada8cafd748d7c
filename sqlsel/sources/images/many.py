"""Measuring many images: in this process while they are few, in processes of their own beyond that."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING

from sqlsel.sources.images.processes import Processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from sqlsel.sources.images.readings import Reading

# Below this, starting processes takes longer than measuring.
FEW = 96
_CHUNK = 16


def measure_images(root: Path, names: Iterable[str], *, workers: int | None = None) -> Iterator[tuple[str, Reading]]:
    """The reading of each image, in the order of the names.

    Names are taken as they are needed, so memory does not grow with their number. Pillow must be installed.

    Args:
        root: The folder that the names are relative to.
        names: File names with forward slashes.
        workers: Number of processes; None for one per processor that this process may use, 0 for none at all. Up to 96
            images are measured in this process.
    """
    waiting = iter(names)
    first = list(islice(waiting, FEW + 1))
    workers = _processors() if workers is None else workers
    if len(first) <= FEW or workers == 0:
        from sqlsel.sources.images.one import read_image

        for name in _chain(first, waiting):
            yield name, read_image(str(root / name))
        return
    yield from _in_processes(root, _chain(first, waiting), workers)


def _in_processes(root: Path, names: Iterable[str], workers: int) -> Iterator[tuple[str, Reading]]:
    """Chunks go out to the processes, one thread each, and come back in order; few are under way at a time."""
    names = iter(names)
    with ExitStack() as stack:
        processes = stack.enter_context(Processes(workers))
        threads = stack.enter_context(ThreadPoolExecutor(workers, thread_name_prefix="sqlsel-images"))
        stack.callback(processes.stop)
        under_way: deque[tuple[list[str], Future[list[Reading]]]] = deque()
        while True:
            while len(under_way) < 3 * workers and (chunk := list(islice(names, _CHUNK))):
                under_way.append((chunk, threads.submit(processes.read, [str(root / name) for name in chunk])))
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
