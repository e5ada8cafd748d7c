"""DIVERSITY: every pick far from its nearest neighbour in the selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.distances import half_squared_blocks
from sqlsel.kernels.protocol import EMPTY_VALUE, KernelInputError

if TYPE_CHECKING:
    from sqlsel.kernels.outcome import StopReason
    from sqlsel.kernels.protocol import Bools, Doubles, Play, Rows, Singles


@dataclass(frozen=True, slots=True, eq=False)
class Diversity:
    """Value of a selection: over its members, the sum of half the squared distance to the nearest other member.

    Attributes:
        name: Name for messages.
        matrix: ``(N, d)`` float32.
        strength: Exponent of the value.
        minimum_distance: Candidates nearer than this (Euclidean, strictly) to a member are out for good.
        present: ``(N,)`` False for a preselected row that lacks the vector; None where all have one.
    """

    name: str
    matrix: Singles
    strength: float = 1.0
    minimum_distance: float | None = None
    present: Bools | None = None

    def start(self, play: Play) -> RunningDiversity:
        """Check the vectors and let the preselected join.

        Raises:
            KernelInputError: Wrong shape, vectors that are not finite, or a candidate without one.
        """
        check_matrix(self.name, self.matrix, self.present, play)
        return RunningDiversity(self, play)


class RunningDiversity:
    """Distances to the selection of one run."""

    notices: tuple[str, ...] = ()

    def __init__(self, declared: Diversity, play: Play) -> None:
        self._matrix = declared.matrix
        self._minimum = declared.minimum_distance
        self._nearest = np.full(play.n_rows, np.inf)
        self._members: list[int] = []
        self._between: Doubles = np.empty(0)
        present = np.ones(play.n_rows, dtype=np.bool_) if declared.present is None else declared.present
        for row in np.flatnonzero(play.preselected & present):
            self.take(int(row))

    def keys(self) -> Doubles | None:
        """No fixed number decides."""
        return None

    def values(self, rows: Rows) -> Doubles:
        """Sum of the selection and the row's own half squared distance to it."""
        if not self._members:
            return np.full(len(rows), EMPTY_VALUE)
        return self._sum() + self._nearest[rows]

    def admits(self, rows: Rows) -> Bools:
        """Rows at the minimum distance or farther."""
        if self._minimum is None or not self._members:
            return np.ones(len(rows), dtype=np.bool_)
        return np.sqrt(2.0 * self._nearest[rows]) >= self._minimum

    def state(self) -> float:
        """Sum over the members; NaN while there are fewer than two."""
        return self._sum() if len(self._members) > 1 else np.nan

    def take(self, row: int) -> float:
        """Let a row join; the term is its Euclidean distance to the nearest earlier member, NaN without one."""
        own = float(self._nearest[row])
        to_row = half_squared_blocks(self._matrix, self._matrix[row])
        np.minimum(self._nearest, to_row, out=self._nearest)
        between = np.minimum(self._between, to_row[self._members])
        self._between = np.append(between, own)
        self._members.append(row)
        return float(np.sqrt(2.0 * own)) if len(self._members) > 1 else np.nan

    def reached(self) -> bool:
        """Never: there is no sum to reach."""
        return False

    def bound_reason(self) -> StopReason | None:
        """The minimum distance is the hard bound."""
        return None if self._minimum is None else "minimum_distance"

    def gain_alone(self, term: float) -> float:
        """The distance."""
        return term

    def _sum(self) -> float:
        if len(self._members) < 2:
            return 0.0
        # the first member had no neighbour when it joined, but has one since the second did
        return float(self._between.sum())


def check_matrix(name: str, matrix: Singles, present: Bools | None, play: Play) -> None:
    """Raise unless every candidate has a finite float32 vector."""
    if matrix.ndim != 2 or len(matrix) != play.n_rows:
        raise KernelInputError(f"{name}: vectors of shape {matrix.shape} for {play.n_rows} rows")
    if matrix.dtype != np.float32:
        raise KernelInputError(f"{name}: vectors must be float32, not {matrix.dtype}")
    if present is not None and not present[play.candidates].all():
        raise KernelInputError(f"{name}: a candidate has no vector")
    check_finite(name, matrix, present)


def check_finite(name: str, matrix: Singles, present: Bools | None = None) -> None:
    """Raise where a vector that counts holds NaN or an infinite number."""
    block = max((1 << 22) // max(matrix.shape[1], 1), 1)
    for begin in range(0, len(matrix), block):
        # a sum of finite float32 cannot overflow double, so one number a row tells
        sums = matrix[begin : begin + block].sum(axis=1, dtype=np.float64)
        broken = ~np.isfinite(sums)
        if present is not None:
            broken &= present[begin : begin + block]
        if broken.any():
            row = begin + int(np.argmax(broken))
            raise KernelInputError(f"{name}: the vector of row {row} holds NaN or infinite numbers")
