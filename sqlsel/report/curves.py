"""What each further pick adds: its distance to those before it, and how well the candidates are covered then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.arrow import from_numpy
from sqlsel.report.nearness import spacing, to_nearest, to_nearest_earlier, to_nearest_other
from sqlsel.selection.coverage import coverage_curve

if TYPE_CHECKING:
    import numpy.typing as npt

    from sqlsel.report.pool import Pool

    Doubles = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]

MOST_DISTANCES = 200_000_000
"""The most distances between candidates and picks that are looked at for the coverage."""
PAIRS = 12
"""How many pairs of a pick and a near candidate that was left out are shown."""
_DIGITS = 6


def curves(pool: Pool) -> dict[str, Any] | None:
    """Distance and coverage against rank; None where there are no vectors or no picks.

    Returns:
        ``ranks`` and ``distance``: of each pick, the Euclidean distance to the nearest pick of lower rank or
        preselected sample (None for the first of all). ``coverage``: for ``selected`` and ``random`` the ``mean`` and
        ``largest`` distance of the candidates to the nearest of the first ``n``. ``candidates``: how many candidates
        that looked at, ``of`` how many.
    """
    picked, matrix = pool.picked, pool.matrix
    if matrix is None or not len(picked):
        return None
    before, candidates = pool.preselected, pool.looked_at
    candidates = candidates[: max(MOST_DISTANCES // (len(before) + len(picked)), 1_000)]
    distance = to_nearest_earlier(matrix, before, picked)
    ranks = np.asarray(pool.table.column("rank").take(from_numpy(picked)).to_pylist())
    return {
        "ranks": ranks.tolist(),
        "distance": plain(distance),
        "coverage": {
            "selected": coverage_curve(matrix, candidates, before, picked),
            "random": coverage_curve(matrix, candidates, before, pool.random),
        },
        "candidates": len(candidates),
        "of": pool.candidates,
    }


def near_pairs(pool: Pool, asked: float | None) -> dict[str, Any] | None:
    """Candidates that were left out although, or because, they are near to a pick; None where there are no vectors.

    Args:
        pool: The samples that are looked at.
        asked: The minimum distance that the config asks for; None where it asks for none.

    Returns:
        ``pairs``: for each of the picks with the nearest neighbours left out, ``selected`` and ``left_out`` (rows of
        the pool) and their ``distance``, nearest first. ``threshold``: samples nearer than that are near-duplicates; it
        is the one ``asked`` for, else half the median distance of a candidate to its nearest neighbour. ``avoided``:
        how many candidates that were left out are near-duplicates of a pick, ``looked_at``: of how many. ``selected``
        and ``random``: how many of the ``picks``, and of a random selection of the same size, have a near-duplicate.
    """
    picked, left_out, matrix = pool.picked, pool.left_out, pool.matrix
    if matrix is None or not len(picked):
        return None
    nearest, distances = to_nearest(matrix, left_out, picked)
    found: dict[str, Any] = {"pairs": _pairs(nearest, left_out, distances), "asked": asked is not None}
    usual = spacing(matrix, pool.looked_at) if asked is None else None
    threshold = asked if usual is None else usual / 2
    counts = [0, 0, 0]
    if threshold is not None:
        near = (distances, to_nearest_other(matrix, picked), to_nearest_other(matrix, pool.random))
        counts = [int((each < threshold).sum()) for each in near]
    avoided, selected, random = counts
    return {
        **found,
        "threshold": threshold,
        "avoided": avoided,
        "looked_at": len(left_out),
        "selected": selected,
        "random": random,
        "picks": len(picked),
    }


def _pairs(nearest: Rows, left_out: Rows, distances: Doubles) -> list[dict[str, Any]]:
    """The nearest pairs, each pick once."""
    pairs: list[dict[str, Any]] = []
    paired: set[int] = set()
    for place in np.argsort(distances, kind="stable"):
        if len(pairs) == PAIRS:
            break
        if int(nearest[place]) not in paired:
            paired.add(int(nearest[place]))
            pair = {"selected": int(nearest[place]), "left_out": int(left_out[place])}
            pairs.append({**pair, "distance": float(distances[place])})
    return pairs


def plain(values: Doubles) -> list[float | None]:
    """Numbers as JSON can hold them, with as many digits as anybody looks at; None for NaN."""
    return [None if np.isnan(value) else round(float(value), _DIGITS) for value in values]
