"""Weights of objects: one number an object, a row worth the mean or the best of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from sqlsel.kernels.objects import check_offsets, reduce_rows
from sqlsel.kernels.protocol import KernelInputError, Unbounded, log_part, log_parts, sum_rise
from sqlsel.kernels.ranked import Ranked

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Picker, Play, Rows
    from sqlsel.kernels.weights import Carried


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
        carried: Where a run goes on that other rows belong to, what it has added up so far.
    """

    name: str
    values: Doubles
    offsets: Rows
    strength: float = 1.0
    own: Literal["mean", "max"] = "mean"
    carried: Carried | None = None

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


class RunningObjectWeights(Unbounded):
    """The sum of one run."""

    def __init__(self, declared: ObjectWeights, play: Play) -> None:
        values = np.asarray(declared.values, dtype=np.float64)
        self._own = reduce_rows(values, declared.offsets, how=declared.own)
        self._added: Doubles = np.nan_to_num(reduce_rows(values, declared.offsets, how="sum"))
        self._strength = declared.strength
        before = self._added[play.preselected].sum() if declared.carried is None else declared.carried.total
        self._sum = float(before)
        self._focus: Rows = np.empty(0, dtype=np.int64)

    @property
    def total(self) -> float:
        """The sum over the objects of the selection."""
        return self._sum

    def picker(self, rows: Rows) -> Picker:
        """Alone, the rows' own numbers decide; rows without objects count as the lowest."""
        own = self._own[rows]
        return Ranked(self, rows, -np.sign(self._strength) * np.where(np.isnan(own), -1.0, own))

    def ceilings(self, rows: Rows) -> Doubles:
        """The parts themselves."""
        own = self._own[rows]
        return log_parts(np.where(np.isnan(own), 0.0, self._sum + own), self._strength)

    def focus(self, rows: Rows) -> None:
        """Hold on to some rows."""
        self._focus = rows

    def parts(self) -> Doubles:
        """Parts of the rows in focus: the sum over the selection's objects and the row's own number."""
        return self.ceilings(self._focus)

    def mark(self, rows: Rows) -> tuple[float, tuple[float, float]]:
        """The sum, and the range of the rows' own numbers."""
        own = np.nan_to_num(self._own[rows])
        return self._sum, (float(own.min()), float(own.max()))

    def rise(self, mark: object) -> float:
        """How far the part of a row in the range can have risen; rows without objects stay where they are."""
        before, own = cast("tuple[float, tuple[float, float]]", mark)
        return max(sum_rise(before, self._sum, own, self._strength), 0.0)

    def state_part(self) -> float:
        """Of the sum over the objects of the selection."""
        return log_part(self._sum, self._strength)

    def take(self, row: int) -> float:
        """Add the row's objects; the term is its own number, NaN without objects."""
        self._sum += float(self._added[row])
        return float(self._own[row])
