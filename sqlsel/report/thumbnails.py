"""The images of a page, as many as there is room for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlsel.vision.pictures import UnreadableError, cut, open_picture
from sqlsel.vision.thumbnails import thumbnail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlsel.selection.outcome import Progress
    from sqlsel.showing.pictures import Thumbnail

SMALL, LARGE = 96, 224
"""Sides in pixels: at the pointer, and in the gallery."""
MOST_BYTES = 4_500_000
"""The most that all images of a page may take in it."""
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


def read_thumbnails(
    folders: Sequence[Path], wanted: Sequence[Wanted], room: int, progress: Progress
) -> dict[str, Thumbnail]:
    """Small images by key; those that cannot be read, and those there is no room for, are not there.

    Where none of the first 128 can be read, the images are not here, and no more are looked for.

    Args:
        folders: Where the images are.
        wanted: The images, the most important first.
        room: The most bytes that they may take in the page.
        progress: Told how many are done.
    """
    found: dict[str, Thumbnail] = {}
    with ThreadPoolExecutor(_THREADS) as threads:
        for begin in range(0, len(wanted), _CHUNK):
            progress("thumbnails", begin, len(wanted))
            part = wanted[begin : begin + _CHUNK]
            for each, made in zip(part, threads.map(lambda one: _thumbnail(folders, one), part), strict=True):
                if made is not None and len(made.uri) <= room:
                    found[each.key] = made
                    room -= len(made.uri)
            if not found and begin >= _CHUNK:
                break
    return found


def _thumbnail(folders: Sequence[Path], wanted: Wanted) -> Thumbnail | None:
    try:
        image = open_picture(folders, wanted.file_name, wanted.side if wanted.box is None else None)
        return thumbnail(image if wanted.box is None else cut(image, wanted.box), wanted.side)
    except UnreadableError:
        return None
