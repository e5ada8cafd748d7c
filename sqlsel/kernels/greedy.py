"""The greedy loop: at each step the candidate with the highest sum of strength * ln(max(value, FLOOR))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sqlsel.kernels.outcome import Outcome, Stop
from sqlsel.kernels.protocol import FLOOR, TIE, KernelInputError, Play, log_values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlsel.kernels.protocol import Bools, Doubles, Objective, Rows, Running


def greedy(
    objectives: Sequence[Objective],
    *,
    n: int,
    candidates: Bools,
    preselected: Bools,
    progress: Callable[[int, float], None] | None = None,
) -> Outcome:
    """Pick up to n candidates.

    Candidates within ``1e-13 * (1 + sum |strength * ln value|)`` of the best are tied; the lowest row of them is
    picked. Every prefix of the outcome is the outcome of a smaller n. Without objectives rows come in their order.

    Args:
        objectives: What to look for. One with a fixed number a row (weights) that runs alone is ranked exactly by it.
        n: The most to pick.
        candidates: ``(N,)`` rows that may be picked; preselected rows never are.
        preselected: ``(N,)`` rows picked in earlier runs: part of the selection from the start.
        progress: Called after each pick with the number of picks and the gain.

    Returns:
        The picks in order, with gains, terms, the stop and notices.

    Raises:
        KernelInputError: Arrays that do not fit each other, or numbers an objective cannot use.
    """
    if n < 0 or candidates.shape != preselected.shape or candidates.ndim != 1:
        raise KernelInputError("n must be at least 0, and candidates and preselected (N,) of one length")
    play = Play(candidates & ~preselected, preselected, alone=len(objectives) == 1)
    run = _Run(objectives, play)
    left = np.flatnonzero(play.candidates)
    stop = Stop("n_samples")
    while len(run.rows) < n:
        open_rows = left[run.admitted(left)]
        if not len(open_rows):
            stop = run.why_none(left)
            break
        row = run.best(open_rows)
        gain = run.take(row)
        left = left[left != row]
        if progress is not None:
            progress(len(run.rows), gain)
        reached = run.reached()
        if reached is not None and len(run.rows) < n:
            stop = reached
            break
    return run.outcome(stop)


class _Run:
    """The objectives of one run, taken together."""

    def __init__(self, objectives: Sequence[Objective], play: Play) -> None:
        self._strengths = np.array([objective.strength for objective in objectives], dtype=np.float64)
        if not np.isfinite(self._strengths).all():
            raise KernelInputError("strengths must be finite")
        self._running: list[Running] = [objective.start(play) for objective in objectives]
        self._keys = self._running[0].keys() if play.alone else None
        self.rows: list[int] = []
        self._gains: list[float] = []
        self._terms: list[list[float]] = []

    def admitted(self, rows: Rows) -> Bools:
        allowed = np.ones(len(rows), dtype=np.bool_)
        for running in self._running:
            allowed &= running.admits(rows)
        return allowed

    def best(self, rows: Rows) -> int:
        if self._keys is not None:
            return int(rows[np.argmin(self._keys[rows])])
        parts = self._parts(rows)
        scores = parts.sum(axis=1)
        top = int(np.argmax(scores))
        tolerance = TIE * (1.0 + float(np.abs(parts[top]).sum()))
        return int(rows[np.argmax(scores >= scores[top] - tolerance)])

    def take(self, row: int) -> float:
        states = np.array([running.state() for running in self._running])
        rise = self._parts(np.array([row]))[0] - self._strengths * np.log(np.maximum(states, FLOOR))
        terms = [running.take(row) for running in self._running]
        gain = self._running[0].gain_alone(terms[0]) if len(terms) == 1 else float(np.nansum(rise))
        self.rows.append(row)
        self._gains.append(gain)
        self._terms.append(terms)
        return gain

    def reached(self) -> Stop | None:
        for number, running in enumerate(self._running):
            if running.reached():
                return Stop("max_sum", number)
        return None

    def why_none(self, left: Rows) -> Stop:
        if not len(left):
            return Stop("candidates")
        kept_out = [int((~running.admits(left)).sum()) for running in self._running]
        number = int(np.argmax(kept_out))
        reason = self._running[number].bound_reason()
        return Stop("candidates") if reason is None else Stop(reason, number)

    def outcome(self, stop: Stop) -> Outcome:
        terms: Doubles = np.array(self._terms, dtype=np.float64).reshape(len(self.rows), len(self._running))
        notices = tuple(notice for running in self._running for notice in running.notices)
        return Outcome(np.array(self.rows, dtype=np.int64), np.array(self._gains), terms, stop, notices)

    def _parts(self, rows: Rows) -> Doubles:
        if not self._running:
            return np.zeros((len(rows), 0))
        columns = [log_values(running.values(rows)) for running in self._running]
        return np.stack(columns, axis=1) * self._strengths
