"""What holds for the vectors of every strategy: one finite single-precision vector for each row that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.protocol import KernelInputError
from sqlsel.kernels.threads import each

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Bools, Play, Singles


def check_matrix(name: str, matrix: Singles, present: Bools | None, play: Play) -> None:
    """Raise unless every candidate has a finite float32 vector."""
    if matrix.ndim != 2 or len(matrix) != play.n_rows:
        raise KernelInputError(f"{name}: vectors of shape {matrix.shape} for {play.n_rows} rows")
    if matrix.dtype != np.float32:
        raise KernelInputError(f"{name}: vectors must be float32, not {matrix.dtype}")
    if present is not None and not present[play.candidates].all():
        raise KernelInputError(f"{name}: a candidate has no vector")
    check_finite(name, matrix, play.candidates | play.preselected if present is None else present)


def check_finite(name: str, matrix: Singles, counted: Bools) -> None:
    """Raise where a vector that counts holds NaN or an infinite number."""
    block = max((1 << 20) // max(matrix.shape[1], 1), 1)

    def look(begin: int) -> None:
        part = matrix[begin : begin + block]
        # one number tells for the whole block: the sum of finite numbers is finite, or the block is looked at closely
        if np.isfinite(part.sum()):
            return
        broken = ~np.isfinite(part).all(axis=1) & counted[begin : begin + block]
        if broken.any():
            raise KernelInputError(
                f"{name}: the vector of row {begin + int(np.argmax(broken))} holds NaN or infinite numbers"
            )

    each(look, range(0, len(matrix), block), cost=matrix.size)
