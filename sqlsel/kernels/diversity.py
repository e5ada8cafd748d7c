"""DIVERSITY: every pick far from its nearest neighbour in the selection."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from sqlsel.kernels.between import Between
from sqlsel.kernels.farthest import Farthest
from sqlsel.kernels.ladder import Ladder
from sqlsel.kernels.nearest import Nearest
from sqlsel.kernels.protocol import EMPTY_VALUE, Unbounded, log_part, log_parts, sum_rise
from sqlsel.kernels.vectors import check_matrix

if TYPE_CHECKING:
    from sqlsel.kernels.outcome import StopReason
    from sqlsel.kernels.protocol import Bools, Doubles, Picker, Play, Rows, Singles


@dataclass(frozen=True, slots=True, eq=False)
class Met:
    """Distances of a run that goes on.

    Attributes:
        halves: ``(N,)`` exact half squared distance of each row to the nearest preselected one.
        between: ``(k,)`` of each preselected row that has a vector to the nearest other, in their order.
    """

    halves: Doubles
    between: Doubles


@dataclass(frozen=True, slots=True, eq=False)
class Diversity:
    """Value of a selection: over its members, the sum of half the squared distance to the nearest other member.

    Attributes:
        name: Name for messages.
        matrix: ``(N, d)`` float32.
        strength: Exponent of the value.
        minimum_distance: Candidates nearer than this (Euclidean, strictly) to a member are out for good.
        present: ``(N,)`` False for a preselected row that lacks the vector; None where all have one.
        met: Where a run goes on, what is known of it.
    """

    name: str
    matrix: Singles
    strength: float = 1.0
    minimum_distance: float | None = None
    present: Bools | None = None
    met: Met | None = None

    def start(self, play: Play) -> RunningDiversity:
        """Check the vectors and let the preselected join.

        Raises:
            KernelInputError: Wrong shape, vectors that are not finite, or a candidate without one.
        """
        check_matrix(self.name, self.matrix, self.present, play)
        return RunningDiversity(self, play)


class RunningDiversity(Unbounded):
    """Distances to the selection of one run."""

    def __init__(self, declared: Diversity, play: Play) -> None:
        self._strength = declared.strength
        self._minimum = declared.minimum_distance
        self.nearest = Nearest(declared.matrix)
        self.between = Between(self.nearest)
        self._n_rows, self._order = play.n_rows, play.order
        members = play.preselected if declared.present is None else play.preselected & declared.present
        if declared.met is not None:
            self.nearest.carry(np.flatnonzero(members), declared.met.halves)
            self.between.carry(declared.met.between)
        else:
            for row in np.flatnonzero(members):
                self.nearest.add(int(row))

    def picker(self, rows: Rows) -> Picker | None:
        """Alone, the distance decides as the value does, and never rises."""
        if self._strength <= 0:
            return None
        return Ladder(Farthest(self, self._strength, self._order), rows, self._n_rows, self._order)

    def ceilings(self, rows: Rows) -> Doubles:
        """Parts of the distances as known: from above where far is good, from below where near is."""
        if not self.nearest.centres:
            return np.full(len(rows), log_part(EMPTY_VALUE, self._strength))
        if self._strength >= 0:
            return log_parts(self.between.total() + self.nearest.upper(rows), self._strength)
        self.nearest.refresh(rows)
        return log_parts(self.between.total() + self.nearest.lower(rows), self._strength)

    def refresh(self, rows: Rows) -> None:
        """Bring the distances of some rows up to date, in single precision."""
        self.nearest.refresh(rows)

    def focus(self, rows: Rows) -> None:
        """Settle the distances of some rows."""
        self.nearest.focus(rows)

    def parts(self) -> Doubles:
        """Parts of the rows in focus: the sum of the selection and their own half squared distance to it."""
        if not self.nearest.centres:
            return np.full(len(self.nearest.focused), log_part(EMPTY_VALUE, self._strength))
        return log_parts(self.between.total() + self.nearest.focused, self._strength)

    @property
    def bounded(self) -> bool:
        """Whether there is a minimum distance."""
        return self._minimum is not None

    def admitted(self) -> Bools | None:
        """Rows in focus at the minimum distance or farther."""
        return None if self._minimum is None else np.sqrt(2.0 * self.nearest.focused) >= self._minimum

    def barred(self, rows: Rows) -> Bools | None:
        """Rows known to be nearer than the minimum distance."""
        return None if self._minimum is None else np.sqrt(2.0 * self.nearest.upper(rows)) < self._minimum

    def mark(self, rows: Rows) -> tuple[int, float, tuple[float, float]]:
        """How many have joined, their sum, and the range of the rows' distances."""
        halves = self.nearest.upper(rows)
        return len(self.nearest.centres), self.between.total(), (float(halves.min()), float(halves.max()))

    def rise(self, mark: object) -> float:
        """How far the part of a distance in the range can have risen; inf since the selection was empty."""
        count, before, own = cast("tuple[int, float, tuple[float, float]]", mark)
        if count == len(self.nearest.centres):
            return 0.0
        if not count or self._strength < 0:
            return math.inf
        return sum_rise(before, self.between.total(), own, self._strength)

    def state_part(self) -> float:
        """Of the sum over the members; NaN while there are fewer than two."""
        return log_part(self.between.total(), self._strength) if len(self.nearest.centres) > 1 else math.nan

    def take(self, row: int) -> float:
        """Let a row join; the term is its Euclidean distance to the nearest earlier member, NaN without one."""
        half = self.nearest.value(row)
        self.nearest.add(row)
        if math.isinf(half):
            return math.nan
        self.between.joined(half)
        return math.sqrt(2.0 * half)

    def bound_reason(self) -> StopReason | None:
        """The minimum distance is the hard bound."""
        return None if self._minimum is None else "minimum_distance"
