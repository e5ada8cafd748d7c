"""Seeded draws of rows that come out the same wherever the rows lie: each has a number of its own to be drawn by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Bools = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]
    Keys = npt.NDArray[np.uint64]

SAMPLE = 50_000
"""How many candidates a comparison looks at, unless it is exact."""

BITS = 64
_STEP = 0x9E3779B97F4A7C15
_MIX = (30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)
_LAST = 31
_PURPOSES = 2


def sample_keys(positions: Rows, seed: int) -> Keys:
    """What rows are drawn into a sample by, the lowest first; no two positions have the same."""
    return _keys(positions, seed, 0)


def random_keys(positions: Rows, seed: int) -> Keys:
    """What rows are drawn into a random selection by, the lowest first; no two positions have the same."""
    return _keys(positions, seed, 1)


def sampled(rows: Bools, positions: Rows, seed: int, size: int | None = None) -> Bools:
    """The rows, or a sample of them where there are more than ``size``, by default 50,000.

    Args:
        rows: ``(N,)`` which rows there are to draw from.
        positions: ``(N,)`` their positions in the order of ties.
        seed: The seed.
        size: How many to draw.
    """
    size = SAMPLE if size is None else size
    places = np.flatnonzero(rows)
    if len(places) <= size:
        return rows
    keys = sample_keys(positions[places], seed)
    found = np.zeros_like(rows)
    found[places[np.argpartition(keys, size)[:size]]] = True
    return found


def random_rows(rows: Bools, positions: Rows, seed: int, n: int) -> Rows:
    """At most n rows in random order; the arguments are those of :func:`sampled`."""
    places = np.flatnonzero(rows)
    keys = random_keys(positions[places], seed)
    if n < len(places):
        lowest = np.argpartition(keys, n)[:n]
        places, keys = places[lowest], keys[lowest]
    return places[np.argsort(keys)]


def enough(size: int, of: int) -> int:
    """A bound of keys below which very likely so many of so many rows lie, and few more."""
    if size >= of:
        return (1 << BITS) - 1
    wanted = size + 6 * size**0.5 + 20
    return min(int((1 << BITS) * (wanted / of)), (1 << BITS) - 1)


def _keys(positions: Rows, seed: int, purpose: int) -> Keys:
    """The finalizer of SplitMix64 (Steele, Lea, Flood 2014), which maps 64 bits one to one."""
    start = ((seed * _PURPOSES + purpose) * _STEP) % (1 << BITS)
    with np.errstate(over="ignore"):
        found = (positions.astype(np.uint64) + np.uint64(start)) * np.uint64(_STEP)
        for shift, factor in _MIX:
            found = (found ^ (found >> np.uint64(shift))) * np.uint64(factor)
    return found ^ (found >> np.uint64(_LAST))
