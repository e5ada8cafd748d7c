"""The greedy loop: at each step the candidate with the highest sum of strength * ln(max(value, FLOOR))."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.ladder import Ladder
from sqlsel.kernels.limits import RunningLimits
from sqlsel.kernels.order import BY_ROW
from sqlsel.kernels.outcome import Outcome, Stop
from sqlsel.kernels.protocol import KernelInputError, Play
from sqlsel.kernels.threads import own_threads
from sqlsel.kernels.together import Together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlsel.kernels.limits import Limit
    from sqlsel.kernels.order import Order
    from sqlsel.kernels.protocol import Bools, Doubles, Objective, Picker, Rows, Running

    Accept = Callable[[int, Sequence[float], Sequence[Running]], bool]

BLOCK_ROWS = 1 << 14


def greedy(
    objectives: Sequence[Objective],
    *,
    n: int,
    candidates: Bools,
    preselected: Bools,
    limits: Sequence[Limit] = (),
    order: Order = BY_ROW,
    progress: Callable[[int, float], None] | None = None,
    accept: Accept | None = None,
) -> Outcome:
    """Pick up to n candidates.

    Candidates within ``1e-13 * (1 + sum |strength * ln value|)`` of the best are tied; the first of them is picked.
    Every prefix of the outcome is the outcome of a smaller n. Without objectives rows come in their order.

    Args:
        objectives: What to look for. One with a fixed number a row (weights) that runs alone is ranked exactly by it.
        n: The most to pick.
        candidates: ``(N,)`` rows that may be picked; preselected rows never are.
        preselected: ``(N,)`` rows picked in earlier runs: part of the selection from the start.
        limits: Groups of which a selection may have so many members and no more, preselected ones counted.
        order: Which of tied rows comes first. An objective that ranks by a picker of its own knows only the lower row.
        progress: Called after each pick with the number of picks and the gain.
        accept: Asked before a pick joins, where there are candidates elsewhere: with the row, its parts in the
            objectives (of a run without others empty) and these. The run ends before a pick that it refuses.

    Returns:
        The picks in order, with gains, terms, the stop and notices.

    Raises:
        KernelInputError: Arrays that do not fit each other, numbers an objective cannot use, or an order that it cannot
            follow.
    """
    if n < 0 or candidates.shape != preselected.shape or candidates.ndim != 1:
        raise KernelInputError("n must be at least 0, and candidates and preselected (N,) of one length")
    play = Play(candidates & ~preselected, preselected, alone=len(objectives) == 1, order=order)
    if not all(math.isfinite(objective.strength) for objective in objectives):
        raise KernelInputError("strengths must be finite")
    with own_threads():
        run = _Run([objective.start(play) for objective in objectives], play, limits)
        return _pick(run, n, progress, accept)


def _pick(run: _Run, n: int, progress: Callable[[int, float], None] | None, accept: Accept | None) -> Outcome:
    stop = Stop("n_samples")
    while len(run.rows) < n:
        row = run.best()
        if row is None:
            stop = run.why_none()
            break
        if accept is not None and not accept(row, run.parts, run.running):
            stop = Stop("elsewhere")
            break
        gain = run.take(row)
        if progress is not None:
            progress(len(run.rows), gain)
        reached = run.reached()
        if reached is not None and len(run.rows) < n:
            stop = reached
            break
    return run.outcome(stop)


class _Run:
    """The objectives of one run, and the picks so far."""

    def __init__(self, running: list[Running], play: Play, limits: Sequence[Limit]) -> None:
        self.running = running
        self._candidates = play.candidates
        self._limits = RunningLimits(limits, play) if limits else None
        rows = np.flatnonzero(play.candidates) if self._limits is None else self._limits.open_rows()
        self._alone = play.alone
        own = running[0].picker(rows) if play.alone else None
        self._together = Together(running, play.order)
        self._picker: Picker = own or Ladder(self._together, rows, play.n_rows, play.order)
        if play.order is not BY_ROW and not self._picker.follows_order:
            raise KernelInputError("this objective ranks rows itself, and takes the lower of two that tie")
        self.rows: list[int] = []
        self._gains: list[float] = []
        self._terms: list[list[float]] = []

    def best(self) -> int | None:
        """The next row to pick; None where there is none."""
        return self._picker.best()

    @property
    def parts(self) -> Sequence[float]:
        """Parts of the row that was found last, where objectives are taken together."""
        return self._together.parts_of_best

    def take(self, row: int) -> float:
        """Pick the row that was found last; returns its gain."""
        gain = 0.0 if self._alone else self._together.gain(row)
        terms = [running.take(row) for running in self.running]
        if self._alone:
            gain = self.running[0].gain_alone(terms[0])
        self._picker.took(row)
        if self._limits is not None:
            full = self._limits.took(row)
            if len(full):
                self._picker.close(full)
        self.rows.append(row)
        self._gains.append(gain)
        self._terms.append(terms)
        return gain

    def reached(self) -> Stop | None:
        """The first objective whose sum is reached."""
        for number, running in enumerate(self.running):
            if running.reached():
                return Stop("max_sum", number)
        return None

    def why_none(self) -> Stop:
        """Whose hard bound keeps out the most of the candidates that are left."""
        left = self._candidates.copy()
        left[self.rows] = False
        rows = np.flatnonzero(left)
        kept_out = [_kept_out(running, rows) for running in self.running]
        by_limits = self._limits.kept_out(rows) if self._limits is not None else 0
        if by_limits > max(kept_out, default=0):
            return Stop("limits")
        if not any(kept_out):
            return Stop("candidates")
        number = int(np.argmax(kept_out))
        reason = self.running[number].bound_reason()
        return Stop("candidates") if reason is None else Stop(reason, number)

    def outcome(self, stop: Stop) -> Outcome:
        """Everything picked, and why there is no more."""
        terms: Doubles = np.array(self._terms, dtype=np.float64).reshape(len(self.rows), len(self.running))
        notices = tuple(notice for running in self.running for notice in running.notices)
        return Outcome(np.array(self.rows, dtype=np.int64), np.array(self._gains), terms, stop, notices)


def _kept_out(running: Running, rows: Rows) -> int:
    count = 0
    for begin in range(0, len(rows), BLOCK_ROWS):
        running.focus(rows[begin : begin + BLOCK_ROWS])
        admitted = running.admitted()
        count += 0 if admitted is None else int((~admitted).sum())
    return count
