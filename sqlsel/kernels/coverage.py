"""COVERAGE: every sample near some member of the selection (facility location)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from sqlsel.kernels.cover.cosines import SINGLE, Cosines
from sqlsel.kernels.cover.covered import Covered
from sqlsel.kernels.cover.most import Most
from sqlsel.kernels.cover.settled import Settled
from sqlsel.kernels.objects import Objects
from sqlsel.kernels.protocol import KernelInputError, Unbounded, log_part, log_parts, sum_rise
from sqlsel.kernels.threads import own_threads
from sqlsel.kernels.vectors import check_matrix

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlsel.kernels.cover.covered import Cover
    from sqlsel.kernels.protocol import Bools, Doubles, Picker, Play, Rows, Singles


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Value of a selection: over reference vectors, the sum of weight * max(0, cosine to the nearest member).

    It is monotone and submodular: what a row adds only falls while the selection grows. Cosines within 1e-12 of 1 are
    1. A row with several objects has the cosine of the nearest of them, and one without objects has value FLOOR.

    Attributes:
        name: Name for messages.
        vectors: ``(N, d)`` float32, or the objects of N rows.
        strength: Exponent of the value.
        reference: Rows of the matrix (numbers of objects) that should be covered; None for all. Or ``(R, d)`` vectors.
        weights: ``(R,)`` float64, at least 0, how much each of these counts, 3.4e38 together at most; None for 1 each.
        present: ``(N,)`` False for a preselected row that lacks the vector; None where all have one.
        cover: What the preselected cover, where that is known; with ``reference`` as vectors.
    """

    name: str
    vectors: Singles | Objects
    strength: float = 1.0
    reference: Rows | Singles | None = None
    weights: Doubles | None = None
    present: Bools | None = None
    cover: Cover | None = None

    def start(self, play: Play) -> RunningCoverage:
        """Check the vectors and let the preselected join.

        Raises:
            KernelInputError: Wrong shape, vectors that are not finite, a candidate without one, or weights that are
                negative, not finite, of another number than the reference, or more than single precision holds.
        """
        if isinstance(self.vectors, Objects):
            if self.vectors.n_rows != play.n_rows:
                raise KernelInputError(f"{self.name}: objects of {self.vectors.n_rows} rows, not {play.n_rows}")
        else:
            check_matrix(self.name, self.vectors, self.present, play)
        return RunningCoverage(self, play)

    def checked_reference(self, play: Play) -> tuple[Rows | Singles, Doubles]:
        """The reference with its weights."""
        reference = self.reference
        if reference is None:
            in_play = play.candidates | play.preselected
            if isinstance(self.vectors, Objects):
                in_play = np.repeat(in_play, np.diff(self.vectors.offsets))
            reference = np.flatnonzero(in_play if self.present is None else in_play & self.present)
        weights = np.ones(len(reference)) if self.weights is None else np.asarray(self.weights, dtype=np.float64)
        if weights.shape != reference.shape[:1]:
            raise KernelInputError(f"{self.name}: {weights.shape} weights for {len(reference)} reference vectors")
        if not np.isfinite(weights).all() or (weights < 0).any():
            raise KernelInputError(f"{self.name}: a weight is negative, infinite or no number; weights start at 0")
        if weights.sum() > SINGLE:
            raise KernelInputError(f"{self.name}: weights add up to more than {SINGLE:.1e}; divide them by a number")
        return reference, weights


