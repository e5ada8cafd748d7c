"""From the bytes of an image file to 8-bit pixels, and what is said where that fails."""

from __future__ import annotations

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

TOO_LARGE = "has more pixels than Pillow decodes by default"


def eight_bit(image: Image.Image) -> Image.Image:
    """The image as 8-bit RGB, decoded whole.

    16-bit images are brought to 8 bits, transparency is dropped, and animations count with their first frame.

    Raises:
        OSError: If it cannot be decoded. Decoders raise other exceptions too on damaged files.
        PIL.Image.DecompressionBombError: If it has more pixels than Pillow is willing to decode.
    """
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float64)
        scaled = values / 257 if values.max(initial=0) > 255 else values
        return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8)).convert("RGB")
    image.load()
    return image if image.mode == "RGB" else image.convert("RGB")


def is_sideways(image: Image.Image) -> bool:
    """Whether the EXIF orientation turns the image by a quarter, so that width and height change places."""
    return _orientation(image) in {5, 6, 7, 8}


def turn_upright(image: Image.Image) -> None:
    """Turn the image as its EXIF orientation says, which decodes it; one that makes no sense is passed over.

    Raises:
        OSError: If it cannot be decoded. Decoders raise other exceptions too on damaged files.
    """
    if _orientation(image) in range(2, 9):
        ImageOps.exif_transpose(image, in_place=True)


def _orientation(image: Image.Image) -> object:
    try:
        return image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001 - damaged EXIF data raises anything, and takes nothing from the pixels
        return None


def why_not(failure: Exception) -> str:
    """What a message says behind the name of a file that could not be decoded."""
    if isinstance(failure, Image.DecompressionBombError):
        return TOO_LARGE
    if isinstance(failure, UnidentifiedImageError):
        return "is not an image that Pillow can read"
    if isinstance(failure, OSError):
        return _sentence(failure.strerror or str(failure))
    return _sentence(str(failure) or type(failure).__name__)


def _sentence(reason: str) -> str:
    return f"cannot be decoded ({' '.join(reason.split())})"
