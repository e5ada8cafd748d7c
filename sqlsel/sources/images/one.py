"""Measuring one file, whatever is in it."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from sqlsel.sources.images.measures import measure
from sqlsel.sources.images.readings import Reading


def read_image(path: str) -> Reading:
    """The measures of one image file, or why there are none. Raises nothing but what ends the process."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Reading(measure(Path(path)))
    except Image.DecompressionBombError:
        return Reading(None, "has more pixels than Pillow decodes by default, so it was not measured")
    except UnidentifiedImageError:
        return Reading(None, "is not an image that Pillow can read", usable=False)
    except OSError as failure:
        return Reading(None, _sentence(failure.strerror or str(failure)), usable=False)
    except Exception as failure:  # noqa: BLE001 - decoders raise anything on damaged bytes
        return Reading(None, _sentence(str(failure) or type(failure).__name__), usable=False)


def _sentence(reason: str) -> str:
    return f"cannot be decoded ({' '.join(reason.split())})"
