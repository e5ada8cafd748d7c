"""Small inputs against plain numpy loops: ``python -m tests.benchmarks.small``.

The loop in double precision does what DIVERSITY is defined to do, one distance to every row a pick. The loops in single
precision are what a notebook would hold: their picks may differ where rounding decides.
"""

from __future__ import annotations

import time

import numpy as np

from sqlsel.kernels import Diversity, greedy
from tests.benchmarks import data

ROWS, WIDTH, TRIALS = 1000, 128, 7


def main() -> None:
    """Print the microseconds a pick of each, and whether the picks are the same."""
    print(f"{ROWS:,} x {WIDTH}{'':<12}{'n':>5}{'sqlsel':>9}" + "".join(f"{name:>22}" for name in LOOPS))
    for kind in ("clustered", "isotropic"):
        matrix = getattr(data, kind)(ROWS, WIDTH, 0)
        for n in (10, 100, 500, 900):
            first, ours = timed(lambda matrix=matrix, n=n: kernel(matrix, n))
            cells = []
            for loop in LOOPS.values():
                picked, seconds = timed(lambda loop=loop, matrix=matrix, n=n: loop(matrix, n))
                same = "same" if picked == first else "other"
                cells.append(f"{seconds / n * 1e6:>10.1f} us, {same:>5}")
            print(f"{kind:<20}{n:>5}{ours / n * 1e6:>6.1f} us" + "".join(f"{cell:>22}" for cell in cells))


def kernel(matrix, n):
    every = np.ones(ROWS, bool)
    return greedy([Diversity("d", matrix)], n=n, candidates=every, preselected=~every).rows.tolist()


def in_double(matrix, n):
    """Differences of every row to the last pick, in double."""
    nearest, wide, picked = np.full(ROWS, np.inf), matrix.astype(np.float64), [0]
    while len(picked) < n:
        difference = wide - wide[picked[-1]]
        nearest = np.minimum(nearest, np.einsum("ij,ij->i", difference, difference))
        picked.append(int(nearest.argmax()))
    return picked


def in_single(matrix, n):
    """The same in single precision."""
    nearest, picked = np.full(ROWS, np.inf, np.float32), [0]
    while len(picked) < n:
        nearest = np.minimum(nearest, ((matrix - matrix[picked[-1]]) ** 2).sum(axis=1))
        picked.append(int(nearest.argmax()))
    return picked


def by_product(matrix, n):
    """1 - a.b of unit vectors in single precision."""
    nearest, picked = np.full(ROWS, np.inf, np.float32), [0]
    while len(picked) < n:
        nearest = np.minimum(nearest, 1 - matrix @ matrix[picked[-1]])
        picked.append(int(nearest.argmax()))
    return picked


LOOPS = {"double differences": in_double, "single differences": in_single, "single products": by_product}


def timed(call):
    best = np.inf
    for _ in range(TRIALS):
        begin = time.perf_counter()
        found = call()
        best = min(best, time.perf_counter() - begin)
    return found, best


if __name__ == "__main__":
    main()
