"""DIVERSITY of objects: a row is worth what its objects add on average."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.distances import half_squared_blocks
from sqlsel.kernels.objects import reduce_rows, spread
from sqlsel.kernels.protocol import EMPTY_VALUE, KernelInputError

if TYPE_CHECKING:
    from sqlsel.kernels.objects import Objects
    from sqlsel.kernels.outcome import StopReason
    from sqlsel.kernels.protocol import Bools, Doubles, Play, Rows


@dataclass(frozen=True, slots=True, eq=False)
class ObjectDiversity:
    """Value of a selection: over all its objects, the sum of half the squared distance to the nearest other object.

    A candidate adds the mean over its own objects, measured before it joins; then all of them join. A row without
    objects has value FLOOR, and no minimum distance keeps it out.

    Attributes:
        name: Name for messages.
        objects: The objects of all rows.
        strength: Exponent of the value.
        minimum_distance: Candidates whose objects' root mean square distance is less than this are out for good.
    """

    name: str
    objects: Objects
    strength: float = 1.0
    minimum_distance: float | None = None

    def start(self, play: Play) -> RunningObjectDiversity:
        """Let the objects of the preselected join.

        Raises:
            KernelInputError: The objects are those of another number of rows.
        """
        if self.objects.n_rows != play.n_rows:
            raise KernelInputError(f"{self.name}: objects of {self.objects.n_rows} rows, not {play.n_rows}")
        return RunningObjectDiversity(self, play)


class RunningObjectDiversity:
    """Distances of objects to the selection of one run."""

    notices: tuple[str, ...] = ()

    def __init__(self, declared: ObjectDiversity, play: Play) -> None:
        self._objects = declared.objects
        self._minimum = declared.minimum_distance
        self._nearest = np.full(len(self._objects.matrix), np.inf)
        self._members: list[int] = []
        self._between: Doubles = np.empty(0)
        for row in np.flatnonzero(play.preselected):
            self.take(int(row))

    def keys(self) -> Doubles | None:
        """No fixed number decides."""
        return None

    def values(self, rows: Rows) -> Doubles:
        """Sum of the selection and the mean over the row's objects; 0 for rows without objects."""
        own = self._own(rows)
        value = self._sum() + own if self._members else np.full(len(rows), EMPTY_VALUE)
        return np.where(np.isnan(own), 0.0, value)

    def admits(self, rows: Rows) -> Bools:
        """Rows whose objects' root mean square distance is the minimum or more."""
        if self._minimum is None or not self._members:
            return np.ones(len(rows), dtype=np.bool_)
        return ~(np.sqrt(2.0 * self._own(rows)) < self._minimum)

    def state(self) -> float:
        """Sum over the objects of the selection; NaN while there are fewer than two."""
        return self._sum() if len(self._members) > 1 else np.nan

    def take(self, row: int) -> float:
        """Let a row's objects join; the term is their root mean square distance to earlier ones, NaN without any."""
        own = float(self._own(np.array([row]))[0])
        term = float(np.sqrt(2.0 * own)) if self._members else np.nan
        for number in range(int(self._objects.offsets[row]), int(self._objects.offsets[row + 1])):
            self._join(number)
        return term

    def reached(self) -> bool:
        """Never: there is no sum to reach."""
        return False

    def bound_reason(self) -> StopReason | None:
        """The minimum distance is the hard bound."""
        return None if self._minimum is None else "minimum_distance"

    def gain_alone(self, term: float) -> float:
        """The root mean square distance."""
        return term

    def _join(self, number: int) -> None:
        matrix = self._objects.matrix
        to_number = half_squared_blocks(matrix, matrix[number])
        self._between = np.append(np.minimum(self._between, to_number[self._members]), self._nearest[number])
        np.minimum(self._nearest, to_number, out=self._nearest)
        self._members.append(number)

    def _own(self, rows: Rows) -> Doubles:
        objects, starts = spread(self._objects.offsets, rows)
        return reduce_rows(self._nearest[objects], starts, how="mean")

    def _sum(self) -> float:
        return float(self._between.sum()) if len(self._members) > 1 else 0.0
