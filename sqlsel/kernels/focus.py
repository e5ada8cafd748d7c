"""Rows whose distances stay exact while centres are added: those that a pick is chosen from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.distances import half_squared

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows, Singles
    from sqlsel.kernels.workspace import Workspace


class Focus:
    """Some rows of a matrix, in ascending order.

    Attributes:
        rows: The rows.
        halves: Exact half squared distance of each to its nearest centre; inf before the first.
    """

    def __init__(self, rows: Rows, halves: Doubles, matrix: Singles, work: Workspace) -> None:
        self.rows = rows
        self.halves = halves
        self._matrix = matrix
        self._vectors = work.take(rows)
        self._floors: Doubles = work.lifts[rows] - work.slacks(rows)
        self._last = -1, -1

    def place(self, row: int) -> int | None:
        """Where a row stands among them; None where it does not."""
        if row == self._last[0]:
            return self._last[1]
        place = int(self.rows.searchsorted(row))
        if place < len(self.rows) and self.rows[place] == row:
            self._last = row, place
            return place
        return None

    def follow(self, centre: int, vector: Singles, reach: float) -> None:
        """Meet a new centre: in double only the rows that single precision cannot tell to be farther from it.

        Args:
            centre: Its row.
            vector: Its vector, shifted.
            reach: Its lift, less its slack.
        """
        floors = self._floors - self._vectors @ vector
        floors += reach
        near = floors < self.halves
        place = self.place(centre)
        if place is not None:
            self.halves[place] = 0.0
            near[place] = False
        nearer = near.nonzero()[0]
        if len(nearer):
            halves = half_squared(self._matrix.take(self.rows[nearer], axis=0), self._matrix[centre])
            self.halves[nearer] = np.minimum(self.halves[nearer], halves)
