"""What strategies are made of for a run, and what they make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel import kernels
    from sqlsel.selection.reading import Matrix

    Bools = npt.NDArray[np.bool_]
    Doubles = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """What was read for a run.

    Attributes:
        columns: ``position``, ``preselected`` and the inputs of every sample in play, by position.
        preselected: ``(N,)``.
        vectors: Matrix or objects by input column.
        queries: Query vectors by objective name.
        first: The position of the first candidate in the order that breaks ties, where that is known already.
        positions: ``(N,)`` ascending, the positions of the rows where they are not all in play; None where they are.
        known: By objective what follows from all rows in play, where these are not all.
        total: How many rows are in play, where these are not all.
    """

    columns: pa.Table
    preselected: Bools
    vectors: Mapping[str, Matrix | kernels.Objects]
    queries: Mapping[str, npt.NDArray[np.float32]]
    first: int | None = None
    positions: Rows | None = None
    known: Mapping[str, Any] = field(default_factory=dict)
    total: int = 0

    @property
    def places(self) -> Rows:
        """The position of each row."""
        return np.arange(len(self.preselected)) if self.positions is None else self.positions

    @property
    def left_out(self) -> int:
        """How many rows in play are not there."""
        return 0 if self.positions is None else self.total - len(self.positions)

    def rows_at(self, positions: Rows) -> Rows:
        """The rows at some positions, which are there."""
        found: Rows = positions if self.positions is None else np.searchsorted(self.positions, positions)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """The outcome as the measures see it.

    Attributes:
        rows: ``(k,)`` picked rows.
        terms: ``(k,)`` the objective's own terms.
        candidates: ``(N,)`` who could be picked.
    """

    rows: Rows
    terms: Doubles
    candidates: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One objective, ready for the greedy loop.

    Attributes:
        objective: The kernel's objective.
        reached: What was reached, from the picks.
        barred: ``(N,)`` rows that this objective rules out before the first pick; None for none.
    """

    objective: kernels.Objective
    reached: Callable[[Picks], Mapping[str, Any]]
    barred: Bools | None = None


def mean_against(values: Doubles) -> Callable[[Picks], dict[str, Any]]:
    """Measures of numbers: their mean over the picks and over the candidates, and their sum over the picks."""

    def reached(picks: Picks) -> dict[str, Any]:
        chosen, pool = values[picks.rows], values[picks.candidates]
        return {"mean": _mean(chosen), "pool_mean": _mean(pool), "sum": float(np.nansum(chosen))}

    return reached


def _mean(values: Doubles) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
