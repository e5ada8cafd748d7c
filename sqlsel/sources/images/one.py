"""Measuring one file, whatever is in it."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image

from sqlsel.sources.images.decoding import TOO_LARGE, why_not
from sqlsel.sources.images.measures import measure
from sqlsel.sources.images.readings import Reading


def read_image(path: str) -> Reading:
    """The measures of one image file, or why there are none. Raises nothing but what ends the process."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Reading(measure(Path(path)))
    except Image.DecompressionBombError:
        return Reading(None, f"{TOO_LARGE}, so it was not measured")
    except Exception as failure:  # noqa: BLE001 - decoders raise anything on damaged bytes
        return Reading(None, why_not(failure), usable=False)
