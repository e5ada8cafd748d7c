"""Finding and opening the image of a sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.datasets.imagery import find_image
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels from the top left of the upright image."""


class UnreadableError(Exception):
    """An image that cannot be looked at; the message goes behind its name."""


def check_pillow() -> None:
    """Raise UsageError if Pillow is not installed."""
    from sqlsel.sources.images import can_measure

    if not can_measure():
        raise UsageError("looking at images needs pillow, which is not installed", hint="pip install 'sqlsel[embed]'")


def open_picture(folders: Sequence[Path], file_name: str, at_least: int | None = None) -> Image.Image:
    """An image as 8-bit RGB, upright: turned as its EXIF orientation says.

    Args:
        folders: Where to look, in this order; a file name that is a whole path needs none.
        file_name: Relative to the folder, with forward slashes.
        at_least: Sides that are enough; a JPEG is decoded in half, a quarter or an eighth of its size then.

    Raises:
        UnreadableError: If there is no such file, or it cannot be decoded.
    """
    from PIL import Image

    from sqlsel.sources.images.decoding import eight_bit, turn_upright, why_not

    path = _path(folders, file_name)
    try:
        with Image.open(path) as image:
            if at_least is not None:
                image.draft("RGB", (at_least, at_least))
            turn_upright(image)
            return eight_bit(image)
    except Exception as failure:
        raise UnreadableError(why_not(failure)) from failure


def cut(image: Image.Image, box: Box) -> Image.Image:
    """The part of an image in a box.

    Raises:
        UnreadableError: If less than a pixel of the box lies in the image.
    """
    left, top, width, height = box
    right, bottom = min(left + width, image.width), min(top + height, image.height)
    edges = round(max(left, 0)), round(max(top, 0)), round(right), round(bottom)
    if edges[2] <= edges[0] or edges[3] <= edges[1]:
        raise UnreadableError(f"has no pixels in the box {[round(number, 2) for number in box]}")
    return image.crop(edges)


def _path(folders: Sequence[Path], file_name: str) -> Path:
    found = find_image(folders, file_name)
    if found is None and not folders and not Path(file_name).is_absolute():
        raise UnreadableError("is no whole path, and the folder of the images is not known")
    if found is None:
        raise UnreadableError(f"is not in {' or '.join(str(folder) for folder in folders) or Path(file_name).parent}")
    return found
