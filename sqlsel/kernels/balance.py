"""BALANCE: the mix of classes of the selection near a target."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.protocol import FLOOR, KernelInputError, Unbounded, log_part, log_parts

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Bools, Doubles, Play, Rows

LOG_FLOOR = 1e-10
"""Added to shares before their logarithm."""


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """Value of a selection: 1 / max(CE, FLOOR) with CE = -sum target * ln(share + 1e-10).

    Shares are the column sums over their total. Rows count as they are and are never rescaled. A candidate whose row
    is all zeros has value FLOOR and leaves the mix as it was.

    Attributes:
        name: Name for messages.
        rows: ``(N, C)`` float64, at least 0; NaN for a preselected row that lacks the input.
        target: ``(C,)`` shares, at least 0, not all 0.
        strength: Exponent of the value.
    """

    name: str
    rows: Doubles
    target: Doubles
    strength: float = 1.0

    def start(self, play: Play) -> RunningBalance:
        """Check the rows and mix the preselected.

        Raises:
            KernelInputError: Shapes that do not fit, numbers that are negative or not finite, a target of zeros.
        """
        check_target(self.name, self.target)
        if self.rows.shape != (play.n_rows, len(self.target)):
            raise KernelInputError(
                f"{self.name}: rows of shape {self.rows.shape} for {play.n_rows} rows, {len(self.target)} classes"
            )
        missing: Bools = np.asarray(np.isnan(self.rows).any(axis=1))
        if missing[play.candidates].any():
            raise KernelInputError(f"{self.name}: a candidate has no class numbers (NaN)")
        counted = self.rows[~missing]
        if not np.isfinite(counted).all() or (counted < 0).any():
            raise KernelInputError(f"{self.name}: class numbers must be finite and at least 0")
        return RunningBalance(self, play)


class RunningBalance(Unbounded):
    """The mix of one run."""

    def __init__(self, declared: Balance, play: Play) -> None:
        self._rows = declared.rows
        self._target = np.asarray(declared.target, dtype=np.float64)
        self._strength = declared.strength
        self._mix = np.nansum(self._rows[play.preselected], axis=0)
        self._before = self._away()
        self._picks = 0
        self._focus: Rows = np.empty(0, dtype=np.int64)

    def ceilings(self, rows: Rows) -> Doubles:
        """The parts themselves."""
        own = self._rows[rows]
        value = closeness(self._mix + own, self._target)
        return log_parts(np.where(own.any(axis=1), value, 0.0), self._strength)

    def focus(self, rows: Rows) -> None:
        """Hold on to some rows."""
        self._focus = rows

    def parts(self) -> Doubles:
        """Parts of the rows in focus: 1 / max(CE, FLOOR) of the mix with the row; FLOOR for a row of zeros."""
        return self.ceilings(self._focus)

    def mark(self, rows: Rows) -> int:  # noqa: ARG002
        """How many picks there were."""
        return self._picks

    def rise(self, mark: object) -> float:
        """Not known once the mix has changed."""
        return 0.0 if mark == self._picks else math.inf

    def state_part(self) -> float:
        """Of the mix as it is; an empty mix has the share 0 in every class."""
        return log_part(float(closeness(self._mix[None, :], self._target)[0]), self._strength)

    def take(self, row: int) -> float:
        """Mix the row in; the term is the L1 distance of the mix to the target after it."""
        self._before = self._away()
        self._mix = self._mix + self._rows[row]
        self._picks += 1
        return self._away()

    def gain_alone(self, term: float) -> float:
        """How far the L1 distance fell; an empty mix is as far as the target's sum."""
        return self._before - term

    def _away(self) -> float:
        total = self._mix.sum()
        shares = self._mix / total if total > 0 else np.zeros(len(self._mix))
        return float(np.abs(shares - self._target).sum())


def closeness(mixes: Doubles, target: Doubles) -> Doubles:
    """1 / max(CE, FLOOR) of each ``(r, C)`` mix to the ``(C,)`` target."""
    totals = mixes.sum(axis=1, keepdims=True)
    shares = mixes / np.where(totals > 0, totals, 1.0)
    entropy = -(np.log(shares + LOG_FLOOR) @ target)
    closest: Doubles = 1.0 / np.maximum(entropy, FLOOR)
    return closest


def check_target(name: str, target: Doubles) -> None:
    """Raise unless the target is finite, at least 0 everywhere and above 0 somewhere."""
    if target.ndim != 1 or not np.isfinite(target).all() or (target < 0).any() or not (target > 0).any():
        raise KernelInputError(f"{name}: a target needs finite shares of at least 0, and one above 0")
