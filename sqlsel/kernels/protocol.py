"""The protocol of objectives, and the rules of arithmetic that all of them share.

A new strategy is one file with a declaration (:class:`Objective`) and its state during a run (:class:`Running`). One
whose candidates have a fixed number each is less: a function that returns the numbers, for ``Weights`` to hold, as
``typicality`` does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sqlsel.kernels.order import BY_ROW, Order

if TYPE_CHECKING:
    import numpy.typing as npt

    from sqlsel.kernels.outcome import StopReason

    Doubles = npt.NDArray[np.float64]
    Singles = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

FLOOR = 1e-8
"""Values below this count as this, so that their logarithm exists."""
EMPTY_VALUE = 1e8
"""Value of every candidate for a diversity whose selection is still empty."""
TIE = 1e-13
"""Candidates within TIE * (1 + sum |strength * ln value|) of the best are tied."""


class KernelInputError(ValueError):
    """An array that a kernel cannot work with: wrong shape, NaN, infinite or negative numbers where none may be."""


@dataclass(frozen=True, slots=True, eq=False)
class Play:
    """The rows of a run.

    Attributes:
        candidates: ``(N,)`` True for rows that may be picked.
        preselected: ``(N,)`` True for rows picked in earlier runs.
        alone: Whether there is only one objective.
        order: Which of tied rows comes first.
    """

    candidates: Bools
    preselected: Bools
    alone: bool
    order: Order = BY_ROW

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.candidates)


class Picker(Protocol):
    """Finds the next pick among the candidates that are left.

    Attributes:
        follows_order: Whether tied candidates are taken in the order of the run; if not, the lower row comes first.
    """

    follows_order: bool

    def best(self) -> int | None:
        """The candidate to pick: the best that every hard bound lets in, the first of a tie; None without one."""

    def took(self, row: int) -> None:
        """Told after a pick has joined every objective."""

    def close(self, rows: Rows) -> None:
        """Go on without some candidates that are left: a limit keeps them out for good."""


class Running(Protocol):
    """One objective during one run: its state over the selection, and what candidates would add to it.

    A part is ``strength * ln(max(value, FLOOR))``, the value measured with the candidate in, before it joins.
    """

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the user."""

    def picker(self, rows: Rows) -> Picker | None:
        """A picker of its own for a run without other objectives; None for the general one."""

    def ceilings(self, rows: Rows) -> Doubles:
        """Cheap upper bounds of the rows' parts, true until the next pick."""

    def refresh(self, rows: Rows) -> None:
        """Tighten the ceilings of some rows, where that is cheaper than settling them."""

    def focus(self, rows: Rows) -> None:
        """Settle some rows and hold on to them: the next calls are about these."""

    def parts(self) -> Doubles:
        """Exact parts of the rows in focus, now."""

    def admitted(self) -> Bools | None:
        """Which rows in focus the hard bound lets in now; None where there is no bound."""

    def barred(self, rows: Rows) -> Bools | None:
        """Rows that the hard bound is known to keep out; None for no row. Some that it keeps out may be missed."""

    def mark(self, rows: Rows) -> object:
        """Note the state, to ask later how far the ceilings of these rows can have risen since."""

    def rise(self, mark: object) -> float:
        """The most by which the ceiling of a marked row has risen; inf where that is not known, NaN never."""

    def part_of(self, row: int, part: float) -> float:
        """The part of the row that is picked next, as it tells in the gain: the same however rows were looked at."""

    def state_part(self) -> float:
        """Strength * ln(max(value of the selection as it is, FLOOR)); NaN where that value is not defined."""

    def take(self, row: int) -> float:
        """Let a row join the selection; returns its term."""

    def let_in(self) -> bool:
        """Whether the last pick may have let in rows that the hard bound kept out before."""

    def reached(self) -> bool:
        """Whether the last pick reached the sum at which the run ends."""

    def bound_reason(self) -> StopReason | None:
        """What to call the hard bound; None without one."""

    def gain_alone(self, term: float) -> float:
        """Gain of the last pick where this is the only objective."""


class Objective(Protocol):
    """One declared objective: a name, a strength, and how it starts a run."""

    @property
    def name(self) -> str:
        """Name for messages."""

    @property
    def strength(self) -> float:
        """Exponent of the value; negative prefers low values, 0 leaves the tie rule."""

    def start(self, play: Play) -> Running:
        """Check the arrays against the rows in play and let the preselected join."""


class Unbounded:
    """The answers of an objective without hard bound, stop or notices."""

    notices: tuple[str, ...] = ()

    def picker(self, rows: Rows) -> Picker | None:  # noqa: ARG002
        """The general one."""
        return None

    def refresh(self, rows: Rows) -> None:
        """Ceilings are as tight as they get."""

    def admitted(self) -> Bools | None:
        """Every row."""
        return None

    def barred(self, rows: Rows) -> Bools | None:  # noqa: ARG002
        """No row."""
        return None

    def let_in(self) -> bool:
        """Nothing was kept out."""
        return False

    def part_of(self, row: int, part: float) -> float:  # noqa: ARG002
        """As it was told."""
        return part

    def reached(self) -> bool:
        """There is no sum to reach."""
        return False

    def bound_reason(self) -> StopReason | None:
        """There is no hard bound."""
        return None

    def gain_alone(self, term: float) -> float:
        """The term."""
        return term


def log_parts(values: Doubles, strength: float) -> Doubles:
    """Strength * ln(max(value, FLOOR)) of each value."""
    parts = np.maximum(values, FLOOR)
    np.log(parts, out=parts)
    parts *= strength
    return parts


def log_part(value: float, strength: float) -> float:
    """Strength * ln(max(value, FLOOR)); NaN for NaN."""
    return math.nan if math.isnan(value) else strength * math.log(max(value, FLOOR))


def sum_rise(before: float, after: float, own: tuple[float, float], strength: float) -> float:
    """The most by which the part of ``sum + own`` rises when the sum changes, own anywhere in its range."""
    lowest, highest = own
    if before + lowest >= FLOOR and after + lowest >= FLOOR:
        # the smaller the own term, the more the sum's change counts
        place = lowest if (after >= before) == (strength >= 0) else highest
        return strength * math.log((after + place) / (before + place))
    # within the range the difference is steepest at an end, or where a value leaves its floor
    places = (lowest, highest, *(min(max(FLOOR - total, lowest), highest) for total in (before, after)))
    return max(log_part(after + place, strength) - log_part(before + place, strength) for place in places)
