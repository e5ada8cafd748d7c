"""Handwritten digits of scikit-learn, in three parts that share no image, and what their strokes are like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Images = npt.NDArray[np.float64]
    Labels = npt.NDArray[np.int64]

SIDE = 8
"""Rows and columns of a digit, in cells."""

# The images come in the order in which people wrote them, so a classifier of the first ones has to read new hands.
_TRAINING, _POOL = 400, 1400


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """Some of the images.

    Attributes:
        ink: ``(n, 8, 8)`` how dark each cell is, 0..1.
        truth: ``(n,)`` the digit that was written.
        numbers: ``(n,)`` place of each image in scikit-learn's data.
    """

    ink: Images
    truth: Labels
    numbers: Labels

    def __len__(self) -> int:
        """Number of images."""
        return len(self.truth)

    def taken(self, rows: npt.NDArray[np.bool_] | slice) -> Digits:
        """The rows that a mask or a slice names."""
        return Digits(self.ink[rows], self.truth[rows], self.numbers[rows])


@dataclass(frozen=True, slots=True)
class Parts:
    """Images to train on, images to select from, and images for everything else."""

    training: Digits
    pool: Digits
    held_out: Digits


def load_parts() -> Parts:
    """All 1,797 images: 400 to train on, 1,000 to select from, 397 held out."""
    from sklearn.datasets import load_digits

    found = load_digits()
    everything = Digits(found.images / 16, found.target.astype(np.int64), np.arange(len(found.target)))
    return Parts(
        everything.taken(slice(0, _TRAINING)),
        everything.taken(slice(_TRAINING, _POOL)),
        everything.taken(slice(_POOL, None)),
    )


def ink_amount(share: float) -> str:
    """How bold a digit is written, from the share of its cells' ink."""
    if share < 0.275:
        return "light"
    return "normal" if share < 0.335 else "bold"


def slant_direction(degrees: float) -> str:
    """Which way a digit leans."""
    if degrees < -6:
        return "left"
    return "upright" if degrees <= 6 else "right"


def slants(ink: Images) -> npt.NDArray[np.float64]:
    """Lean of each digit in degrees, positive to the right.

    The shear that makes the second moments of the ink upright: atan(-mu11 / mu02).
    """
    rows, columns = np.mgrid[:SIDE, :SIDE]
    weight = ink / ink.sum(axis=(1, 2), keepdims=True)
    down = rows - (weight * rows).sum(axis=(1, 2))[:, None, None]
    across = columns - (weight * columns).sum(axis=(1, 2))[:, None, None]
    mixed = (weight * across * down).sum(axis=(1, 2))
    vertical = (weight * down * down).sum(axis=(1, 2))
    degrees: npt.NDArray[np.float64] = np.degrees(np.arctan2(-mixed, vertical))
    return degrees
