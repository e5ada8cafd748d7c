"""How good selections are beside lightly-mundig's: ``python -m tests.benchmarks.quality``.

20,000 clustered vectors of width 64 in 200 clusters, skewed labels of 10 classes, uniform weights; 500 picks by each
combination. Both sides get the same arrays.
"""

from __future__ import annotations

import sys

import numpy as np

from sqlsel.kernels import Balance, Diversity, Weights, greedy
from tests.benchmarks import data
from tests.benchmarks.jobs import spread

ROWS, WIDTH, PICKS, CLASSES = 20_000, 64, 500, 10
STRENGTHS = {
    "D": (1, 0, 0),
    "W": (0, 1, 0),
    "B": (0, 0, 1),
    "D1 W1": (1, 1, 0),
    "D1 W2": (1, 2, 0),
    "D1 W5": (1, 5, 0),
    "D1 W20": (1, 20, 0),
    "D1 B0.1": (1, 0, 0.1),
    "D1 B1": (1, 0, 1),
    "D1 B5": (1, 0, 5),
    "D1 W1 B1": (1, 1, 1),
    "D1 W5 B5": (1, 5, 5),
}
HIGHER = {"nearest pair": True, "radius": False, "mean distance": False, "mean weight": True, "L1": False}
"""Measures, and whether more of them is better."""
OF = {"nearest pair": "D", "radius": "D", "mean distance": "D", "mean weight": "W", "L1": "B"}
"""The objective that looks after each; the others' only happen to come out."""


def main() -> int:
    """Print both sides' measures for each combination; 1 if any of ours is worse."""
    case = Case()
    head = "".join(f"{name:>15}" for name in (*HIGHER, "score"))
    print(f"{'':<10}{'':<8}{head}")
    faults = []
    for name in STRENGTHS:
        ours, peer = case.both(name)
        for side, found in (("sqlsel", ours), ("mundig", peer)):
            print(f"{name:<10}{side:<8}" + "".join(f"{value:>15.4f}" for value in found.values()))
        faults += [f"{name}: {fault}" for fault in worse(name, ours, peer)]
    print("\n".join(faults) if faults else "nothing is worse")
    return int(bool(faults))


class Case:
    """The data, and both sides' selections."""

    def __init__(self) -> None:
        self.matrix = data.clustered(ROWS, WIDTH, 0)
        self.weights = data.weights(ROWS, 5)
        self.labels = data.labels(ROWS, CLASSES, 0)
        self.target = np.full(CLASSES, 1 / CLASSES)

    def both(self, name):
        """Measures of ours and of the peer's."""
        return self.measure(name, self.ours(name)), self.measure(name, self.peer(name))

    def objectives(self, name):
        d, w, b = STRENGTHS[name]
        made = [
            Diversity("diversity", self.matrix, float(d)),
            Weights("weights", self.weights, float(w)),
            Balance("balance", self.labels, self.target, float(b)),
        ]
        return [objective for objective in made if objective.strength]

    def ours(self, name):
        every = np.ones(ROWS, bool)
        return greedy(self.objectives(name), n=PICKS, candidates=every, preselected=~every).rows

    def peer(self, name):
        from tests.parity.peer import picks

        return np.array(picks(self.objectives(name), PICKS, ROWS))

    def measure(self, name, picked):
        """The measures of a selection, and the sum of strength * ln(value) over the combination's objectives."""
        chosen = self.matrix[picked]
        products = chosen @ chosen.T
        np.fill_diagonal(products, -1)
        nearest = np.sqrt(np.maximum(2 - 2 * (self.matrix @ chosen.T).max(axis=1), 0))
        shares = self.labels[picked].mean(axis=0)
        d, w, b = STRENGTHS[name]
        score = (
            d * np.log(spread(chosen))
            + w * np.log(self.weights[picked].sum())
            - b * np.log(-(self.target * np.log(shares + 1e-10)).sum())
        )
        values = [np.sqrt(max(2 - 2 * products.max(), 0)), nearest.max(), nearest.mean()]
        values += [self.weights[picked].mean(), np.abs(shares - self.target).sum()]
        return dict(zip(HIGHER, map(float, values), strict=True)) | {"score": float(score)}


def worse(combination, ours, peer):
    """What is worse by more than 1 %, L1 by more than 0.01, the score by more than 0.005."""
    for name, higher in HIGHER.items():
        if OF[name] not in combination:
            continue
        margin = 0.01 if name == "L1" else 0.01 * abs(peer[name])
        if (peer[name] - ours[name] if higher else ours[name] - peer[name]) > margin:
            yield f"{name} is {ours[name]:.4f}, the peer's {peer[name]:.4f}"
    if ours["score"] < peer["score"] - 0.005:
        yield f"score is {ours['score']:.4f}, the peer's {peer['score']:.4f}"


if __name__ == "__main__":
    sys.exit(main())
