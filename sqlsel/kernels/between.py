"""How far the members of a selection are from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.nearest import Nearest
    from sqlsel.kernels.protocol import Doubles

BATCH = 256


class Between:
    """Sum over the centres of half the squared distance to the nearest other centre, brought up to date when asked."""

    def __init__(self, nearest: Nearest) -> None:
        self._nearest = nearest
        self._halves: Doubles = np.empty(0)
        self._done = 0
        self._total = 0.0
        self._at_most: float | None = None
        self._joined = 0
        self._nearest_half = np.inf

    @property
    def halves(self) -> Doubles:
        """Half the squared distance of each centre to the nearest other, in the order in which they joined."""
        self.total()
        return self._halves[: self._done]

    def carry(self, halves: Doubles) -> None:
        """Go on from :attr:`halves` of the same centres."""
        self._halves, self._done = halves, len(halves)
        self._total = float(halves.sum()) if len(halves) > 1 else 0.0

    def joined(self, half: float) -> None:
        """Note that a centre was added, at this half squared distance from the nearest before it."""
        self._joined += 1
        self._nearest_half = min(self._nearest_half, half)
        if self._at_most is not None:
            # the first centre has had no neighbour until the second came
            self._at_most += half if len(self._nearest.centres) > 2 else 2.0 * half

    def at_most(self) -> float:
        """A bound of :meth:`total` from above, without its cost: a centre adds no more than its own distance."""
        if self._at_most is None:
            self._at_most = self.total()
        return self._at_most

    def at_least(self) -> float:
        """A bound of :meth:`total` from below: no centre noted here is nearer to any other than the nearest was."""
        return self._joined * self._nearest_half if self._joined else 0.0

    def total(self) -> float:
        """The sum, in double; 0 while there are fewer than two centres."""
        count = len(self._nearest.centres)
        if count < 2:
            return 0.0
        if len(self._halves) < count:
            self._halves = np.concatenate([self._halves, np.full(count, np.inf)])
        if self._done == count:
            return self._total
        while self._done < count:
            end = min(self._done + BATCH, count)
            self._join(self._done, end)
            self._done = end
        self._total = float(self._halves[:count].sum())
        return self._total

    def _join(self, begin: int, end: int) -> None:
        """Let the centres begin .. end - 1 meet all before them and each other."""
        halves = self._halves[:end]
        upper, slack = self._nearest.centre_bounds(begin, end)
        itself = np.arange(end - begin), np.arange(begin, end)
        upper[itself] = np.inf
        # what a centre gains is looked at from both of its sides: the new ones along the rows, all along the columns
        own = np.minimum(upper.min(axis=1), halves[begin:])
        every = np.minimum(upper.min(axis=0), halves)
        upper -= slack
        doubt = upper <= own[:, None]
        doubt |= upper <= every
        doubt[itself] = False
        new, old = np.nonzero(doubt)
        exact = self._nearest.centre_halves(new + begin, old)
        np.minimum.at(halves, new + begin, exact)
        np.minimum.at(halves, old, exact)
