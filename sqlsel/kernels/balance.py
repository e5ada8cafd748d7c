"""BALANCE: the mix of classes of the selection near a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from sqlsel.kernels.balance_alone import Heads, Sweep
from sqlsel.kernels.dealt import Dealt
from sqlsel.kernels.mixes import AgreementBounds, agreement, agreements, equal_rows
from sqlsel.kernels.protocol import FLOOR, KernelInputError, Unbounded, log_parts
from sqlsel.kernels.ranked import Ranked

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Bools, Doubles, Picker, Play, Rows, Singles


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
        dealt: For rows of one class each, ``(C,)`` int64: where the balance runs alone and the strength is positive,
            places are dealt to the classes in turn, and of classes with equal turn and share the lowest number comes
            first. None lets the value decide.
        carried: Where a run goes on that other rows belong to, the ``(C,)`` column sums of the selection so far.
    """

    name: str
    rows: Doubles
    target: Doubles
    strength: float = 1.0
    dealt: Rows | None = None
    carried: Doubles | None = None

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
        check_rows(self.name, self.rows, play.candidates)
        return RunningBalance(self, play)


class RunningBalance(Unbounded):
    """The mix of one run."""

    def __init__(self, declared: Balance, play: Play) -> None:
        self._rows = np.asarray(declared.rows, dtype=np.float64)
        self._target = np.asarray(declared.target, dtype=np.float64)
        self._strength = declared.strength
        self._dealt = declared.dealt
        carried = declared.carried
        self._mix = np.nansum(self._rows[play.preselected], axis=0) if carried is None else carried
        self._before = self._away()
        self._picks = 0
        self._focus: Rows = np.empty(0, dtype=np.int64)
        self._known: tuple[int, Doubles] = (-1, np.empty(0))
        self.n_rows = play.n_rows
        counted = np.where(play.candidates[:, None], self._rows, 0.0) if play.preselected.any() else self._rows
        self._groups = equal_rows(counted) if play.n_rows else None
        self._heads = counted[self._groups[1]] if self._groups is not None else counted[:0]
        self._bounds = AgreementBounds(counted, self._target) if self._groups is None and play.n_rows else None

    @property
    def mix(self) -> Doubles:
        """Column sums of the selection."""
        mix: Doubles = self._mix
        return mix

    def picker(self, rows: Rows) -> Picker | None:
        """Alone, only the mix decides."""
        if self._strength == 0:
            return Ranked(self, rows, np.zeros(len(rows)))
        if self._dealt is not None and self._strength > 0:
            classes = np.where(self._rows.any(axis=1), self._rows.argmax(axis=1), -1)
            return Dealt(rows, classes, self._target, self._mix, self._dealt)
        if self._groups is not None:
            return Heads(self, rows, self._groups[0])
        return Sweep(self, rows, self._strength)

    def ceilings(self, rows: Rows) -> Doubles:
        """The parts themselves where rows repeat, else bounds."""
        if self._groups is not None:
            return self.group_parts()[self._groups[0][rows]]
        return self._row_ceilings()[rows]

    def focus(self, rows: Rows) -> None:
        """Hold on to some rows."""
        self._focus = rows

    def parts(self) -> Doubles:
        """Parts of the rows in focus: 1 / max(CE, FLOOR) of the mix with the row; FLOOR for a row of zeros."""
        return self.exact(self._focus)

    def mark(self, rows: Rows) -> tuple[int, Rows, Doubles]:
        """How many picks there were, and the ceilings of the rows, or of their groups."""
        if self._groups is not None:
            rows = self._groups[1][np.bincount(self._groups[0][rows], minlength=len(self._groups[1])) > 0]
        return self._picks, rows, self.ceilings(rows)

    def rise(self, mark: object) -> float:
        """The largest difference of the ceilings now and then."""
        picks, rows, before = cast("tuple[int, Rows, Doubles]", mark)
        return 0.0 if picks == self._picks else float((self.ceilings(rows) - before).max())

    def state_part(self) -> float:
        """Of the mix as it is; an empty mix has the share 0 in every class."""
        return float(self._parts_of(agreement(self._mix[None, :], self._target))[0])

    def take(self, row: int) -> float:
        """Mix the row in; the term is the L1 distance of the mix to the target after it."""
        self._before = self._away()
        self._mix = self._mix + self._rows[row]
        self._picks += 1
        return self._away()

    def gain_alone(self, term: float) -> float:
        """How far the L1 distance fell; an empty mix is as far as the target's sum."""
        return self._before - term

    def exact(self, rows: Rows) -> Doubles:
        """Parts of some rows."""
        return self.ceilings(rows) if self._groups is not None else self._parts_of(self.agreements(rows))

    def agreements(self, rows: Rows) -> Doubles:
        """-CE of the mix with each row."""
        return agreements(self._rows[rows], self._mix, self._target)

    def group_parts(self) -> Doubles:
        """Part of each group of equal rows."""
        if self._known[0] != self._picks:
            self._known = self._picks, self._parts_of(agreements(self._heads, self._mix, self._target))
        return self._known[1]

    def agreement_bounds(self) -> tuple[Singles | Doubles, float]:
        """Bounds of -CE, a number a row and one for all: from above for a positive strength, else from below."""
        assert self._bounds is not None
        return self._bounds.bound(self._mix, above=self._strength > 0)

    def _row_ceilings(self) -> Doubles:
        if self._known[0] != self._picks:
            bounds, constant = self.agreement_bounds()
            self._known = self._picks, self._parts_of(bounds + np.float64(constant))
        return self._known[1]

    def _parts_of(self, agreements: Doubles) -> Doubles:
        return log_parts(1.0 / np.maximum(-agreements, FLOOR), self._strength)

    def _away(self) -> float:
        total = self._mix.sum()
        shares = self._mix / total if total > 0 else np.zeros(len(self._mix))
        return float(np.abs(shares - self._target).sum())


def check_target(name: str, target: Doubles) -> None:
    """Raise unless the target is finite, at least 0 everywhere and above 0 somewhere."""
    if target.ndim != 1 or not np.isfinite(target).all() or (target < 0).any() or not (target > 0).any():
        raise KernelInputError(f"{name}: a target needs finite shares of at least 0, and one above 0")


def check_rows(name: str, rows: Doubles, candidates: Bools) -> None:
    """Raise unless every candidate has numbers, and all that there are are finite and at least 0."""
    missing: Bools = np.asarray(np.isnan(rows).any(axis=1))
    if missing[candidates].any():
        raise KernelInputError(f"{name}: a candidate has no class numbers (NaN)")
    counted = rows[~missing]
    if not np.isfinite(counted).all() or (counted < 0).any():
        raise KernelInputError(f"{name}: class numbers must be finite and at least 0")
