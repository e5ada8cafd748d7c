"""BALANCE without other objectives: only the mix decides, so equal rows are one, and all bounds move at every pick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.mixes import ZERO_ROW
from sqlsel.kernels.protocol import FLOOR, TIE
from sqlsel.kernels.queues import Queues

if TYPE_CHECKING:
    from sqlsel.kernels.balance import RunningBalance
    from sqlsel.kernels.protocol import Doubles, Rows


class Heads:
    """Picks among the first candidate left of each group of equal rows."""

    follows_order = False

    def __init__(self, running: RunningBalance, rows: Rows, groups: Rows) -> None:
        self._running = running
        self._groups = groups
        self._queues = Queues(rows, groups[rows], int(groups.max(initial=0)) + 1)

    def best(self) -> int | None:
        """The lowest row of the groups that tie for the best."""
        open_groups = self._queues.waiting()
        if not len(open_groups):
            return None
        heads = self._queues.heads(open_groups)
        parts = self._running.group_parts()[open_groups]
        return int(heads[tied(parts)].min())

    def took(self, row: int) -> None:
        """Go on to the next of its group."""
        self._queues.took(int(self._groups[row]))

    def close(self, rows: Rows) -> None:
        """Go on without some rows."""
        self._queues.close(rows)


class Sweep:
    """Picks by a bound for every candidate, and exactly among the few whose bound reaches the best."""

    follows_order = False

    def __init__(self, running: RunningBalance, rows: Rows, strength: float) -> None:
        self._running = running
        self._strength = strength
        closed = np.ones(running.n_rows, dtype=np.bool_)
        closed[rows] = False
        self._closed = np.flatnonzero(closed)
        self._left = len(rows)

    def best(self) -> int | None:
        """The lowest row of those that tie for the best."""
        if not self._left:
            return None
        bounds, constant = self._running.agreement_bounds()
        # a high agreement is good for a positive strength, a low one for a negative
        sign = 1.0 if self._strength > 0 else -1.0
        if sign < 0:
            np.negative(bounds, out=bounds)
        bounds[self._closed] = -np.inf
        best = float(self._running.agreements(np.array([bounds.argmax()]))[0])
        level = bounds.dtype.type(self._level(sign * best, sign) - sign * constant)
        near = np.flatnonzero(bounds >= np.nextafter(level, bounds.dtype.type(-np.inf)))
        return int(near[tied(self._running.exact(near))][0])

    def took(self, row: int) -> None:
        """Go on without it."""
        self._closed = np.append(self._closed, row)
        self._left -= 1

    def close(self, rows: Rows) -> None:
        """Go on without some rows."""
        self._closed = np.append(self._closed, rows)
        self._left -= len(rows)

    def _level(self, best: float, sign: float) -> float:
        """What a bound must reach to tie with an agreement."""
        entropy = min(max(abs(best), FLOOR), -ZERO_ROW)
        slack = entropy * (10.0 * TIE * (1.0 / abs(self._strength) + abs(float(np.log(entropy)))) + 1e-11)
        # beyond the floors all values are equal
        if abs(best) <= FLOOR and sign > 0:
            return -FLOOR * (1.0 + 1e-9)
        if abs(best) >= -ZERO_ROW and sign < 0:
            return -ZERO_ROW * (1.0 - 1e-9)
        return best - slack


def tied(parts: Doubles) -> Rows:
    """Positions of the parts that tie with the highest."""
    top = float(parts.max())
    return np.flatnonzero(parts >= top - TIE * (1.0 + abs(top)))
