"""The protocol of objectives, and the rules of arithmetic that all of them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

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
    """

    candidates: Bools
    preselected: Bools
    alone: bool

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.candidates)


class Running(Protocol):
    """One objective during one run: its state over the selection, and what candidates would add to it."""

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the user."""

    def keys(self) -> Doubles | None:
        """``(N,)`` fixed numbers where they decide, lowest first and exactly: for weights alone; else None."""

    def values(self, rows: Rows) -> Doubles:
        """Value of the selection with each of the rows, measured before it joins; FLOOR is not applied."""

    def admits(self, rows: Rows) -> Bools:
        """Which of the rows the objective's hard bound lets in now."""

    def state(self) -> float:
        """Value of the selection as it is; NaN where it is not defined."""

    def take(self, row: int) -> float:
        """Let a row join the selection; returns its term."""

    def reached(self) -> bool:
        """Whether the last pick reached the sum at which the run ends."""

    def bound_reason(self) -> StopReason | None:
        """What to call the hard bound of :meth:`admits`; None without one."""

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


def log_values(values: Doubles) -> Doubles:
    """ln(max(value, FLOOR)); NaN, which no candidate has, would come out as NaN."""
    return np.log(np.maximum(values, FLOOR))
