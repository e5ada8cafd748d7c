"""The jobs of the benchmarks: what runs, and how good the outcome is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels import Balance, Diversity, Weights, greedy, similarity, typicality
from tests.benchmarks import data

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Job:
    """One job: ours and the peer's way from arrays in memory to the result, and measures of quality of a result."""

    ours: Callable[[], object]
    peer: Callable[[], object]
    measures: Callable[[object], dict[str, float]]


def selection(objectives, n, rows):
    def ours():
        return greedy(objectives, n=n, candidates=np.ones(rows, bool), preselected=np.zeros(rows, bool)).rows

    def peer():
        from tests.parity.peer import picks

        return np.array(picks(objectives, n, rows))

    return Job(ours, peer, lambda picked: measures(objectives, np.asarray(picked)))


def measures(objectives, picked):
    """Radius (largest distance to the nearest pick), sum of weights, L1 of the mix, and sum of strength * ln(value)."""
    found, score = {}, 0.0
    for objective in objectives:
        if isinstance(objective, Diversity):
            found["radius"] = radius(objective.matrix, picked)
            value = spread(objective.matrix[picked])
        elif isinstance(objective, Weights):
            value = found["sum"] = float(objective.values[picked].sum())
        else:
            shares = objective.rows[picked].sum(axis=0) / objective.rows[picked].sum()
            found["L1"] = float(np.abs(shares - objective.target).sum())
            value = 1 / float(-(objective.target * np.log(shares + 1e-10)).sum())
        score += objective.strength * np.log(value)
    return found | {"score": float(score)}


def radius(matrix, picked):
    """Largest distance of any row to its nearest pick; unit vectors."""
    nearest = np.concatenate(
        [(matrix[begin : begin + 8192] @ matrix[picked].T).max(axis=1) for begin in range(0, len(matrix), 8192)]
    )
    return float(np.sqrt(2 - 2 * nearest.min()))


def spread(matrix):
    """Sum over the picks of half the squared distance to the nearest other."""
    products = matrix @ matrix.T
    np.fill_diagonal(products, -1)
    return float((1 - products.max(axis=1)).sum())


def values(ours, peer):
    return Job(ours, peer, lambda found: {"mean": float(np.mean(found))})


def diversity(rows, width, n, kind):
    matrix = getattr(data, kind)(rows, width, 0)
    return selection([Diversity("d", matrix)], n, rows)


def three(rows, width, n, kind):
    matrix = getattr(data, kind)(rows, width, 0)
    balance = Balance("b", data.labels(rows, 10, 0), np.full(10, 0.1))
    return selection([Diversity("d", matrix), Weights("w", data.weights(rows, 5)), balance], n, rows)


def weighted(rows, n):
    return selection([Weights("w", data.weights(rows, 5))], n, rows)


def balanced(rows, n, kind):
    return selection([Balance("b", getattr(data, kind)(rows, 10, 0), np.full(10, 0.1))], n, rows)


def similar(rows, queries, kind):
    matrix = getattr(data, kind)(rows + queries, 128, 0)

    def peer():
        import lightly_mundig

        return lightly_mundig.Similarity(matrix[:rows]).calculate_similarity(matrix[rows:])

    return values(lambda: similarity(matrix[:rows], matrix[rows:]), peer)


def typical(rows, k, kind):
    matrix = getattr(data, kind)(rows, 128, 0)

    def peer():
        import lightly_mundig

        return lightly_mundig.Typicality(matrix).calculate_typicality(k)

    return values(lambda: typicality(matrix, k), peer)


def _kinds(name, make):
    return {f"{name} {kind}": (lambda kind=kind: make(kind)) for kind in ("clustered", "isotropic")}


JOBS: dict[str, Callable[[], Job]] = {
    **_kinds("diversity 10k x 128, n = 1k", lambda kind: diversity(10_000, 128, 1000, kind)),
    **_kinds("diversity 100k x 128, n = 1k", lambda kind: diversity(100_000, 128, 1000, kind)),
    **_kinds("diversity 100k x 128, n = 5k", lambda kind: diversity(100_000, 128, 5000, kind)),
    **_kinds("diversity 50k x 512, n = 2k", lambda kind: diversity(50_000, 512, 2000, kind)),
    **_kinds("diversity 1M x 128, n = 1k", lambda kind: diversity(1_000_000, 128, 1000, kind)),
    **_kinds("diversity + weights + balance 100k x 128, n = 1k", lambda kind: three(100_000, 128, 1000, kind)),
    "weights 1M, n = 10k": lambda: weighted(1_000_000, 10_000),
    "balance labels 100k, n = 1k": lambda: balanced(100_000, 1000, "labels"),
    "balance soft 100k, n = 1k": lambda: balanced(100_000, 1000, "soft"),
    **_kinds("similarity 200k x 128, 1000 queries", lambda kind: similar(200_000, 1000, kind)),
    **_kinds("typicality 20k x 128, k = 20", lambda kind: typical(20_000, 20, kind)),
    **_kinds("large: diversity 10M x 128, n = 10k", lambda kind: diversity(10_000_000, 128, 10_000, kind)),
}
