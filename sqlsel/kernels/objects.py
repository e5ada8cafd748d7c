"""Objects of samples: all vectors in one matrix, the objects of one row next to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sqlsel.kernels.protocol import KernelInputError

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Bools, Doubles, Rows, Singles


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """The objects of N rows.

    Attributes:
        matrix: ``(M, d)`` float32, one vector an object.
        offsets: ``(N + 1,)`` int64; the objects of row i are ``matrix[offsets[i]:offsets[i + 1]]``, none is allowed.
    """

    matrix: Singles
    offsets: Rows

    def __post_init__(self) -> None:
        """Refuse offsets that do not cover the matrix, and vectors that are not finite."""
        if self.matrix.ndim != 2:
            raise KernelInputError(f"objects need a matrix (M, d), not an array of {self.matrix.ndim} dimensions")
        check_offsets(self.offsets, len(self.matrix))
        if not np.isfinite(self.matrix).all():
            raise KernelInputError("the vectors of the objects hold NaN or infinite numbers")

    @property
    def n_rows(self) -> int:
        """Number of rows, those without objects included."""
        return len(self.offsets) - 1


def check_offsets(offsets: Rows, n_objects: int) -> None:
    """Raise unless the offsets rise from 0 to the number of objects."""
    rising = offsets.ndim == 1 and len(offsets) > 0 and bool((np.diff(offsets) >= 0).all())
    if not rising or offsets[0] != 0 or offsets[-1] != n_objects:
        raise KernelInputError(f"offsets must rise from 0 to the number of objects ({n_objects})")


def spread(offsets: Rows, rows: Rows) -> tuple[Rows, Rows]:
    """List the objects of some rows: ``(objects, starts)``, starts of shape ``(len(rows) + 1,)`` into objects."""
    counts = offsets[rows + 1] - offsets[rows]
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return runs(offsets[rows], counts), starts


def runs(begins: Rows, lengths: Rows) -> Rows:
    """The numbers of some runs, one run after the other."""
    ends = np.cumsum(lengths)
    numbers = np.arange(ends[-1] if len(ends) else 0, dtype=np.int64)
    numbers += np.repeat(begins - (ends - lengths), lengths)
    return numbers


def reduce_rows(values: Doubles, starts: Rows, *, how: Literal["mean", "max", "sum"]) -> Doubles:
    """Reduce object values to one number a row: their mean, max or sum; NaN for rows without objects."""
    counts = np.diff(starts)
    reduced = np.full(len(counts), np.nan)
    filled: Bools = counts > 0
    if filled.any():
        reduction = np.maximum if how == "max" else np.add
        reduced[filled] = reduction.reduceat(values, starts[:-1][filled])
        if how == "mean":
            reduced[filled] /= counts[filled]
    return reduced
