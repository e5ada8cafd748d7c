"""How much neighbouring grey values differ: the passes over an image that its sharpness and its noise come from."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.sources.images.sums import column_sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Of the noise mask to 8-bit pixels.
_LARGEST_RESPONSE = 8 * 255
# Rows are worked on in strips of up to about this many pixels, so that the passes over a strip stay near the processor.
_STRIP_PIXELS = 262_144


class _Workspace(threading.local):
    """Vectors for one strip, kept from image to image: fresh memory costs the system as much as a pass over it."""

    def __init__(self) -> None:
        self._grow(_STRIP_PIXELS)

    def of(self, size: int) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.int16], NDArray[np.float32]]:
        """Three vectors of 16-bit numbers and one of floats, of this size; whatever was left in them is still there."""
        if self._wide.size < size:
            self._grow(size)
        first, second, third = self._narrow[:, :size]
        return first, second, third, self._wide[:size]

    def _grow(self, size: int) -> None:
        self._narrow = np.empty((3, size), dtype=np.int16)
        self._wide = np.empty(size, dtype=np.float32)


_workspace = _Workspace()


def derivatives(pixels: NDArray[np.uint8]) -> tuple[float, float]:
    """Mean square of the Laplacian and mean absolute response to the noise mask, over the inner pixels.

    Args:
        pixels: Grey values, ``(height, width)``. Below 3 x 3 there are no inner pixels, and both are 0.
    """
    height, width = pixels.shape
    if height < 3 or width < 3:
        return 0.0, 0.0
    inner = height - 2
    strips = math.ceil(inner * width / _STRIP_PIXELS)
    rows = math.ceil(inner / strips)
    sums = [_strip(pixels[top : top + rows + 2]) for top in range(0, inner, rows)]
    squares, response = (math.fsum(parts) / (inner * (width - 2)) for parts in zip(*sums, strict=True))
    return squares, response


def _strip(pixels: NDArray[np.uint8]) -> tuple[float, float]:
    """Both sums over a few rows: second differences across and down, added for the Laplacian, nested for the mask.

    The rows are laid end to end, so that each pass runs over one contiguous vector; the two results at each seam, which
    mix the ends of neighbouring rows, are set to zero before summing.
    """
    size, width = pixels.size, pixels.shape[1]
    first, second, third, wide = _workspace.of(size + 2)
    first[:size] = pixels.reshape(-1)
    first[size:] = 0
    across = _second_difference(first, 1, third, second)
    # the grey values are not needed after this
    laplacian = _second_difference(first, width, third, first)[1:-1]
    laplacian += across[width:-width]
    squares = _sum_of_squares(_inner(laplacian, width), wide)
    noise = _second_difference(across, width, third, first)
    np.abs(noise, out=noise)
    response = column_sums(_inner(noise, width).view(np.uint16), _LARGEST_RESPONSE)
    return squares, float(response.sum())


def _second_difference(
    flat: NDArray[np.int16], step: int, between: NDArray[np.int16], into: NDArray[np.int16]
) -> NDArray[np.int16]:
    """``flat[i] - 2 flat[i + step] + flat[i + 2 step]``; ``into`` may be ``flat``."""
    once = np.subtract(flat[step:], flat[:-step], out=between[: flat.size - step])
    return np.subtract(once[step:], once[:-step], out=into[: once.size - step])


def _inner(flat: NDArray[np.int16], width: int) -> NDArray[np.int16]:
    rows = flat.reshape(-1, width)
    rows[:, -2:] = 0
    return rows


def _sum_of_squares(rows: NDArray[np.int16], wide: NDArray[np.float32]) -> float:
    floats = wide[: rows.size].reshape(rows.shape)
    floats[:] = rows
    # row by row: over all at once, the number of BLAS threads would change the last bits
    return float(np.vecdot(floats, floats).sum(dtype=np.float64))
