"""SIMILARITY and TYPICALITY of objects: one number an object, a row worth the mean or the best of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sqlsel.kernels.objects import check_offsets, reduce_rows
from sqlsel.kernels.protocol import KernelInputError

if TYPE_CHECKING:
    from sqlsel.kernels.outcome import StopReason
    from sqlsel.kernels.protocol import Bools, Doubles, Play, Rows


@dataclass(frozen=True, slots=True, eq=False)
class ObjectWeights:
    """Value of a selection: the sum of the weights of all its objects; a candidate adds the mean or max of its own.

    A row without objects has value FLOOR. Alone, it ranks exactly by the rows' own numbers.

    Attributes:
        name: Name for messages.
        values: ``(M,)`` float64, the weight of each object, at least 0.
        offsets: ``(N + 1,)`` int64; row i has the objects ``offsets[i] .. offsets[i + 1] - 1``.
        strength: Exponent of the value.
        own: What a row is worth: the mean of its objects' weights, or the largest.
    """

    name: str
    values: Doubles
    offsets: Rows
    strength: float = 1.0
    own: Literal["mean", "max"] = "mean"

    def start(self, play: Play) -> RunningObjectWeights:
        """Check the weights and add up the preselected objects'.

        Raises:
            KernelInputError: Offsets that do not fit, or a weight that is negative or not finite.
        """
        check_offsets(self.offsets, len(self.values))
        if len(self.offsets) != play.n_rows + 1:
            raise KernelInputError(f"{self.name}: offsets for {len(self.offsets) - 1} rows, not {play.n_rows}")
        if not np.isfinite(self.values).all() or (self.values < 0).any():
            raise KernelInputError(f"{self.name}: the weights of objects must be finite and at least 0")
        return RunningObjectWeights(self, play)


class RunningObjectWeights:
    """The sum of one run."""

    notices: tuple[str, ...] = ()

    def __init__(self, declared: ObjectWeights, play: Play) -> None:
        values = np.asarray(declared.values, dtype=np.float64)
        self._own = reduce_rows(values, declared.offsets, how=declared.own)
        self._added: Doubles = np.nan_to_num(reduce_rows(values, declared.offsets, how="sum"))
        self._alone, self._strength = play.alone, declared.strength
        self._sum = float(self._added[play.preselected].sum())

    def keys(self) -> Doubles | None:
        """Alone, the rows' own numbers decide; rows without objects count as the lowest."""
        if not self._alone:
            return None
        keys: Doubles = -np.sign(self._strength) * np.where(np.isnan(self._own), -1.0, self._own)
        return keys

    def values(self, rows: Rows) -> Doubles:
        """Sum over the objects of the selection and the row's own number; 0 for rows without objects."""
        own = self._own[rows]
        return np.where(np.isnan(own), 0.0, self._sum + own)

    def admits(self, rows: Rows) -> Bools:
        """Every row."""
        return np.ones(len(rows), dtype=np.bool_)

    def state(self) -> float:
        """Sum over the objects of the selection."""
        return self._sum

    def take(self, row: int) -> float:
        """Add the row's objects; the term is its own number, NaN without objects."""
        self._sum += float(self._added[row])
        return float(self._own[row])

    def reached(self) -> bool:
        """Never: there is no stop."""
        return False

    def bound_reason(self) -> StopReason | None:
        """There is no hard bound."""
        return None

    def gain_alone(self, term: float) -> float:
        """The row's own number."""
        return term
