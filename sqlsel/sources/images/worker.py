"""A process that measures images: lines of JSON with paths come in, lines of JSON with readings go out.

Started as ``python -m sqlsel.sources.images.worker``. Unlike a multiprocessing pool it never imports the user's script
again, so scripts need no main guard, and notebooks and threads of the engine do no harm.
"""

from __future__ import annotations

import json
import signal
import sys

from sqlsel.sources.images.one import read_image
from sqlsel.sources.images.readings import READY, to_line
from sqlsel.sources.images.silence import silently


def serve() -> None:
    """Answer each line of paths with a line of readings, until the input ends."""
    # Ctrl-C reaches the whole process group; the process that started us ends us by closing our input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _say(READY)
    with silently():
        for line in sys.stdin.buffer:
            _say(to_line([read_image(path) for path in json.loads(line)]))


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve()
