"""What are labels worth that each strategy chooses? Trained on real handwritten digits, tested on others.

From a pool of 1,200 digits each strategy chooses 30, 60, 120 and 240 to label. A classifier is trained on their
embeddings and tested on 597 digits that nobody may choose; the mean over five ways to split the data is printed.

    random                   any digits
    DIVERSITY                far from each other
    DIVERSITY + TYPICALITY   far from each other, from dense regions
    COVERAGE                 such that every digit of the pool is near a chosen one
    COVERAGE + uncertainty   half of them by COVERAGE; the others by COVERAGE and by what the classifier that is
                             trained on the first half is unsure of

    python examples/python/which_strategy.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

import sqlsel

if TYPE_CHECKING:
    from collections.abc import Sequence

SPLITS = 5
BUDGETS = (30, 60, 120, 240)

WAYS = {
    "random": [sqlsel.random()],
    "DIVERSITY": [sqlsel.diversity()],
    "DIVERSITY + TYPICALITY": [sqlsel.diversity(), sqlsel.typicality()],
    "COVERAGE": [sqlsel.coverage()],
}
UNSURE = "COVERAGE + uncertainty"


def main() -> None:
    """Compare the strategies, and print a table."""
    digits = load_digits()
    print(f"accuracy on 597 other digits, mean of {SPLITS} splits (± standard deviation)\n")
    vectors = PCA(32, random_state=0).fit_transform(digits.data)
    print_table(compare(vectors, digits.target, test=597, budgets=BUDGETS), BUDGETS)


def compare(vectors: np.ndarray, labels: np.ndarray, *, test: int, budgets: Sequence[int]) -> dict[str, np.ndarray]:
    """The accuracy of each way to choose, ``(splits, budgets)``.

    Args:
        vectors: ``(N, d)`` embeddings, of any length.
        labels: ``(N,)`` the true classes.
        test: How many samples are held back to test on.
        budgets: How many labels there are, ascending.
    """
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    found = {way: np.zeros((SPLITS, len(budgets))) for way in (*WAYS, UNSURE)}
    for split in range(SPLITS):
        order = np.random.default_rng(split).permutation(len(labels))
        tested, pool = order[:test], order[test:]
        for way, accuracy in found.items():
            for number, rows in enumerate(chosen(way, vectors[pool], labels[pool], split, budgets)):
                model = trained(vectors[pool][rows], labels[pool][rows])
                accuracy[split, number] = (model.predict(vectors[tested]) == labels[tested]).mean()
    return found


def chosen(way: str, vectors: np.ndarray, labels: np.ndarray, seed: int, budgets: Sequence[int]) -> list[list[int]]:
    """The rows of the pool that are labelled, for each budget."""
    if way != UNSURE:
        # every prefix of a ranking is the selection of that size
        ranked = select(vectors, sqlsel.config(*WAYS[way], n_samples=max(budgets)), seed)
        return [ranked[:budget] for budget in budgets]
    first = chosen("COVERAGE", vectors, labels, seed, [budget // 2 for budget in budgets])
    config = [sqlsel.coverage(), sqlsel.weights("classifier", "uncertainty_margin")]
    return [
        rows + select(vectors, sqlsel.config(*config, n_samples=budget - len(rows)), seed, rows, labels[rows])
        for rows, budget in zip(first, budgets, strict=True)
    ]


def select(
    vectors: np.ndarray,
    config: sqlsel.Config,
    seed: int,
    before: list[int] | None = None,
    labels: np.ndarray | None = None,
) -> list[int]:
    """The rows that a config chooses, beside those that were chosen and labelled before."""
    columns = {"embedding": pa.array(list(vectors.astype(np.float32)))}
    scores = None
    if labels is not None:
        shares = np.sort(trained(vectors[before], labels).predict_proba(vectors), axis=1)
        columns["margin"] = pa.array(1 - (shares[:, -1] - shares[:, -2]))
        scores = {("classifier", "uncertainty_margin"): "margin"}
    table = pa.table(columns)
    return sqlsel.select(table, config, embedding="embedding", scores=scores, preselected=before, seed=seed).sample_ids


def trained(vectors: np.ndarray, labels: np.ndarray) -> LogisticRegression:
    """A classifier on embeddings."""
    return LogisticRegression(C=10, max_iter=1000).fit(vectors, labels)


def print_table(found: dict[str, np.ndarray], budgets: Sequence[int]) -> None:
    """A line for each way to choose."""
    print(f"{'labels':<24}", *(f"{budget:>14}" for budget in budgets))
    for way, accuracy in found.items():
        means, spread = accuracy.mean(axis=0), accuracy.std(axis=0)
        print(f"{way:<24}", *(f"{mean:>7.1%} ±{off:>5.1%}" for mean, off in zip(means, spread, strict=True)))


if __name__ == "__main__":
    main()
