"""The processes that measure images, each one at the far end of a pair of pipes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self

from sqlsel.sources.images.forked import CAN_FORK, Forked
from sqlsel.sources.images.readings import READY, Reading, from_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

# Images come and go by the megabyte: without the first two, glibc hands the memory back to the system after each and
# asks for it again, which takes about as long as decoding. One thread for numpy, as every processor has a process.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = 256 << 20, 32 << 20
_ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": str(_TRIM_THRESHOLD),
    "MALLOC_MMAP_THRESHOLD_": str(_MMAP_THRESHOLD),
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class Processes:
    """A number of processes, started as the context is entered and ended as it is left.

    Where the system does not let this Python start another one, the images are read in the calling thread.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._idle: SimpleQueue[_Process | None] = SimpleQueue()
        self._running: set[_Process] = set()
        self._stopped = False

    def __enter__(self) -> Self:
        for _ in range(self._count):
            self._idle.put(self._start(forked if CAN_FORK and _alone() else spawned))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the processes, whatever they are doing."""
        self._stopped = True
        running = list(self._running)
        # their memory is given back at the same time, not of one after the other
        for process in running:
            process.kill()
        for process in running:
            process.end()
        self._running.clear()

    def read(self, paths: Sequence[str]) -> list[Reading]:
        """The readings of the files. Waits for a process that is idle; any number of threads may call.

        A file whose decoder takes its process down is told like one that cannot be decoded; the others are read again
        by a new process.
        """
        process = self._idle.get()
        crashed = False
        try:
            readings = process.ask(paths) if process else None
            if process and readings is None:
                crashed = process.was_ready
                process = self._replaced(process)
        finally:
            self._idle.put(process)
        if readings is not None or self._stopped:
            return readings or []
        if not crashed:
            return read_here(paths)
        if len(paths) == 1:
            return [Reading(None, "cannot be decoded (it crashed the decoder)", usable=False)]
        return [reading for path in paths for reading in self.read([path])]

    def _replaced(self, process: _Process) -> _Process | None:
        """A new process for one that ended; none for one that never came up."""
        self._running.discard(process)
        process.end()
        return self._start(spawned) if process.was_ready and not self._stopped else None

    def _start(self, start: Callable[[], Forked | subprocess.Popen[bytes]]) -> _Process | None:
        try:
            process = _Process(start())
        except (OSError, TypeError, ValueError):
            return None
        self._running.add(process)
        return process


def read_here(paths: Sequence[str]) -> list[Reading]:
    """The readings of the files, taken by the calling thread."""
    from sqlsel.sources.images.one import read_image

    return [read_image(path) for path in paths]


def _alone() -> bool:
    """Whether a copy of this process can be made: what other threads hold locked stays locked in it for good."""
    return threading.current_thread() is threading.main_thread()


def forked() -> Forked:
    """A copy of this process, for when it starts: later its other threads are busy."""
    return Forked(keeping=_MMAP_THRESHOLD, trimming=_TRIM_THRESHOLD)


def spawned() -> subprocess.Popen[bytes]:
    """A new process, which takes a tenth of a second to come up."""
    # what this process can import and nothing else: with -P the current folder is not searched on its own
    modules = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "sqlsel.sources.images.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": modules},
    )


class _Process:
    """One process; it answers one question at a time."""

    def __init__(self, far: Forked | subprocess.Popen[bytes]) -> None:
        self.was_ready = False
        self._far = far

    def ask(self, paths: Sequence[str]) -> list[Reading] | None:
        """The readings of the files; None if the process ended instead of answering, or never came up."""
        assert self._far.stdin is not None
        assert self._far.stdout is not None
        try:
            self._far.stdin.write(json.dumps(paths).encode() + b"\n")
            self._far.stdin.flush()
            self.was_ready = self.was_ready or self._far.stdout.readline() == READY
            answer = self._far.stdout.readline() if self.was_ready else b""
        except (OSError, ValueError):
            return None
        return from_line(answer) if answer.endswith(b"\n") else None

    def kill(self) -> None:
        """End the process at once."""
        self._far.kill()

    def end(self) -> None:
        """End the process at once and take back what it held."""
        self.kill()
        for pipe in (self._far.stdin, self._far.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        self._far.wait()
