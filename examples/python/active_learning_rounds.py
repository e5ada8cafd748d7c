"""Three rounds of active learning on real handwritten digits: what is each way of choosing worth?

Each round chooses 20 digits to label, trains a classifier on all those labelled so far, and gives what it thinks of the
unlabelled ones back to sqlsel, where the next round finds it. Three ways to choose are compared by the accuracy of the
classifier on digits that nobody may choose, each the mean over several ways to split the data:

    random                              any digits
    diversity                           far from each other and from those labelled before
    diversity, typicality, uncertainty  all three together; uncertainty from the second round on

    python examples/python/active_learning_rounds.py
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

import sqlsel

SPLITS = 5
ROUNDS = 3
PER_ROUND = 20
CLASSES = [str(digit) for digit in range(10)]

EMBEDDINGS = {"type": "EMBEDDINGS"}
RANDOM = [{"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}]
DIVERSITY = [{"input": EMBEDDINGS, "strategy": {"type": "DIVERSITY"}}]
TYPICALITY = [{"input": EMBEDDINGS, "strategy": {"type": "TYPICALITY"}}]
UNCERTAINTY = [
    {
        "input": {"type": "SCORES", "task": "classifier", "score": "uncertainty_margin"},
        "strategy": {"type": "WEIGHTS"},
    }
]

# what each way of choosing looks at in the first round, before there is a classifier, and in the later ones
WAYS = {
    "random": (RANDOM, RANDOM),
    "diversity": (DIVERSITY, DIVERSITY),
    "diversity, typicality, uncertainty": (DIVERSITY + TYPICALITY, DIVERSITY + TYPICALITY + UNCERTAINTY),
}


def main() -> None:
    """Compare the ways, and print a table."""
    digits = load_digits()
    accuracy = np.zeros((len(WAYS), SPLITS, ROUNDS))
    for split in range(SPLITS):
        pool, test = train_test_split(
            np.arange(len(digits.target)), test_size=600, random_state=split, stratify=digits.target
        )
        for number, way in enumerate(WAYS):
            accuracy[number, split] = run(way, digits.data / 16, digits.target, pool, test, split)
    print(f"accuracy on 600 other digits, {PER_ROUND} labels a round, mean of {SPLITS} splits (± standard deviation)\n")
    print(f"{'labels':<34}", *(f"{PER_ROUND * (number + 1):>14}" for number in range(ROUNDS)))
    for way, found in zip(WAYS, accuracy, strict=True):
        means, spread = found.mean(axis=0), found.std(axis=0)
        print(f"{way:<34}", *(f"{m:>7.1%} ±{s:>5.1%}" for m, s in zip(means, spread, strict=True)))


def run(way: str, images: np.ndarray, labels: np.ndarray, pool: np.ndarray, test: np.ndarray, seed: int) -> list[float]:
    """The accuracy after each round of one way to choose."""
    accuracy = []
    with sqlsel.connect() as db:
        db.ingest(embedded(images, pool), dataset="digits")
        for number, objectives in enumerate([WAYS[way][0], *[WAYS[way][1]] * (ROUNDS - 1)], start=1):
            db.select(
                {"n_samples": PER_ROUND, "strategies": objectives},
                dataset="digits",
                preselected="datapool",  # what earlier rounds chose; n_samples counts new ones
                tag=f"round-{number}",
                seed=seed,
            )
            labelled = [row[0] for row in db.sql("SELECT DISTINCT sample_id FROM digits.tags").fetchall()]
            classifier = LogisticRegression(max_iter=2000).fit(images[labelled], labels[labelled])
            accuracy.append(classifier.score(images[test], labels[test]))
            db.ingest(predicted(classifier, images, pool), **PREDICTIONS)
    return accuracy


def embedded(images: np.ndarray, pool: np.ndarray) -> pa.Table:
    """The digits of the pool with 16 principal components each; no label is looked at."""
    vectors = PCA(16, random_state=0).fit_transform(images[pool]).astype(np.float32)
    return pa.table({"sample_id": pool, "embedding": pa.FixedSizeListArray.from_arrays(vectors.reshape(-1), 16)})


PREDICTIONS = {
    "dataset": "digits",
    "predictions": {"classifier": "probabilities"},
    "classes": {"classifier": CLASSES},
}


def predicted(classifier: LogisticRegression, images: np.ndarray, pool: np.ndarray) -> pa.Table:
    """What the classifier thinks of each digit of the pool; a class it has seen no label of has probability 0."""
    probabilities = np.zeros((len(pool), len(CLASSES)))
    probabilities[:, classifier.classes_] = classifier.predict_proba(images[pool])
    return pa.table({"sample_id": pool, "probabilities": probabilities.tolist()})


if __name__ == "__main__":
    main()
