"""A model that reads digits: a classifier with probabilities, and embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from sqlsel.demo.handwriting import Digits, Images

DIMENSIONS = 24


class DigitReader:
    """Logistic regression and principal components, both learnt from the training images alone.

    Args:
        training: The images to learn from.
    """

    def __init__(self, training: Digits) -> None:
        from sklearn.decomposition import PCA
        from sklearn.linear_model import LogisticRegression

        cells = _flat(training.ink)
        self._classifier: Any = LogisticRegression(max_iter=1000).fit(cells, training.truth)
        self._components: Any = PCA(n_components=DIMENSIONS, svd_solver="full").fit(cells)

    def probabilities(self, ink: Images) -> npt.NDArray[np.float64]:
        """``(n, 10)`` probability of each digit; rows sum to 1."""
        found: npt.NDArray[np.float64] = self._classifier.predict_proba(_flat(ink))
        return found

    def embeddings(self, ink: Images) -> npt.NDArray[np.float32]:
        """``(n, 24)`` vectors of length 1."""
        return unit_length(self._components.transform(_flat(ink)))


def unit_length(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """The vectors at length 1."""
    scaled: npt.NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def _flat(ink: Images) -> npt.NDArray[np.float64]:
    return ink.reshape(len(ink), -1)
