"""Two-dimensional maps of embeddings: principal components, and UMAP where it is installed."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.errors import UsageError

if TYPE_CHECKING:
    import numpy.typing as npt

    from sqlsel.report.subject import Projection

    Singles = npt.NDArray[np.float32]
    Doubles = npt.NDArray[np.float64]

UMAP_AUTOMATIC = 20_000
"""UMAP is added by itself up to so many points: more take minutes."""
_DIGITS = 5
_LEAST = 4


def maps_of(matrix: Singles, projection: Projection, seed: int) -> list[dict[str, Any]]:
    """The maps of vectors, the one to show first in front.

    Args:
        matrix: ``(N, d)`` float32, the vectors of the points.
        projection: Which maps: PCA alone, or UMAP first. ``auto`` makes UMAP where it is installed.
        seed: Of UMAP.

    Returns:
        For each ``method``, ``x`` and ``y`` of the N points, and of PCA ``explained``: the share of the variance that
        each axis shows.

    Raises:
        UsageError: If UMAP is asked for and not installed.
    """
    installed = check_projection(projection)
    found = [_principal(matrix)]
    wanted = projection == "umap" or (projection == "auto" and installed and len(matrix) <= UMAP_AUTOMATIC)
    if wanted and len(matrix) >= _LEAST:
        found.insert(0, _umap(matrix, seed))
    return found


def check_projection(projection: Projection) -> bool:
    """Whether UMAP is installed; raises UsageError if it is asked for and is not."""
    installed = find_spec("umap") is not None
    if projection == "umap" and not installed:
        raise UsageError("a UMAP map needs umap-learn, which is not installed", hint="pip install umap-learn")
    return installed


def _principal(matrix: Singles) -> dict[str, Any]:
    """The first two principal components; the longer direction of each axis points to positive numbers."""
    centred = matrix.astype(np.float64) - (matrix.mean(axis=0, dtype=np.float64) if len(matrix) else 0.0)
    variances, axes = np.linalg.eigh(centred.T @ centred)
    axes, variances = axes[:, ::-1][:, :2], variances[::-1]
    if axes.shape[1] < 2:
        axes = np.column_stack([axes, np.zeros(len(axes))])
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    total = variances.sum()
    shares = np.zeros(2)
    shares[: len(variances[:2])] = variances[:2] / total if total > 0 else 0.0
    return {"method": "PCA", **_points(centred @ axes), "explained": [round(float(each), _DIGITS) for each in shares]}


def _umap(matrix: Singles, seed: int) -> dict[str, Any]:
    from umap import UMAP

    with warnings.catch_warnings():
        # it warns that a seed leaves it one thread
        warnings.simplefilter("ignore")
        near = min(15, len(matrix) - 1)
        model = UMAP(n_components=2, n_neighbors=near, random_state=seed % 2**32, init="pca")
        found = np.asarray(model.fit_transform(matrix), dtype=np.float64)
    return {"method": "UMAP", **_points(found), "explained": None}


def _points(places: Doubles) -> dict[str, list[float]]:
    """Coordinates with as many digits as a screen has pixels, and some."""
    span = float(np.abs(places).max(initial=0.0)) or 1.0
    digits = max(_DIGITS - int(np.ceil(np.log10(span))), 0)
    rounded = np.round(places, digits)
    return {"x": rounded[:, 0].tolist(), "y": rounded[:, 1].tolist()}
