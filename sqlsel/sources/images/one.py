"""Measuring one file, whatever is in it. Call it in ``silently()``: decoders warn of what the reading tells."""

from __future__ import annotations

import hashlib
import os

from PIL import Image

from sqlsel.sources.images.decoding import TOO_LARGE, why_not
from sqlsel.sources.images.measures import measure_content
from sqlsel.sources.images.readings import Reading, Stamp


def read_image(path: str) -> Reading:
    """The measures of one image file, or why there are none. Raises nothing but what ends the process."""
    stamp = None
    try:
        data, stamp = _content(path)
        return Reading(measure_content(data), stamp=stamp)
    except Image.DecompressionBombError:
        return Reading(None, f"{TOO_LARGE}, so it was not measured", stamp=stamp)
    except Exception as failure:  # noqa: BLE001 - decoders raise anything on damaged bytes
        return Reading(None, why_not(failure), usable=False, stamp=stamp)


def _content(path: str) -> tuple[bytes, Stamp]:
    """The bytes of a file and its stamp; the time is asked before, so that a later change shows."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - half the time of Path.open
        facts = os.fstat(file.fileno())
        data = file.readall()
    return data, Stamp(len(data), facts.st_mtime_ns, hashlib.blake2b(data, digest_size=16).hexdigest())
