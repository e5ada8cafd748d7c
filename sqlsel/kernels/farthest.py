"""DIVERSITY alone: the farthest candidate, found by distances that only fall."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.protocol import FLOOR, TIE, log_parts
from sqlsel.kernels.together import Found

if TYPE_CHECKING:
    from sqlsel.kernels.diversity import RunningDiversity
    from sqlsel.kernels.protocol import Bools, Doubles, Rows

ROUNDING = 1e-15


class Farthest:
    """Half squared distances as the score: they order candidates as ln(D + m) does, and need neither D nor ln.

    Only candidates that nearly tie without being equal are compared by their parts, where D is needed.
    """

    moving = False

    def __init__(self, running: RunningDiversity, strength: float) -> None:
        self._running = running
        self._nearest = running.nearest
        self._strength = strength
        self._rows: Rows = np.empty(0, dtype=np.int64)

    def ceilings(self, rows: Rows) -> Doubles:
        """Half squared distances as known; while the selection is empty all tie, and the lower row is the better."""
        return self._nearest.upper(rows) if self._nearest.centres else -rows.astype(np.float64)

    def refresh(self, rows: Rows, level: float) -> None:
        """Bring distances up to date that are not below the level."""
        self._nearest.refresh(rows, level)

    def focus(self, rows: Rows) -> None:
        """Settle the distances of some rows."""
        self._rows = rows
        self._running.focus(rows)

    def best(self, closed: Bools) -> Found | None:
        """The lowest row of those that tie for the farthest."""
        if not len(closed):
            return None
        if not self._nearest.centres:
            return Found(0, -float(self._rows[0]), -float(self._rows[0]))
        halves = self._nearest.focused.copy()
        halves[closed] = -np.inf
        admitted = self._running.admitted()
        if admitted is not None:
            halves[~admitted] = -np.inf
        top = float(halves.max())
        if top == -np.inf:
            return None
        level = self._level(top, 0.0, self._running.between.at_most())
        if level == 0.0:
            total = self._running.between.total()
            level = self._level(top, total, total)
        near = np.flatnonzero(halves >= level)
        if len(near) > 1 and (halves[near] != top).any():
            near = near[self._tied(halves[near])]
        return Found(int(near[0]), level, top)

    def barred(self, rows: Rows) -> Bools | None:
        """Rows known to be nearer than the minimum distance."""
        return self._running.barred(rows)

    def mark(self, rows: Rows) -> object:  # noqa: ARG002
        """Whether the selection was empty."""
        return not self._nearest.centres

    def rise(self, mark: object) -> float:
        """Distances only fall, once there are any."""
        return np.inf if mark and self._nearest.centres else 0.0

    def let_in(self) -> bool:
        """A row that is too near stays so."""
        return False

    def _level(self, top: float, least: float, most: float) -> float:
        """The lowest half squared distance that can tie with the top, the selection's sum anywhere in a range."""
        values = max(least + top, FLOOR), max(most + top, FLOOR)
        size = max(abs(math.log(value)) for value in values)
        shrink = math.exp(-min(TIE * (1.0 + self._strength * size) / self._strength, 700.0)) - ROUNDING
        # where a value reaches its floor, everything below ties
        return 0.0 if values[0] * shrink <= FLOOR else values[1] * shrink - most

    def _tied(self, halves: Doubles) -> Bools:
        parts = log_parts(self._running.between.total() + halves, self._strength)
        top = float(parts.max())
        tied: Bools = parts >= top - TIE * (1.0 + abs(top))
        return tied
