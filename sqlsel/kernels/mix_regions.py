"""How far a mix can have come nearer to its target with any row of a region, where the mix has changed since.

Let CE be the cross entropy of a mix with a row in it, and CE' that of another mix with the same row. For every share
``s`` the difference ``CE' - s CE`` is a sum of functions of one number of the row each, and of one of the row's sum:
``s t ln(a + y) - t ln(a' + y)``, with a and a' the mixes' numbers of a class. With a price on the difference between
the row's sum and the sum of its numbers, each of them may be at its own best place, which is an end of its range or a
root of a quadratic equation. So any share and any price give a bound of CE' by CE (H. Everett, Operations Research 11,
1963); the best of them is as tight as a triangle of distances where the mix is near its target.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.mixes import LOG_FLOOR, agreements
from sqlsel.kernels.protocol import FLOOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.kernels.protocol import Doubles

SHARES = np.array([0.0, 0.3, 0.5, 0.65, 0.75, 0.83, 0.9, 0.95, 0.98, 1.0])
"""Those that are tried, of the largest with which a difference is convex; for bounds from above their inverses."""
STEPS = 26
FARTHEST, UNIT = 20.0, 1e-5
"""Prices are tried up to UNIT * sinh(FARTHEST) shares of the target over the mix's total."""
TINY = 1e-300


@dataclass(slots=True, eq=False)
class Region:
    """What is known of some rows together.

    Attributes:
        least: ``(C,)`` the lowest of their numbers, each with LOG_FLOOR times its row's sum.
        most: ``(C,)`` the highest.
        sums: The lowest and the highest sum of a row.
        entropies: The lowest and the highest cross entropy of a mix with one of them in it.
        empty: Whether there are rows of zeros beside; rows of zeros alone have no ``sums``.
        held: The share and the price that were best when it was looked at.
    """

    least: Doubles
    most: Doubles
    sums: tuple[float, float] | None
    entropies: tuple[float, float]
    empty: bool
    held: tuple[float, float] | None = None

    @classmethod
    def of(cls, rows: Doubles, mix: Doubles, target: Doubles) -> Region:
        """The region of some rows, at a mix."""
        sums = rows.sum(axis=1)
        filled = sums > 0
        if not filled.any():
            return cls(rows[0], rows[0], None, (0.0, 0.0), empty=True)
        rows, sums = rows[filled], sums[filled]
        numbers = rows + LOG_FLOOR * sums[:, None]
        entropies = -agreements(rows, mix, target)
        return cls(
            numbers.min(axis=0),
            numbers.max(axis=0),
            (float(sums.min()), float(sums.max())),
            (float(entropies.min()), float(entropies.max())),
            empty=not filled.all(),
        )

    @classmethod
    def joined(cls, regions: Sequence[Region]) -> Region:
        """The region of all rows of some, at one mix."""
        filled = [each for each in regions if each.sums is not None]
        if not filled:
            return regions[0]
        sums = [each.sums for each in filled if each.sums is not None]
        return cls(
            np.min([each.least for each in filled], axis=0),
            np.max([each.most for each in filled], axis=0),
            (min(low for low, _ in sums), max(high for _, high in sums)),
            (min(each.entropies[0] for each in filled), max(each.entropies[1] for each in filled)),
            empty=any(each.empty for each in regions),
        )


