"""From distances to weights: the nearer, the higher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.sums import exact_mean

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles


def decay(distances: Doubles) -> Doubles:
    """exp(-d / mean d) over all numbers of an array; 1 where the mean is 0 or there is one row."""
    mean = exact_mean(distances) if distances.size else 0.0
    return decay_by(distances, mean if len(distances) > 1 else 0.0)


def decay_by(distances: Doubles, mean: float) -> Doubles:
    """exp(-d / mean); 1 where the mean is 0."""
    if mean == 0.0:
        return np.ones_like(distances)
    found: Doubles = np.exp(-distances / mean)
    return found
