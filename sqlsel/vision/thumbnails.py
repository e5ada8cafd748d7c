"""Small pictures of samples, for pages that show some of them."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from sqlsel.showing.pictures import Thumbnail
from sqlsel.sources.images import can_measure
from sqlsel.vision.pictures import UnreadableError, open_picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PIL import Image

_SIDE = 160
_FEW_PIXELS = 64


def thumbnails(folders: Sequence[Path], file_names: Sequence[str]) -> dict[str, Thumbnail]:
    """Pictures of at most 160 pixels a side, by file name, in the order given.

    Names without an image that can be opened are left out, and without Pillow all are.

    Args:
        folders: Where the images lie; a file name that is a whole path needs none.
        file_names: The images.
    """
    if not can_measure():
        return {}
    found: dict[str, Thumbnail] = {}
    for name in dict.fromkeys(file_names):
        try:
            with open_picture(folders, name, at_least=_SIDE) as image:
                found[name] = thumbnail(image)
        except UnreadableError:
            continue
    return found


def thumbnail(image: Image.Image, side: int = _SIDE) -> Thumbnail:
    """A picture of at most so many pixels a side; the image itself is made small for it."""
    small = max(image.size) <= _FEW_PIXELS
    image.thumbnail((side, side))
    kind, options = ("PNG", {}) if small else ("JPEG", {"quality": 80})
    written = io.BytesIO()
    image.save(written, kind, **options)
    encoded = base64.b64encode(written.getvalue()).decode("ascii")
    return Thumbnail(f"data:image/{kind.lower()};base64,{encoded}", small)
