"""Several objectives taken together: parts added up, ties, gains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sqlsel.kernels.protocol import TIE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.kernels.order import Order
    from sqlsel.kernels.protocol import Bools, Doubles, Rows, Running

ROUNDING = 1e-12
"""Share of sum |part| by which an upper bound computed another way may come out too low."""


@dataclass(frozen=True, slots=True)
class Found:
    """The pick among the rows in focus.

    Attributes:
        position: Its place in focus: the first of those that tie for the best.
        level: Scores below this cannot tie with the best.
        top: The best score.
    """

    position: int
    level: float
    top: float


class Scoring(Protocol):
    """What a picker needs to know of candidates: the higher the score, the sooner the pick.

    Attributes:
        moving: Whether scores may rise after a pick; if not, marks need no rows.
    """

    moving: bool

    def indifferent(self) -> bool:
        """Whether all candidates are known to tie now, none of them kept out: nothing else has to be asked then."""

    def ceilings(self, rows: Rows) -> Doubles:
        """Upper bounds of the scores until the next pick."""

    def refresh(self, rows: Rows, level: float) -> None:
        """Tighten ceilings; those that fall below the level need no more care."""

    def focus(self, rows: Rows) -> None:
        """Settle some rows, in ascending order, and hold on to them."""

    def best(self, closed: Bools) -> Found | None:
        """The pick among the rows in focus that are not closed and that every hard bound lets in."""

    def barred(self, rows: Rows) -> Bools | None:
        """Rows that a hard bound is known to keep out now; None for no row."""

    def mark(self, rows: Rows) -> object:
        """Note the state for :meth:`rise`."""

    def rise(self, mark: object) -> float:
        """The most by which the ceiling of a marked row has risen since; inf where that is not known."""

    def let_in(self) -> bool:
        """Whether the last pick may have let in rows that were kept out."""


class Together:
    """The sum of the parts of some objectives."""

    moving = True

    def __init__(self, running: Sequence[Running], order: Order) -> None:
        self._running = running
        self._order = order
        self._rows: Rows = np.empty(0, dtype=np.int64)
        self._best: list[float] = []

    def indifferent(self) -> bool:
        """What decides is known of the parts alone."""
        return False

    def ceilings(self, rows: Rows) -> Doubles:
        """Upper bounds of the scores."""
        total = np.zeros(len(rows))
        for running in self._running:
            total += running.ceilings(rows)
        return total

    def refresh(self, rows: Rows, level: float) -> None:  # noqa: ARG002
        """Tighten the ceilings of every objective."""
        for running in self._running:
            running.refresh(rows)

    def focus(self, rows: Rows) -> None:
        """Settle some rows in every objective."""
        self._rows = rows
        for running in self._running:
            running.focus(rows)

    def best(self, closed: Bools) -> Found | None:
        """The first of those that tie for the best."""
        parts = [running.parts() for running in self._running]
        scores = np.zeros(len(self._rows))
        for part in parts:
            scores += part
        scores[closed] = -np.inf
        for running in self._running:
            admitted = running.admitted()
            if admitted is not None:
                scores[~admitted] = -np.inf
        if not len(scores):
            return None
        top = int(scores.argmax())
        if scores[top] == -np.inf:
            return None
        size = 1.0 + sum(abs(float(part[top])) for part in parts)
        near = np.flatnonzero(scores >= scores[top] - TIE * size)
        position = int(near[0 if len(near) == 1 else self._order.first(self._rows[near])])
        self._best = [float(part[position]) for part in parts]
        return Found(position, float(scores[top]) - (TIE + ROUNDING) * size, float(scores[top]))

    @property
    def parts_of_best(self) -> Sequence[float]:
        """The parts of what :meth:`best` found last, by objective."""
        return self._best

    def gain(self, row: int) -> float:
        """What the pick that :meth:`best` found last adds: the rise of the sum of the parts. Asked before it joins."""
        rise = 0.0
        for running, part in zip(self._running, self._best, strict=True):
            state = running.state_part()
            # a state without a value yet adds nothing
            rise += 0.0 if math.isnan(state) else running.part_of(row, part) - state
        return rise

    def barred(self, rows: Rows) -> Bools | None:
        """Rows that any objective keeps out."""
        kept_out = None
        for running in self._running:
            own = running.barred(rows)
            if own is not None:
                kept_out = own if kept_out is None else kept_out | own
        return kept_out

    def mark(self, rows: Rows) -> tuple[object, ...]:
        """The marks of all objectives."""
        return tuple(running.mark(rows) for running in self._running)

    def rise(self, mark: object) -> float:
        """The sum of the objectives' rises."""
        assert isinstance(mark, tuple)
        return sum(running.rise(own) for running, own in zip(self._running, mark, strict=True))

    def let_in(self) -> bool:
        """Whether any objective let rows in."""
        return any(running.let_in() for running in self._running)
