"""Numbers measured on one image: brightness, contrast, noise, sharpness, size."""

from __future__ import annotations

import io
import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sqlsel.sources.images.decoding import eight_bit, is_sideways
from sqlsel.sources.images.derivatives import derivatives
from sqlsel.sources.images.pixels import rows_of
from sqlsel.sources.images.sums import column_sums

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Number = int | float

# 8-bit pixels carry at least the noise of their rounding: a uniform error of width 1.
_ROUNDING_NOISE = 1 / math.sqrt(12)


def measure(path: Path) -> dict[str, Number]:
    """The measures of one image file, under Lightly's names.

    Grey values are ITU-R 601 luma, 0..255 (``Image.convert("L")``). 16-bit images are brought to 8 bits, transparency
    is dropped, animations count with their first frame.

    ``width``, ``height``
        Pixels of the image as it is shown: upright, as its EXIF orientation says. All else is measured as it is stored.
    ``sizeInBytes``
        Bytes of the file.
    ``meanRed``, ``meanGreen``, ``meanBlue``
        Mean of the channel over 255; 0..1.
    ``luminance``
        Mean CIE lightness L* of the grey values, each read as an sRGB grey; 0 black to 100 white.
    ``contrast``
        Standard deviation of the grey values over 255 (RMS contrast); 0 for one grey to 0.5 for half black, half white.
    ``sharpness``
        Mean square of the Laplacian (up + down + left + right - 4 x centre) of the grey values over the inner pixels,
        which is its variance, as its mean is next to 0. 0 for one grey or fewer than 3 x 3 pixels, often below 100 for
        blurred photographs, at most about 10**6
        (J. L. Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000).
    ``snr``
        Mean grey value over the standard deviation of the noise, which is sqrt(pi / 2) / 6 times the mean absolute
        response to the mask [1 -2 1; -2 4 -2; 1 -2 1] and at least 1 / sqrt(12), the rounding noise of 8 bits.
        0 to 884.
        Fine texture counts as noise (J. Immerkaer, Fast noise variance estimation, CVIU 64(2), 1996).
    ``uniformRowRatio``
        Share of the pixel rows that have one grey value from end to end; 0..1. Bars and broken downloads raise it.

    The same file gives the same numbers in every process of a machine.

    Args:
        path: The file; it is read once.

    Raises:
        OSError: If the file cannot be read or decoded. Decoders raise other exceptions too on damaged files.
        PIL.Image.DecompressionBombError: If it has more pixels than Pillow is willing to decode.
    """
    return measure_content(path.read_bytes())


def measure_content(data: bytes) -> dict[str, Number]:
    """The measures of the bytes of one image file, as ``measure`` describes them."""
    with Image.open(io.BytesIO(data)) as image:
        rgb = eight_bit(image)
        sideways = is_sideways(image)
    grey = rgb.convert("L")
    pixels = rows_of(grey)
    histogram = np.array(grey.histogram(), dtype=np.int64)
    total, squares = (int(sums) for sums in histogram @ _powers())
    red, green, blue = (float(sums) / (255 * pixels.size) for sums in _channel_sums(rgb))
    sharpness, response = derivatives(pixels)
    return {
        "width": pixels.shape[0 if sideways else 1],
        "height": pixels.shape[1 if sideways else 0],
        "sizeInBytes": len(data),
        "meanRed": red,
        "meanGreen": green,
        "meanBlue": blue,
        "luminance": float(histogram @ _lightness()) / pixels.size,
        "contrast": math.sqrt(pixels.size * squares - total**2) / (255 * pixels.size),
        "sharpness": sharpness,
        "snr": total / pixels.size / max(math.sqrt(math.pi / 2) / 6 * response, _ROUNDING_NOISE),
        "uniformRowRatio": _uniform_rows(pixels) / pixels.shape[0],
    }


@cache
def _powers() -> NDArray[np.int64]:
    """The 256 greys and their squares, a row a grey."""
    greys = np.arange(256, dtype=np.int64)
    return np.stack([greys, greys**2], axis=1)


@cache
def _lightness() -> NDArray[np.float64]:
    """CIE L* of the 256 sRGB greys (IEC 61966-2-1, ISO/CIE 11664-4)."""
    encoded = np.arange(256) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return np.where(linear > 216 / 24_389, 116 * np.cbrt(linear) - 16, linear * 24_389 / 27)


def _channel_sums(image: Image.Image) -> NDArray[np.int64]:
    """Sums of the three channels."""
    rows = rows_of(image)
    channels: NDArray[np.int64] = column_sums(rows, 255).reshape(image.width, -1).sum(axis=0)[:3]
    return channels


def _uniform_rows(pixels: NDArray[np.uint8]) -> int:
    """Number of rows of one value; a look at three columns rules most rows out."""
    first = pixels[:, 0]
    likely = pixels[(first == pixels[:, -1]) & (first == pixels[:, pixels.shape[1] // 2])]
    return int((likely == likely[:, :1]).all(axis=1).sum())
