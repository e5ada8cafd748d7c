"""From distances to weights: the nearer, the higher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles


def decay(distances: Doubles) -> Doubles:
    """exp(-d / mean d) over all numbers of an array; 1 where the mean is 0 or there is one row."""
    mean = float(distances.mean()) if distances.size else 0.0
    if mean == 0.0 or len(distances) < 2:
        return np.ones_like(distances)
    return np.exp(-distances / mean)
