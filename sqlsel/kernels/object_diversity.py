"""DIVERSITY of objects: a row is worth what its objects add on average."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from sqlsel.kernels.between import Between
from sqlsel.kernels.nearest import Nearest
from sqlsel.kernels.objects import reduce_rows, spread
from sqlsel.kernels.protocol import EMPTY_VALUE, KernelInputError, Unbounded, log_part, log_parts, sum_rise

if TYPE_CHECKING:
    from sqlsel.kernels.diversity import Met
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
        met: Where a run goes on, what is known of its objects.
    """

    name: str
    objects: Objects
    strength: float = 1.0
    minimum_distance: float | None = None
    met: Met | None = None

    def start(self, play: Play) -> RunningObjectDiversity:
        """Let the objects of the preselected join.

        Raises:
            KernelInputError: The objects are those of another number of rows.
        """
        if self.objects.n_rows != play.n_rows:
            raise KernelInputError(f"{self.name}: objects of {self.objects.n_rows} rows, not {play.n_rows}")
        return RunningObjectDiversity(self, play)


class RunningObjectDiversity(Unbounded):
    """Distances of objects to the selection of one run."""

    def __init__(self, declared: ObjectDiversity, play: Play) -> None:
        self._strength = declared.strength
        self._minimum = declared.minimum_distance
        self._offsets = declared.objects.offsets
        self.nearest = Nearest(declared.objects.matrix)
        self.between = Between(self.nearest)
        self._starts: Rows = np.zeros(1, dtype=np.int64)
        members = np.flatnonzero(play.preselected)
        if declared.met is not None:
            self.nearest.carry(spread(self._offsets, members)[0], declared.met.halves)
            self.between.carry(declared.met.between)
        else:
            for row in members:
                self._join(int(row))

    def ceilings(self, rows: Rows) -> Doubles:
        """Parts of the distances as known: from above where far is good, from below where near is."""
        objects, starts = spread(self._offsets, rows)
        if self._strength < 0:
            self.nearest.refresh(objects)
            return self._of(self.nearest.lower(objects), starts)
        return self._of(self.nearest.upper(objects), starts)

    def refresh(self, rows: Rows) -> None:
        """Bring the distances of the rows' objects up to date, in single precision."""
        self.nearest.refresh(spread(self._offsets, rows)[0])

    def focus(self, rows: Rows) -> None:
        """Settle the distances of the rows' objects."""
        objects, self._starts = spread(self._offsets, rows)
        self.nearest.focus(objects)

    def parts(self) -> Doubles:
        """Parts of the rows in focus: the sum of the selection and the mean over the row's objects."""
        return self._of(self.nearest.focused, self._starts)

    def admitted(self) -> Bools | None:
        """Rows in focus whose objects' root mean square distance is the minimum or more."""
        return None if self._minimum is None else ~self._too_near(self.nearest.focused, self._starts)

    def barred(self, rows: Rows) -> Bools | None:
        """Rows whose objects are known to be nearer."""
        if self._minimum is None:
            return None
        objects, starts = spread(self._offsets, rows)
        return self._too_near(self.nearest.upper(objects), starts)

    def mark(self, rows: Rows) -> tuple[int, float, tuple[float, float]]:
        """How many objects have joined, their sum, and the range of the rows' means."""
        objects, starts = spread(self._offsets, rows)
        own = reduce_rows(self.nearest.upper(objects), starts, how="mean")
        ends = (0.0, 0.0) if np.isnan(own).all() else (float(np.nanmin(own)), float(np.nanmax(own)))
        return len(self.nearest.centres), self.between.total(), ends

    def rise(self, mark: object) -> float:
        """How far the part of a mean in the range can have risen; inf since the selection was empty."""
        count, before, own = cast("tuple[int, float, tuple[float, float]]", mark)
        if count == len(self.nearest.centres):
            return 0.0
        if not count or self._strength < 0:
            return math.inf
        return max(sum_rise(before, self.between.total(), own, self._strength), 0.0)

    def state_part(self) -> float:
        """Of the sum over the objects of the selection; NaN while there are fewer than two."""
        return log_part(self.between.total(), self._strength) if len(self.nearest.centres) > 1 else math.nan

    def take(self, row: int) -> float:
        """Let a row's objects join; the term is their root mean square distance to earlier ones, NaN without any."""
        objects = range(int(self._offsets[row]), int(self._offsets[row + 1]))
        own = math.nan
        if objects and self.nearest.centres:
            own = sum(self.nearest.value(number) for number in objects) / len(objects)
        self._join(row)
        return math.sqrt(2.0 * own)

    def bound_reason(self) -> StopReason | None:
        """The minimum distance is the hard bound."""
        return None if self._minimum is None else "minimum_distance"

    def _join(self, row: int) -> None:
        for number in range(int(self._offsets[row]), int(self._offsets[row + 1])):
            self.nearest.add(number)

    def _of(self, halves: Doubles, starts: Rows) -> Doubles:
        own = reduce_rows(halves, starts, how="mean")
        value = self.between.total() + own if self.nearest.centres else np.full(len(own), EMPTY_VALUE)
        return log_parts(np.where(np.isnan(own), 0.0, value), self._strength)

    def _too_near(self, halves: Doubles, starts: Rows) -> Bools:
        return np.sqrt(2.0 * reduce_rows(halves, starts, how="mean")) < self._minimum
