"""WEIGHTS: one number a row, the more of it the better; what gives each sample a number of its own is this too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from sqlsel.kernels.protocol import KernelInputError, Unbounded, log_part, log_parts, sum_rise
from sqlsel.kernels.ranked import Ranked

if TYPE_CHECKING:
    from sqlsel.kernels.outcome import StopReason
    from sqlsel.kernels.protocol import Bools, Doubles, Picker, Play, Rows


@dataclass(frozen=True, slots=True)
class Carried:
    """The sums of a run that goes on.

    Attributes:
        lowest: The lowest weight of all rows.
        total: The sum of the selection, shifted as the weights are.
        new: The sum of the new picks' weights as given.
    """

    lowest: float
    total: float
    new: float


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Value of a selection: the sum of its weights.

    Alone, it ranks exactly by weight, whatever their size or sign. Beside others, weights with negative numbers are
    shifted to start at 0, with a notice.

    Attributes:
        name: Name for messages.
        values: ``(N,)`` float64; NaN for a preselected row that lacks the input.
        strength: Exponent of the value.
        max_sum: The run ends with the pick that brings the sum of the new picks' weights to this.
        target_range: ``(min_sum, max_sum)``; a candidate that would carry the sum of the new picks' weights above
            max_sum is passed over. min_sum is only reported, by the caller.
        carried: Where a run goes on that other rows belong to, what it has added up so far.
    """

    name: str
    values: Doubles
    strength: float = 1.0
    max_sum: float | None = None
    target_range: tuple[float, float] | None = None
    carried: Carried | None = None

    def start(self, play: Play) -> RunningWeights:
        """Check the weights and add up those of the preselected.

        Raises:
            KernelInputError: Wrong length, a candidate without a finite weight, or a sum beyond double precision.
        """
        check_weights(self.name, self.values, play)
        return RunningWeights(self, play)


class RunningWeights(Unbounded):
    """The sums of one run."""

    def __init__(self, declared: Weights, play: Play) -> None:
        raw = np.asarray(declared.values, dtype=np.float64)
        self._raw = raw
        carried = declared.carried
        lowest = lowest_of(raw) if carried is None else carried.lowest
        self._weights, self.notices = shifted(declared.name, raw, lowest, alone=play.alone)
        self._strength = declared.strength
        self._sum = float(np.nansum(self._weights[play.preselected])) if carried is None else carried.total
        self._new_sum = 0.0 if carried is None else carried.new
        self._last = 0.0
        self._max_sum = declared.max_sum
        self._range = declared.target_range
        self._focus: Rows = np.empty(0, dtype=np.int64)

    @property
    def total(self) -> float:
        """The sum of the selection."""
        return self._sum

    def picker(self, rows: Rows) -> Picker:
        """Alone, the weights themselves decide, exactly."""
        return Ranked(self, rows, -np.sign(self._strength) * self._raw[rows])

    def ceilings(self, rows: Rows) -> Doubles:
        """The parts themselves."""
        return log_parts(self._sum + self._weights[rows], self._strength)

    def focus(self, rows: Rows) -> None:
        """Hold on to some rows."""
        self._focus = rows

    def parts(self) -> Doubles:
        """Parts of the rows in focus: the sum of the selection and their own weight."""
        return self.ceilings(self._focus)

    def admitted(self) -> Bools | None:
        """Rows in focus that keep the sum of the new picks at or below the top of the target range."""
        kept_out = self.barred(self._focus)
        return None if kept_out is None else ~kept_out

    def barred(self, rows: Rows) -> Bools | None:
        """Rows that would carry the sum above the target range."""
        return None if self._range is None else self._new_sum + self._raw[rows] > self._range[1]

    def mark(self, rows: Rows) -> tuple[float, tuple[float, float]]:
        """The sum, and the range of the rows' weights."""
        weights = self._weights[rows]
        return self._sum, (float(weights.min()), float(weights.max()))

    def rise(self, mark: object) -> float:
        """How far the part of a weight in the range can have risen."""
        before, own = cast("tuple[float, tuple[float, float]]", mark)
        return sum_rise(before, self._sum, own, self._strength)

    def state_part(self) -> float:
        """Of the sum of the weights of the selection."""
        return log_part(self._sum, self._strength)

    def take(self, row: int) -> float:
        """Add the row's weight; the term is the weight as given."""
        self._sum += float(self._weights[row])
        self._last = float(self._raw[row])
        self._new_sum += self._last
        return self._last

    def let_in(self) -> bool:
        """A negative weight makes room in the target range."""
        return self._range is not None and self._last < 0

    def reached(self) -> bool:
        """Whether the new picks' weights add up to max_sum."""
        return self._max_sum is not None and self._new_sum >= self._max_sum

    def bound_reason(self) -> StopReason | None:
        """The target range is the hard bound."""
        return None if self._range is None else "target_range"


def check_weights(name: str, values: Doubles, play: Play) -> None:
    """Raise unless there is a weight for every candidate, and their sum is finite."""
    if values.shape != (play.n_rows,):
        raise KernelInputError(f"{name}: {values.shape} weights for {play.n_rows} rows")
    in_play = values[play.candidates | play.preselected]
    if np.isnan(values[play.candidates]).any():
        raise KernelInputError(f"{name}: a candidate has no weight (NaN)")
    with np.errstate(over="ignore"):
        if not np.isfinite(np.nansum(np.abs(in_play))):
            raise KernelInputError(f"{name}: a weight is infinite, or their sum is beyond double precision")


def lowest_of(weights: Doubles) -> float:
    """The lowest of the weights; 0 where there is none."""
    return float(np.nanmin(weights)) if len(weights) and not np.isnan(weights).all() else 0.0


def shifted(name: str, weights: Doubles, lowest: float, *, alone: bool) -> tuple[Doubles, tuple[str, ...]]:
    """Bring weights with negative numbers to start at 0, unless they decide alone; NaN stays NaN."""
    if alone or lowest >= 0:
        return weights, ()
    notice = f"{name}: the lowest value is {lowest:g}; beside other objectives all values are shifted to start at 0"
    return weights - lowest, (notice,)
