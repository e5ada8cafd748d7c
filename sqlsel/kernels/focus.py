"""Rows whose distances stay exact while centres are added: those that a pick is chosen from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.distances import half_squared_pairs

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
        self._work = work
        self._vectors = work.take(rows)
        self._floors: Doubles = work.lifts[rows] - work.slacks(rows)

    def place(self, row: int) -> int | None:
        """Where a row stands among them; None where it does not."""
        place = int(self.rows.searchsorted(row))
        return place if place < len(self.rows) and self.rows[place] == row else None

    def follow(self, centre: int, vector: Singles) -> None:
        """Meet a new centre: in double only the rows that single precision cannot tell to be farther from it."""
        reach = float(self._work.lifts[centre]) - self._work.slack(centre)
        near = self._floors - self._vectors @ vector < self.halves - reach
        place = self.place(centre)
        if place is not None:
            self.halves[place] = 0.0
            near[place] = False
        nearer = near.nonzero()[0]
        if len(nearer):
            halves = half_squared_pairs(self._matrix, self.rows[nearer], np.full(len(nearer), centre))
            self.halves[nearer] = np.minimum(self.halves[nearer], halves)
