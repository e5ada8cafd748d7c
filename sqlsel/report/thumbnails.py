"""Small images for the page, as data that stands in it."""

from __future__ import annotations

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from sqlsel.vision.pictures import UnreadableError, cut, open_picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PIL import Image

    from sqlsel.selection.outcome import Progress

SMALL, LARGE = 96, 224
"""Sides in pixels: at the pointer, and in the gallery."""
MOST_BYTES = 4_500_000
"""The most that all images of a page may take in it."""
_QUALITY = 70
_CHUNK = 64
_THREADS = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """An image to be shown.

    Attributes:
        key: What it is shown for.
        file_name: Of the image, below the folder of the dataset.
        box: The part of it that is meant; None for all.
        side: The longest side, in pixels.
    """

    key: str
    file_name: str
    box: tuple[float, float, float, float] | None
    side: int


def thumbnails(folders: Sequence[Path], wanted: Sequence[Wanted], progress: Progress) -> dict[str, str]:
    """Images as data URLs, by key; those that cannot be read, and those there is no room for, are not there.

    Args:
        folders: Where the images are.
        wanted: The images, the most important first.
        progress: Told how many are done.
    """
    found: dict[str, str] = {}
    room = MOST_BYTES
    with ThreadPoolExecutor(_THREADS) as threads:
        for begin in range(0, len(wanted), _CHUNK):
            progress("thumbnails", begin, len(wanted))
            part = wanted[begin : begin + _CHUNK]
            for each, data in zip(part, threads.map(lambda one: _thumbnail(folders, one), part), strict=True):
                if data is not None and len(data) <= room:
                    found[each.key] = data
                    room -= len(data)
            if not found and begin >= _CHUNK:
                # none of the first could be read: the images are not here
                break
    return found


def can_show_images() -> bool:
    """Whether Pillow is installed."""
    from sqlsel.sources.images import can_measure

    return can_measure()


def _thumbnail(folders: Sequence[Path], wanted: Wanted) -> str | None:
    try:
        image = open_picture(folders, wanted.file_name, wanted.side if wanted.box is None else None)
        if wanted.box is not None:
            image = cut(image, wanted.box)
    except UnreadableError:
        return None
    return f"data:image/webp;base64,{b64encode(_encoded(image, wanted.side)).decode()}"


def _encoded(image: Image.Image, side: int) -> bytes:
    image.thumbnail((side, side))
    out = BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()
