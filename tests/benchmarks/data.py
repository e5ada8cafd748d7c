"""Data of the benchmarks: unit vectors, clustered or isotropic; labels, soft predictions and weights."""

from __future__ import annotations

import numpy as np

BLOCK = 100_000


def clustered(rows: int, width: int, seed: int, *, centres: int = 200, sigma: float = 0.5) -> np.ndarray:
    """``(rows, width)`` float32: clusters with sizes as 1 / (1 + c)^0.8 around random directions."""
    rng = np.random.default_rng(seed)
    middle = rng.standard_normal((centres, width), dtype=np.float32)
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    shares = 1 / (1 + np.arange(centres)) ** 0.8
    cluster = rng.choice(centres, rows, p=shares / shares.sum())
    spread = np.float32(sigma / np.sqrt(width))

    def draw(begin, end):
        return middle[cluster[begin:end]] + spread * rng.standard_normal((end - begin, width), dtype=np.float32)

    return _blocks(rows, width, draw)


def isotropic(rows: int, width: int, seed: int) -> np.ndarray:
    """``(rows, width)`` float32: uniform directions."""
    rng = np.random.default_rng(seed)
    return _blocks(rows, width, lambda a, b: rng.standard_normal((b - a, width), dtype=np.float32))


def labels(rows: int, classes: int, seed: int) -> np.ndarray:
    """``(rows, classes)`` one-hot, class sizes as 1 / (1 + c)^1.5."""
    shares = 1 / (1 + np.arange(classes)) ** 1.5
    return np.eye(classes)[np.random.default_rng(seed).choice(classes, rows, p=shares / shares.sum())]


def soft(rows: int, classes: int, seed: int) -> np.ndarray:
    """``(rows, classes)`` probabilities."""
    return np.random.default_rng(seed).dirichlet(np.ones(classes), rows)


def weights(rows: int, seed: int) -> np.ndarray:
    """``(rows,)`` uniform in single precision, held in double."""
    return np.random.default_rng(seed).random(rows, dtype=np.float32).astype(np.float64)


def _blocks(rows, width, draw):
    matrix = np.empty((rows, width), np.float32)
    for begin in range(0, rows, BLOCK):
        end = min(begin + BLOCK, rows)
        block = draw(begin, end)
        matrix[begin:end] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return matrix
