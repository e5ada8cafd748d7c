"""Principal axes: fewer numbers for the same differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]

# As much evidence as this many images stands for a mean of zero, and this share of the variance for all directions:
# the axes are complete, and no vector is zero, with one image or with images that are all the same.
_IMAGES_OF_PRIOR = 10
_SHARE_OF_PRIOR = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A centre and orthonormal axes.

    Attributes:
        centre: (D,) float64.
        axes: (d, D) float64, the one with the largest variance first.
        images: How many images they were fitted to.
    """

    centre: Doubles
    axes: Doubles
    images: int

    def apply(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, D) descriptions as (n, d) float32."""
        return ((rows - self.centre) @ self.axes.T).astype(np.float32)


def fit(blocks: Callable[[], Iterable[NDArray[np.float32]]], width: int) -> Projection:
    """The principal axes of descriptions (PCA), all of them counted.

    Deterministic: blocks are added up in their order in double precision, and each axis points to where its largest
    number is positive. Cost: two passes, n D**2 multiplications. Memory: a block and a D x D matrix.

    Args:
        blocks: Gives the (n, D) descriptions in blocks, the same each time it is called; at least one row.
        width: Number of axes, at most D.
    """
    count, total = 0, np.zeros(1)
    for block in blocks():
        count += len(block)
        total = total + block.sum(axis=0, dtype=np.float64)
    centre = total / (count + _IMAGES_OF_PRIOR)
    moments = np.zeros((len(centre), len(centre)))
    for block in blocks():
        away = block - centre
        moments += away.T @ away
    moments /= count
    size = len(centre)
    # all different, so that directions without variance have an order
    prior = np.linspace(1, 0.5, size) * (np.trace(moments) / size + np.finfo(np.float64).tiny)
    _, vectors = np.linalg.eigh(moments + _SHARE_OF_PRIOR * np.diag(prior))
    axes = np.ascontiguousarray(vectors[:, ::-1][:, :width].T)
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return Projection(centre, axes * np.sign(largest), count)
