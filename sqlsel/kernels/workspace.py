"""Vectors as matrix products take them: moved near the origin and scaled where that keeps single precision useful."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.threads import each

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

ROUNDOFF = 2.0**-24
BLOCK_NUMBERS = 1 << 20
SAMPLED = 512


class Workspace:
    """A matrix seen through a shift and a power-of-two scale, without a copy of it.

    A lift is the half squared norm, raised by more than all rounding: ``lift_a + lift_b - a·b`` is never less than the
    half squared distance, and more by at most ``slack_a + slack_b``. All three are in units of the stored vectors.

    Attributes:
        lifts: ``(N,)`` float32.
    """

    def __init__(self, matrix: Singles) -> None:
        self._matrix = matrix
        self._share: float = (2 * int(matrix.shape[1]) + 96) * ROUNDOFF
        self._shift = _middle(matrix)
        self.lifts: Singles = self._half_norms(matrix) * np.float32(1.0 + self._share)

    def take(self, rows: Rows) -> Singles:
        """The vectors of some rows, shifted."""
        vectors = self._matrix.take(rows, axis=0)
        return vectors if self._shift is None else np.subtract(vectors, self._shift, out=vectors)

    def part(self, part: slice) -> Singles:
        """The vectors of a run of rows, shifted."""
        return self._matrix[part] if self._shift is None else self._matrix[part] - self._shift

    def vector(self, row: int) -> Singles:
        """The vector of one row, shifted."""
        vector: Singles = self._matrix[row] if self._shift is None else self._matrix[row] - self._shift
        return vector

    def slack(self, row: int) -> float:
        """How far above the truth a row's lift may carry a bound."""
        return 2.0 * self._share * float(self.lifts[row])

    def slacks(self, rows: Rows) -> Doubles:
        """:meth:`slack` of some rows."""
        return self.slack_of(self.lifts[rows])

    def others(self, vectors: Singles) -> tuple[Singles, Singles]:
        """Vectors that are not rows of the matrix, shifted, and their lifts."""
        shifted = vectors if self._shift is None else vectors - self._shift
        return shifted, self._half_norms(vectors) * np.float32(1.0 + self._share)

    def slack_of(self, lifts: Singles) -> Doubles:
        """How far above the truth such lifts may carry a bound."""
        slacks: Doubles = 2.0 * self._share * lifts.astype(np.float64)
        return slacks

    def _half_norms(self, matrix: Singles) -> Singles:
        count, width = matrix.shape
        halves = np.empty(count, dtype=np.float32)
        block = max(BLOCK_NUMBERS // max(width, 1), 1)

        def measure(begin: int) -> None:
            part = matrix[begin : begin + block]
            if self._shift is not None:
                part = part - self._shift
            halves[begin : begin + block] = np.einsum("ij,ij->i", part, part)

        each(measure, range(0, count, block), cost=count * width)
        halves *= np.float32(0.5)
        return halves


def _middle(matrix: Singles) -> Singles | None:
    """Mean vector of a sample of the rows where the rows lie far from the origin for their spread; else None."""
    sample = matrix[:: max(len(matrix) // SAMPLED, 1)].astype(np.float64)
    if not len(sample):
        return None
    mean = sample.mean(axis=0)
    far = float(mean @ mean) > 0.9 * float(np.einsum("ij,ij->", sample, sample)) / len(sample)
    return mean.astype(np.float32) if far else None
