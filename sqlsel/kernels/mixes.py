"""How close a mix of classes is to a target: exactly for some rows, and bounded for all of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.protocol import FLOOR

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

LOG_FLOOR = 1e-10
"""Added to shares before their logarithm."""
ROUNDOFF = 2.0**-24
ZERO_ROW = -1.0 / FLOOR
"""Agreement of a mix with a row of zeros: its value is FLOOR."""
LARGEST = 1e30
"""Factors above this would overflow in single precision."""
EVEN = 1e-6
"""Row sums that differ by this share at most count as one."""
BLOCK_ROWS = 1 << 14
MOST_GROUPS = 4096
SAMPLE = 1024
MOST_DIFFERENT = 0.9
"""Share of a sample of the rows up to which they may be different: of classes by the hundred most of it is."""


def agreement(mixes: Doubles, target: Doubles) -> Doubles:
    """-CE = sum target * ln(share + 1e-10) of each ``(r, C)`` mix; an empty mix has the share 0 in every class."""
    totals = mixes.sum(axis=1, keepdims=True)
    shares = mixes / np.where(totals > 0, totals, 1.0)
    shares += LOG_FLOOR
    # one class after the other, so that a row has one value however many there are
    total = np.zeros(len(mixes))
    for share, weight in zip(np.log(shares).T, target, strict=True):
        total += weight * share
    return total


class AgreementBounds:
    """Bounds of the agreement of a mix with each of N rows, by a parabola for each class's logarithm.

    With ``x = (r - g) / b`` for own numbers r around their mean g, ``ln(1 + x) = x - k(x) x²`` where k falls with x:
    its value at one end of the range gives a bound for all, and the bound is a matrix product over r and r². It
    tightens with the square of the mix's size, as fast as the differences between rows shrink.
    """

    def __init__(self, rows: Doubles, target: Doubles) -> None:
        self._rows, self._target = rows, target
        sums = rows.sum(axis=1)
        self._empty = np.flatnonzero(sums == 0)
        filled = sums[sums > 0]
        # shares do not change with the scale, and in single precision squares have less room
        self._scale = 2.0 ** float(np.ceil(np.log2(filled.max()))) if len(filled) else 1.0
        classes = rows.shape[1]
        self._features: Singles = np.empty((2 * classes, len(rows)), dtype=np.float32)
        np.divide(rows.T, self._scale, out=self._features[:classes], casting="same_kind")
        np.square(self._features[:classes], out=self._features[classes:])
        self._mean = rows.mean(axis=0) / self._scale
        self._least, self._most = rows.min(axis=0) / self._scale, rows.max(axis=0) / self._scale
        self._sums = sums / self._scale
        self._ends = (float(filled.min()) / self._scale, float(filled.max()) / self._scale) if len(filled) else None

    def bound(self, mix: Doubles, *, above: bool) -> tuple[Singles | Doubles, float]:
        """Bounds from above, or from below, of the agreement of the mix with each row in it.

        Returns:
            ``(N,)`` numbers and one to add to all of them, so that the first can stay in single precision.
        """
        if self._ends is None:
            return np.full(len(self._rows), ZERO_ROW), 0.0
        mix = mix / self._scale
        total, mean = float(mix.sum()), self._mean
        base = mix + mean + LOG_FLOOR * (total + self._ends[above])
        curve = _curvature(((self._most if above else self._least) - mean) / base) * self._target / base**2
        slope = self._target / base + 2.0 * curve * mean
        if max(curve.max(), slope.max()) > LARGEST:
            return agreements(self._rows, mix * self._scale, self._target), 0.0
        bounds: Singles = np.concatenate([slope, -curve]).astype(np.float32) @ self._features
        size = float(slope @ self._most + curve @ self._most**2)
        rounding = (2 * len(mix) + 16) * ROUNDOFF * size
        constant = float(self._target @ (np.log(base) - mean / base) - curve @ mean**2)
        constant += rounding if above else -rounding
        return self._less_totals(bounds, constant, total, above=above)

    def _less_totals(
        self, bounds: Singles, constant: float, total: float, *, above: bool
    ) -> tuple[Singles | Doubles, float]:
        """Take off the logarithm of the total with each row in it, by its end where the rows' sums are even."""
        assert self._ends is not None
        least, most = self._ends
        weight = float(self._target.sum())
        # a bound in single precision too
        zero = ZERO_ROW * (1.0 - 1e-6 if above else 1.0 + 1e-6)
        if most - least <= EVEN * most:
            constant -= weight * float(np.log(total + (least if above else most)))
            bounds[self._empty] = zero - constant
            return bounds, constant
        exact = bounds - weight * np.log(np.maximum(total + self._sums, least))
        exact[self._empty] = zero - constant
        return exact, constant


def agreements(rows: Doubles, mix: Doubles, target: Doubles) -> Doubles:
    """Agreement of the mix with each row in it, ZERO_ROW for rows of zeros; block by block."""
    found = np.empty(len(rows))
    for begin in range(0, len(rows), BLOCK_ROWS):
        own = rows[begin : begin + BLOCK_ROWS]
        found[begin : begin + BLOCK_ROWS] = np.where(own.any(axis=1), agreement(mix + own, target), ZERO_ROW)
    return found


def _curvature(steps: Doubles) -> Doubles:
    """(x - ln(1 + x)) / x², by its series where x is small."""
    safe = np.where(np.abs(steps) < 1e-3, 1.0, np.maximum(steps, -1.0 + 1e-15))
    return np.where(np.abs(steps) < 1e-3, 0.5 - steps / 3.0, (safe - np.log1p(safe)) / safe**2)


def equal_rows(rows: Doubles) -> tuple[Rows, Rows] | None:
    """Group equal rows: ``(group of each row, first row of each group)``; None where there are many different ones."""
    sample = rows[:: max(len(rows) // SAMPLE, 1)]
    if len(np.unique(sample, axis=0)) > max(len(sample) * MOST_DIFFERENT, 16):
        return None
    # a random sum tells different rows apart; where it should not, the check below says so
    sums = rows @ np.random.default_rng(0).random(rows.shape[1])
    _, first, group = np.unique(sums, return_index=True, return_inverse=True)
    if len(first) > MOST_GROUPS or not (rows == rows[first[group]]).all():
        return None
    return group.astype(np.int64), first
