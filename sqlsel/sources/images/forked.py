"""A copy of this process that measures images. It is there at once, where a new process spends its time on imports.

Other threads of this process are not in the copy, and what they had locked when it was made stays locked in it. It does
no harm here: the copy runs Pillow, numpy, json and hashlib on files, all imported before; of the locks of these, those
of memory are the system's and those of Python are Python's to set free in a copy, and both do. It never gets to the
database, whose threads it lacks, and ends without running anything that was left for the end of this process. The data
loaders of machine-learning libraries do the same.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from typing import BinaryIO

# elsewhere the system's own libraries do not stand being copied, or there is no copying at all
CAN_FORK = sys.platform == "linux"

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


class Forked:
    """The copy, with the pipes to and from it; the names are those of ``subprocess.Popen``.

    Args:
        keeping: Blocks of memory up to this size are kept for the next image, in bytes.
        trimming: So much memory in all is kept.
    """

    stdin: BinaryIO
    stdout: BinaryIO

    def __init__(self, *, keeping: int, trimming: int) -> None:
        import_what_it_needs()
        questions, asking = os.pipe()
        answering, answers = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(asking)
            os.close(answering)
            _measure(questions, answers, keeping, trimming)
        os.close(questions)
        os.close(answers)
        self.stdin, self.stdout = os.fdopen(asking, "wb"), os.fdopen(answering, "rb")

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        """Wait for its end."""
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


def import_what_it_needs() -> None:
    """Import all that a copy runs, so that it waits for no lock of the importer or the loader."""
    from PIL import Image, TiffImagePlugin, WebPImagePlugin

    from sqlsel.sources.images import worker

    Image.preinit()
    assert worker and TiffImagePlugin and WebPImagePlugin


def _measure(questions: int, answers: int, keeping: int, trimming: int) -> NoReturn:
    """What the copy does, from its beginning to its end."""
    try:
        # a sweep over what this process holds would copy its memory page by page
        gc.freeze()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        _keep_memory(keeping, trimming)
        from sqlsel.sources.images.worker import serve

        serve(os.fdopen(questions, "rb"), os.fdopen(answers, "wb"))
    finally:
        os._exit(0)


def _keep_memory(keeping: int, trimming: int) -> None:
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_THRESHOLD, keeping)
        library.mallopt(_M_TRIM_THRESHOLD, trimming)
