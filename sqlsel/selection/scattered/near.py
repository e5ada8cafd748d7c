"""Nearness to some queries over many workers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.kernels.decay import decay_by
from sqlsel.kernels.protocol import KernelInputError
from sqlsel.kernels.queried import halves_to_nearest
from sqlsel.kernels.sums import exact_sum
from sqlsel.selection.scattered.numbers import Numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.selection.scattered.part import Doubles, Part, Singles


@dataclass(frozen=True, slots=True, eq=False)
class Near(Numbers):
    """Numbers made of the distance to the nearest query; NaN for rows without a vector.

    Attributes:
        queries: ``(q, d)`` float32.
        mean: The mean distance over all rows; known after :meth:`learn`.
    """

    queries: Singles = field(default_factory=lambda: np.empty((0, 0), np.float32))
    mean: float = 0.0

    def begin(self, part: Part) -> Doubles:
        """The distances."""
        vectors = part.vectors[self.column]
        distances = np.full(len(part), np.nan)
        if vectors.present.any():
            rows = vectors.rows[vectors.present]
            if not np.isfinite(rows).all():
                raise KernelInputError(f"{self.name}: a vector holds NaN or infinite numbers")
            distances[vectors.present] = np.sqrt(2.0 * halves_to_nearest(rows, self.queries))
        return distances

    def fact(self, part: Part, own: Doubles) -> Any:  # noqa: ANN401, ARG002
        """Their sum, and how many there are."""
        known = own[~np.isnan(own)]
        return exact_sum(known), len(known)

    def learn(self, facts: Sequence[Any]) -> Near:
        """Knowing their mean over all rows; one row alone has none."""
        number = sum(fact[1] for fact in facts)
        total = sum((fact[0] for fact in facts), Fraction(0))
        # the queries have done their part
        return replace(self, mean=float(total / number) if number > 1 else 0.0, queries=self.queries[:0])

    def settle(self, own: Doubles) -> Doubles:
        """The nearer, the higher."""
        return np.where(np.isnan(own), np.nan, decay_by(own, self.mean))
