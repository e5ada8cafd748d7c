"""Limits: at most so many of each group, as a hard bound beside all objectives.

The count of a group only grows, so that a group that is full stays so: its rows are out for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.protocol import KernelInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.kernels.protocol import Play, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """The most members of each group that a selection may have, preselected ones counted.

    Attributes:
        name: Name for messages.
        groups: ``(N,)`` int64, the number of each row's group; -1 for a row that is not limited.
        most: At least 1.
    """

    name: str
    groups: Rows
    most: int

    def check(self, play: Play) -> None:
        """Raise KernelInputError unless there is a group, or -1, for every row."""
        if self.groups.shape != (play.n_rows,) or self.groups.dtype != np.int64:
            raise KernelInputError(f"{self.name}: groups must be int64, one for each of {play.n_rows} rows")
        if (self.groups < -1).any():
            raise KernelInputError(f"{self.name}: numbers of groups start at 0; -1 is a row that is not limited")
        if self.most < 1:
            raise KernelInputError(f"{self.name}: the limit must be at least 1, not {self.most}")


class _Groups:
    """One limit in a run: how many of each group are chosen, and whose rows belong to it."""

    def __init__(self, limit: Limit, play: Play) -> None:
        limit.check(play)
        self.groups = limit.groups
        self.most = limit.most
        size = int(limit.groups.max(initial=-1)) + 1
        chosen = limit.groups[play.preselected]
        self.counts = np.bincount(chosen[chosen >= 0], minlength=size)
        rows = np.flatnonzero(play.candidates & (limit.groups >= 0))
        self._rows = rows[np.argsort(limit.groups[rows], kind="stable")]
        self._ends = np.cumsum(np.bincount(limit.groups[rows], minlength=size))

    def full_rows(self) -> Rows:
        """Candidates of the groups that are full."""
        found: Rows = self._rows[self.counts[self.groups[self._rows]] >= self.most]
        return found

    def took(self, row: int) -> Rows:
        """Count a pick; the candidates of its group if that is full now."""
        group = int(self.groups[row])
        if group < 0:
            return self._rows[:0]
        self.counts[group] += 1
        if self.counts[group] < self.most:
            return self._rows[:0]
        begin = int(self._ends[group - 1]) if group else 0
        return self._rows[begin : self._ends[group]]


class RunningLimits:
    """The limits of one run."""

    def __init__(self, limits: Sequence[Limit], play: Play) -> None:
        self._all = [_Groups(limit, play) for limit in limits]
        self._open = play.candidates.copy()
        for groups in self._all:
            self._open[groups.full_rows()] = False

    def open_rows(self) -> Rows:
        """Candidates that may be picked as far as the limits go, ascending."""
        return np.flatnonzero(self._open)

    def took(self, row: int) -> Rows:
        """Count a pick; the rows that may not be picked from now on, each told once."""
        self._open[row] = False
        closing = [groups.took(row) for groups in self._all]
        rows = np.concatenate(closing) if len(closing) > 1 else closing[0]
        rows = rows[self._open[rows]]
        self._open[rows] = False
        return np.unique(rows) if len(closing) > 1 else rows

    def kept_out(self, rows: Rows) -> int:
        """How many of some candidates that were not picked the limits keep out."""
        return int((~self._open[rows]).sum())
