"""How far cosines are above a cover, added up in single precision, with a bound of what that is off by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.cover.cosines import BLOCK_COLUMNS, ROUNDOFF, Cosines
from sqlsel.kernels.threads import own_threads

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

FAST, CLOSE = BLOCK_COLUMNS, 64
"""How many numbers are added up in single precision before the sum goes on in double."""
SUMMED = (FAST + 8) * ROUNDOFF
"""Share of a sum of positive numbers that is lost by that, at most."""
SUMMED_CLOSELY = (CLOSE + 8) * ROUNDOFF


def sums(
    cosines: Cosines,
    rows: Rows,
    columns: Rows | slice,
    weights: Singles,
    cover: tuple[Singles, Singles | None],
    *,
    together: int = FAST,
) -> Doubles:
    """By row the sum over some columns of weight * (how far the cosine is above a cover, up to a higher one).

    Args:
        cosines: The cosines.
        rows: The rows.
        columns: The columns.
        weights: Of each of these.
        cover: The cover of each of these, and the higher one; None for no end.
        together: How many columns are added up in single precision.
    """
    low, high = cover
    found = np.full(len(rows), -weighted(low, weights))

    def add(part: slice, run: slice, block: Singles) -> None:
        np.maximum(block, low[run, None], out=block)
        if high is not None:
            np.minimum(block, high[run, None], out=block)
        counts = weights[run]
        for begin in range(0, len(counts), together):
            found[part] += counts[begin : begin + together] @ block[begin : begin + together]

    # blocks of the reference with itself are added up as a whole
    whole = isinstance(columns, slice) and high is None and together == FAST
    own = cosines.own(rows) if whole else None
    if own is None:
        cosines.visit(rows, columns, add)
        return found
    others = np.delete(np.arange(len(rows)), own)
    found[own] += _sums_of_own(cosines, weights, low)
    found[others] = sums(cosines, rows[others], columns, weights, cover, together=together)
    return found


def _sums_of_own(cosines: Cosines, weights: Singles, cover: Singles) -> Doubles:
    """By reference vector the sum over all of weight * max(cosine, cover)."""
    found = np.zeros(cosines.count)

    def add(first: slice, second: slice, block: Singles) -> None:
        if first != second:
            found[second] += np.maximum(block, cover[first]) @ weights[first]
        found[first] += weights[second] @ np.maximum(block, cover[second, None], out=block)

    cosines.visit_own(add)
    return found


def weighted(numbers: Singles, weights: Singles) -> float:
    """The sum of weight * number."""
    return float((numbers.astype(np.float64) * weights).sum())


def error_of_pairs(cosines: Cosines, weights: Doubles) -> float:
    """What sums of a row are off by at most, as cosines are, however often it was shown what a cover took."""
    # a pair errs once where it counts first and twice, at most, where the cover passes it
    return 3.0 * _error(cosines) * float(weights.sum())


def _error(cosines: Cosines) -> float:
    """Of a cosine, and of its difference to a cover."""
    error: float = cosines.error + 2 * ROUNDOFF
    return error


def rise_bounds(vectors: Singles, reference: Singles, weights: Doubles, cover: Doubles) -> Doubles:
    """What rows would add to a cover that is known elsewhere.

    Args:
        vectors: ``(n, d)`` float32.
        reference: ``(R, d)`` what should be covered.
        weights: ``(R,)`` how much each of these counts.
        cover: ``(R,)`` the cosine of each to the nearest of a selection, at least 0.

    Returns:
        ``(n, 2)`` float64: at least and at most. Cost: two matrix products in single precision.
    """
    with own_threads():
        cosines, rows = Cosines(vectors, None, reference), np.arange(len(vectors))
        narrow, low = weights.astype(np.float32), cover.astype(np.float32)
        found = sums(cosines, rows, slice(None), narrow, (low, None), together=CLOSE)
        slack = 3.0 * _error(cosines) * _live(cosines, rows, narrow, low)
        slack += SUMMED_CLOSELY * (weighted(low, narrow) + found)
    return _between(found - slack, found + slack)


def _live(cosines: Cosines, rows: Rows, weights: Singles, cover: Singles) -> Doubles:
    """By row the weights of those vectors that it may cover better, however single precision errs from then on."""
    least = cover - np.float32(4.0 * _error(cosines))
    alive = np.zeros(len(rows))

    def add(part: slice, run: slice, block: Singles) -> None:
        alive[part] += weights[run] @ (block > least[run, None]).astype(np.float32)

    cosines.visit(rows, slice(None), add)
    # the weights of up to a block of columns are added up in single precision
    return alive * (1.0 + SUMMED)


def fallen(
    bounds: Doubles, vectors: Singles, reference: Singles, weights: Doubles, cover: tuple[Doubles, Doubles]
) -> Doubles:
    """The same now, by bounds under an earlier cover. Cost: a product with those that are covered better since."""
    columns = np.flatnonzero(cover[1] > cover[0])
    narrow = weights[columns].astype(np.float32)
    low, high = (side[columns].astype(np.float32) for side in cover)
    with own_threads():
        cosines = Cosines(vectors, None, reference[columns])
        lost = sums(cosines, np.arange(len(vectors)), slice(None), narrow, (low, high), together=CLOSE)
    slack = SUMMED_CLOSELY * weighted(high, narrow)
    return _between(bounds[:, 0] - lost - slack, bounds[:, 1] - lost + slack)


def _between(least: Doubles, most: Doubles) -> Doubles:
    return np.maximum(np.stack([least, most], axis=1), 0.0)