class RunningCoverage(Unbounded):
    """The cover of one run.

    Attributes:
        covered: The cover.
    """

    def __init__(self, declared: Coverage, play: Play) -> None:
        self._strength = declared.strength
        reference, weights = declared.checked_reference(play)
        vectors = declared.vectors
        matrix, offsets = (vectors.matrix, vectors.offsets) if isinstance(vectors, Objects) else (vectors, None)
        self._cosines = Cosines(matrix, offsets, reference)
        self._empty: Bools | None = None if offsets is None else np.diff(offsets) == 0
        members = play.preselected if declared.present is None else play.preselected & declared.present
        self._order = play.order
        rows = self._filled(np.flatnonzero(play.candidates))
        self.covered = Covered(self._cosines, weights, rows, play.n_rows, declared.cover)
        if declared.cover is None:
            for row in self._filled(np.flatnonzero(members)):
                self.covered.join(int(row))
        self._settled = Settled(self.covered, self._cosines, play.n_rows)
        self._picks = 0
        self._rows: Rows = np.empty(0, dtype=np.int64)
        self._places: Rows = self._rows

    def picker(self, rows: Rows) -> Picker | None:
        """Alone, what a row adds decides as the value does, and never rises."""
        if self._strength <= 0 or (self._empty is not None and self._empty[rows].any()):
            return None
        return Most(self.covered, self._settled, self._strength, rows, self._order)

    def ceilings(self, rows: Rows) -> Doubles:
        """Parts of what rows add as known: from above where much is good, from below where little is."""
        if self._strength == 0:
            return np.zeros(len(rows))
        if self._strength > 0:
            return self._of(rows, self._bound(self.covered.upper, rows))
        self.refresh(rows)
        return self._of(rows, self._bound(self.covered.lower, rows))

    def refresh(self, rows: Rows) -> None:
        """Bring the bounds of some rows up to date, in single precision."""
        if self._strength:
            self.covered.refresh(self._filled(rows))

    def focus(self, rows: Rows) -> None:
        """Settle what some rows add, in double."""
        self._rows = rows
        self._places = np.arange(len(rows)) if self._empty is None else np.flatnonzero(~self._empty[rows])
        self._settled.forget()
        if self._strength:
            self._settled.add(rows[self._places])

    def parts(self) -> Doubles:
        """Parts of the rows in focus: the value of the selection with each of them."""
        rises = np.zeros(len(self._rows))
        if self._strength:
            rises[self._places] = self._settled.values
        return self._of(self._rows, rises)

    def mark(self, rows: Rows) -> tuple[int, float, tuple[float, float]]:
        """How many picks there were, the total, and the range of what the rows add."""
        if self._strength <= 0 or not len(rows):
            return self._picks, self.covered.total, (0.0, 0.0)
        own = self._bound(self.covered.upper, rows)
        return self._picks, self.covered.total, (float(own.min()), float(own.max()))

    def rise(self, mark: object) -> float:
        """How far the part of a row in the range can have risen: by the total, as what a row adds falls."""
        picks, before, own = cast("tuple[int, float, tuple[float, float]]", mark)
        if picks == self._picks or not self._strength:
            return 0.0
        return math.inf if self._strength < 0 else max(sum_rise(before, self.covered.total, own, self._strength), 0.0)

    def least(self, row: int) -> float:
        """What a row adds, in double; 0 for a row without objects."""
        return 0.0 if self._empty is not None and self._empty[row] else self.covered.adds(row)

    def part_of(self, row: int, part: float) -> float:
        """By what it adds in double, not by the bounds that found it."""
        if self._empty is not None and self._empty[row]:
            return part
        return log_part(self.covered.total + self.covered.adds(row), self._strength)

    def state_part(self) -> float:
        """Of the value of the selection as it is."""
        return log_part(self.covered.total, self._strength)

    def take(self, row: int) -> float:
        """Let a row join; the term is what it adds to the value, 0 for a row without objects."""
        self._picks += 1
        if self._empty is not None and self._empty[row]:
            return 0.0
        adds = self.covered.adds(row)
        self.covered.join(row)
        return adds

    def _filled(self, rows: Rows) -> Rows:
        """Those of the rows that have objects."""
        return rows if self._empty is None else rows[~self._empty[rows]]

    def _bound(self, bound: Callable[[Rows], Doubles], rows: Rows) -> Doubles:
        """A bound of what rows add; 0 for those without objects."""
        if self._empty is None:
            return bound(rows)
        found = np.zeros(len(rows))
        filled = np.flatnonzero(~self._empty[rows])
        found[filled] = bound(rows[filled])
        return found

    def _of(self, rows: Rows, rises: Doubles) -> Doubles:
        values = self.covered.total + rises
        if self._empty is not None:
            values = np.where(self._empty[rows], 0.0, values)
        return log_parts(values, self._strength)


def nearest_cosines(vectors: Singles | Objects, reference: Rows | Singles, rows: Rows) -> Doubles:
    """The cosine of each reference vector to the nearest of some rows, in single precision.

    Args:
        vectors: ``(N, d)`` float32, or the objects of N rows.
        reference: Rows of the matrix, or numbers of objects; or ``(R, d)`` vectors.
        rows: The rows; those without objects are passed over.

    Returns:
        ``(R,)`` float64, above 1 by rounding at most; 0 where no row is left. Cost: one matrix product.
    """
    matrix, offsets = (vectors.matrix, vectors.offsets) if isinstance(vectors, Objects) else (vectors, None)
    filled = rows if offsets is None else rows[np.diff(offsets)[rows] > 0]
    nearest = np.full(len(reference), -1.0 if len(filled) else 0.0, dtype=np.float32)
    with own_threads():
        Cosines(matrix, offsets, reference).raise_to(nearest, filled)
    return nearest.astype(np.float64)
