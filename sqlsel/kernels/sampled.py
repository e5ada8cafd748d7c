"""Cosines of a few rows with all reference vectors: they say what is worth doing, and decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.cosines import Cosines
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

NUMBERS = 1 << 21
MOST_ROWS = 1 << 8


class Sample:
    """Rows at equal distances among the candidates."""

    def __init__(self, cosines: Cosines, rows: Rows) -> None:
        size = min(max(NUMBERS // max(cosines.count, 1), 1), MOST_ROWS, len(rows))
        chosen = rows[(2 * np.arange(size) + 1) * len(rows) // (2 * max(size, 1))]
        self._found: Singles = np.empty((cosines.count, size), dtype=np.float32)
        cosines.wide_block(chosen, slice(None), self._found)

    def share(self, least: Singles) -> float:
        """The share of all pairs of a row and a reference vector whose cosine is higher than a number for each."""
        return float((self._found > least[:, None]).mean()) if self._found.size else 0.0

    def falls(self, columns: Rows, low: Singles, high: Singles) -> Doubles:
        """By column, how far the cosine of a row is above ``low``, up to ``high``, on average."""
        found = self._found[columns]
        np.clip(found, low[:, None], high[:, None], out=found)
        falls: Doubles = found.mean(axis=1, dtype=np.float64) - low
        return falls