class Change:
    """From one mix to another."""

    def __init__(self, before: Doubles, after: Doubles, target: Doubles, strength: float) -> None:
        self._target, self._strength = target, strength
        self._total, self._total_after = float(before.sum()), float(after.sum())
        self._mix = before + LOG_FLOOR * self._total
        self._mix_after = after + LOG_FLOOR * self._total_after
        self._side = 1.0 if strength > 0 else -1.0

    def rise(self, region: Region) -> float:
        """The most by which ``strength * ln(value)`` of a row in the region has risen; held prices are looked for once.

        Cost: two logarithms for each class and place.
        """
        if region.sums is None:
            return 0.0
        if region.held is None:
            return self.look(region)
        share, price = self._scaled(region, np.array([region.held[0]]), np.array([region.held[1]]))
        return self._least_rise(region, share, self._offsets(region, share, price)[0])[0]

    def look(self, region: Region) -> float:
        """The same after the best share and price have been looked for, which costs some hundred times as much."""
        if region.sums is None:
            return 0.0
        shares = SHARES if self._side > 0 else 1.0 / SHARES[1:]
        low, high = np.full(len(shares), -FARTHEST), np.full(len(shares), FARTHEST)
        for _ in range(STEPS):
            middle = (low + high) / 2.0
            dear = self._offsets(region, *self._scaled(region, shares, middle))[1] <= 0.0
            low, high = np.where(dear, low, middle), np.where(dear, middle, high)
        share, price = self._scaled(region, shares, low)
        rise, place = self._least_rise(region, share, self._offsets(region, share, price)[0])
        region.held = float(shares[place]), float(low[place])
        return rise

    def _scaled(self, region: Region, shares: Doubles, places: Doubles) -> tuple[Doubles, Doubles]:
        """Shares and prices at the size that they have for this change."""
        assert region.sums is not None
        middle = (region.sums[0] + region.sums[1]) / 2.0
        convex = (self._total + middle) / (self._total_after + middle)
        unit = UNIT * float(self._target.sum()) / (self._total_after + middle)
        prices = unit * np.sinh(places)
        return shares * convex**2, np.where(np.abs(prices) < TINY, TINY, prices)

    def _offsets(self, region: Region, shares: Doubles, prices: Doubles) -> tuple[Doubles, Doubles]:
        """For each share and price an offset by which ``side * (CE' - share CE)`` is at least it, and its slope."""
        assert region.sums is not None
        share, price = shares[:, None], prices[:, None]
        own = _places(self._mix, self._mix_after, share, self._side * price, self._target, (region.least, region.most))
        logs = share * np.log(self._mix + own) - np.log(self._mix_after + own)
        values = self._side * self._target * logs + price * own
        best = values.argmin(axis=0)[None]
        numbers = np.take_along_axis(own, best, axis=0)[0].sum(axis=1)
        total, widen = float(self._target.sum()), 1.0 + LOG_FLOOR * len(self._target)
        toll = prices * widen
        mixes = np.array([self._total]), np.array([self._total_after])
        ends = np.array([region.sums[0]]), np.array([region.sums[1]])
        sums = _places(*mixes, share, self._side * toll[:, None], np.array([total]), ends)[:, :, 0]
        of_sums = self._side * total * (np.log(self._total_after + sums) - shares * np.log(self._total + sums))
        of_sums -= toll * sums
        chosen = of_sums.argmin(axis=0)[None]
        slope = numbers - np.take_along_axis(sums, chosen, axis=0)[0] * widen
        return values.min(axis=0).sum(axis=1) + of_sums.min(axis=0), slope

    def _least_rise(self, region: Region, shares: Doubles, offsets: Doubles) -> tuple[float, int]:
        """The lowest of the bounds, and which it is; cross entropies below FLOOR count as it."""
        low, high = region.entropies
        offsets = self._side * offsets
        with np.errstate(divide="ignore", invalid="ignore"):
            turn = np.where(shares > 0, (FLOOR - offsets) / shares, low)
        found = np.full(len(shares), -np.inf)
        for entropy in (low, high, min(max(FLOOR, low), high), np.clip(turn, low, high)):
            now = np.maximum(shares * entropy + offsets, FLOOR)
            found = np.maximum(found, self._strength * (np.log(np.maximum(entropy, FLOOR)) - np.log(now)))
        place = int(found.argmin())
        rise = float(found[place])
        return (max(rise, 0.0) if region.empty else rise), place


def _places(
    mix: Doubles, after: Doubles, share: Doubles, price: Doubles, weight: Doubles, ends: tuple[Doubles, Doubles]
) -> Doubles:
    """Where ``share w ln(mix + y) - w ln(after + y) + price y`` can be lowest or highest: both ends, and both roots.

    The same places are those of the function for a row's sum, whose sign is the other and whose price is too.

    Returns:
        ``(4, L, C)``.
    """
    moved = after - mix
    linear = weight * (1.0 - share) - price * moved
    root = np.sqrt(np.maximum(linear**2 - 4.0 * price * share * weight * moved, 0.0))
    # of the two forms of a root the one that does not cancel
    larger = linear + np.where(linear >= 0, root, -root)
    first = larger / (2.0 * price) - mix
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        second = np.nan_to_num(2.0 * share * weight * moved / larger, nan=0.0) - mix
    low, high = ends
    places = [np.broadcast_to(low, first.shape), np.broadcast_to(high, first.shape)]
    return np.stack([*places, np.clip(first, low, high), np.clip(second, low, high)])
