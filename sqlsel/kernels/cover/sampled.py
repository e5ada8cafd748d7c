"""Cosines of a few rows with all reference vectors: they say what is worth doing, and decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sqlsel.kernels.cover.cosines import Cosines
    from sqlsel.kernels.protocol import Doubles, Rows, Singles

NUMBERS = 1 << 22
MOST_ROWS = 1 << 7


class Sample:
    """Rows at equal distances among the candidates."""

    def __init__(self, cosines: Cosines, rows: Rows) -> None:
        size = min(max(NUMBERS // max(cosines.count, 1), 1), MOST_ROWS, len(rows))
        chosen = rows[(2 * np.arange(size) + 1) * len(rows) // (2 * max(size, 1))]
        self._found: Singles = np.empty((cosines.count, size), dtype=np.float32)

        def keep(part: slice, run: slice, found: Singles) -> None:
            self._found[run, part] = found

        cosines.visit(chosen, slice(None), keep)

    def shares(self, columns: Rows, least: Singles) -> Doubles:
        """By column, the share of the rows whose cosine is higher than a number for each column."""
        near = self._found[columns] > least[:, None]
        shares: Doubles = near.sum(axis=1) / max(near.shape[1], 1)
        return shares

    def falls(self, columns: Rows, low: Singles, high: Singles) -> Doubles:
        """By column, how far the cosine of a row is above ``low``, up to ``high``, on average."""
        found = self._found[columns]
        np.clip(found, low[:, None], high[:, None], out=found)
        falls: Doubles = found.mean(axis=1, dtype=np.float64) - low
        return falls
