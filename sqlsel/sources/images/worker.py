"""A process that measures images: lines of JSON with paths come in, lines of JSON with readings go out.

Started as ``python -m sqlsel.sources.images.worker``, or a copy of the process that asks. Unlike a multiprocessing pool
it never imports the user's script again, so scripts need no main guard, and notebooks and threads do no harm.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

from sqlsel.sources.images.one import read_image
from sqlsel.sources.images.readings import READY, to_line
from sqlsel.sources.images.silence import silently

if TYPE_CHECKING:
    from typing import BinaryIO


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer each line of paths with a line of readings, until the input ends."""
    # Ctrl-C reaches the whole process group; the process that started us ends us by closing our input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _say(answers, READY)
    with silently():
        for line in questions:
            _say(answers, to_line([read_image(path) for path in json.loads(line)]))


def _say(answers: BinaryIO, line: bytes) -> None:
    answers.write(line)
    answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
