"""The built-in description of an image: its layout, its edges, its colours and its texture, in 863 numbers.

No learning is in it, so it sees what pictures look like and not what they show. Near-duplicates are neighbours; for
meaning use a model.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Numbers = NDArray[np.float32]

SIDE = 64
"""Images come as squares of this many pixels, stretched."""

VERSION = 1
"""Descriptions of different versions do not go together."""

_CELLS = 8
_DIRECTIONS = 8
_LIGHTS, _TINTS = 4, 5
_RING = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
# What each part is multiplied by, so that layout, edges, colours and texture of photographs vary as 1 : 2 : 0.5 : 0.5.
_WEIGHTS = (0.45, 0.49, 0.71, 2.0)

WIDTH = 3 * _CELLS**2 + _DIRECTIONS * _CELLS**2 + _LIGHTS * _TINTS**2 + 59


def describe(images: Pixels) -> Numbers:
    """The descriptions of some images.

    Four parts, each multiplied by a constant and laid end to end:

    layout
        Mean CIE L*, a*, b* (D65) over 100 of the cells of an 8 x 8 grid: 192 numbers.
    edges
        Gradients of L* in each cell by 8 directions without sign, shared between the two nearest ones, divided by their
        length + 2, then square roots: 512 numbers (N. Dalal, B. Triggs, Histograms of oriented gradients, CVPR 2005).
    colours
        Square roots of the shares of 4 x 5 x 5 bins of L*, a*, b*: 100 numbers.
    texture
        Square roots of the shares of the 59 uniform local binary patterns of L* with a margin of 1 (T. Ojala et al.,
        Multiresolution gray-scale and rotation invariant texture classification, TPAMI 24(7), 2002).

    Args:
        images: (n, 64, 64, 3) sRGB pixels.

    Returns:
        (n, 863) float32, the same for an image whatever others it comes with.
    """
    lab = _lab(images)
    parts = (_layout(lab), _edges(lab[..., 0]), _colours(lab), _texture(lab[..., 0]))
    weighted = [np.float32(weight) * part for weight, part in zip(_WEIGHTS, parts, strict=True)]
    return np.concatenate(weighted, axis=1, dtype=np.float32)


def _lab(images: Pixels) -> Numbers:
    """CIE L*a*b* of sRGB pixels (IEC 61966-2-1, ISO/CIE 11664-4)."""
    red, green, blue = (_linear()[images[..., channel]] for channel in range(3))
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / np.float32(0.9505)
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / np.float32(1.089)
    x, y, z = (np.where(v > 216 / 24_389, np.cbrt(v), (24_389 / 27 * v + 16) / 116) for v in (x, y, z))
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


@cache
def _linear() -> Numbers:
    encoded = np.arange(256) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)


def _layout(lab: Numbers) -> Numbers:
    return _by_cell(lab / np.float32(100)).reshape(len(lab), -1)


def _edges(light: Numbers) -> Numbers:
    across, down = np.zeros_like(light), np.zeros_like(light)
    across[:, :, 1:-1] = light[:, :, 2:] - light[:, :, :-2]
    down[:, 1:-1] = light[:, 2:] - light[:, :-2]
    strength = np.hypot(across, down)
    turn = np.arctan2(down, across) % np.pi / np.pi * _DIRECTIONS
    lower = np.floor(turn)
    share = (turn - lower) * strength
    lower = lower.astype(np.int64) % _DIRECTIONS
    found = np.zeros((*light.shape, _DIRECTIONS), dtype=np.float32)
    np.put_along_axis(found, lower[..., None], (strength - share)[..., None], axis=-1)
    np.put_along_axis(found, ((lower + 1) % _DIRECTIONS)[..., None], share[..., None], axis=-1)
    cells = _by_cell(found)
    length = np.sqrt(np.square(cells).sum(axis=-1, keepdims=True))
    directions: Numbers = np.sqrt(cells / (length + np.float32(2))).reshape(len(light), -1)
    return directions


def _by_cell(values: Numbers) -> Numbers:
    size = SIDE // _CELLS
    means: Numbers = values.reshape(len(values), _CELLS, size, _CELLS, size, -1).mean(axis=(2, 4), dtype=np.float32)
    return means


def _colours(lab: Numbers) -> Numbers:
    light = np.clip(lab[..., 0] / 100 * _LIGHTS, 0, _LIGHTS - 1).astype(np.int64)
    tints = np.clip((lab[..., 1:] + 60) / 120 * _TINTS, 0, _TINTS - 1).astype(np.int64)
    return _shares((light * _TINTS + tints[..., 0]) * _TINTS + tints[..., 1], _LIGHTS * _TINTS**2)


def _texture(light: Numbers) -> Numbers:
    centre = light[:, 1:-1, 1:-1]
    inner = SIDE - 2
    code = np.zeros(centre.shape, dtype=np.int64)
    for bit, (down, right) in enumerate(_RING):
        code |= (light[:, down : down + inner, right : right + inner] > centre + 1).astype(np.int64) << bit
    return _shares(_patterns()[code], 59)


@cache
def _patterns() -> NDArray[np.int64]:
    """The number of each of the 58 patterns with at most two changes around the ring; 0 for all others."""
    numbers = np.zeros(256, dtype=np.int64)
    uniform = [code for code in range(256) if ((code ^ (code >> 1 | (code & 1) << 7)).bit_count()) <= 2]
    numbers[uniform] = np.arange(1, len(uniform) + 1)
    return numbers


def _shares(bins: NDArray[np.int64], number: int) -> Numbers:
    """By image, the square root of the share of pixels in each bin."""
    flat = bins.reshape(len(bins), -1)
    counts = np.bincount((flat + number * np.arange(len(flat))[:, None]).ravel(), minlength=number * len(flat))
    return np.sqrt(counts.reshape(-1, number) / flat.shape[1]).astype(np.float32)
