"""The run: jobs that show the best rows of every worker, and picks among them until one elsewhere may be better."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.outcome import Stop
from sqlsel.selection.scattered.asking import asked_of_all, introduced
from sqlsel.selection.scattered.guard import Guard
from sqlsel.selection.scattered.messages import Asked
from sqlsel.selection.scattered.objective import Chosen
from sqlsel.selection.scattered.part import Part
from sqlsel.selection.scattered.work import look, meet, survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlsel.engines.base import Pieces
    from sqlsel.plan.model import LimitStep
    from sqlsel.selection.scattered.messages import Counted, Rest, Shown
    from sqlsel.selection.scattered.objective import Scattered

POOL_ROWS = 1 << 15
POOL_BYTES = 1 << 26
LEAST_ROWS = 16
"""About how many rows all workers show together, how large these are at most, and the fewest that one shows."""
FEW = 8
"""Jobs that are left at the pace of the last one, above which more rows are shown."""
MEETING_ROWS = 1 << 11
"""About how many they show together where all other rows meet them."""


class ScatteredRun:
    """A run over rows on many workers. The driver holds what is chosen, and the rows that workers show.

    Args:
        objectives: What to look for.
        limits: The limits.
        pieces: The rows.
        n: The most to pick.
        pool_bytes: How large the rows may be that all workers show together.
    """

    def __init__(
        self,
        objectives: Sequence[Scattered],
        limits: Sequence[LimitStep],
        pieces: Pieces,
        n: int,
        pool_bytes: int = POOL_BYTES,
    ) -> None:
        self._pool_bytes = pool_bytes
        self._limits = limits
        self._pieces = pieces
        self._n = n
        self._alone = len(objectives) == 1 and objectives[0].ranks
        begun, self.objectives = introduced(objectives, pieces)
        self._width = sum(one.numbers for one in begun) // max(sum(one.rows for one in begun), 1)
        earlier = Part.joined([one.preselected for one in begun])
        earlier = earlier.take(np.argsort(earlier.positions))
        own = {each.name: each.settle(earlier.own[each.name]) for each in self.objectives}
        self.chosen = earlier.take(np.arange(len(earlier)), own)
        self._standings: list[Any] = [each.start(self.chosen) for each in self.objectives]
        self._joined = self.chosen
        self.counted: list[Counted] = []
        self.candidates = 0
        self._size = 0
        self._bounded_at = self._standings
        self._wide = any(each.wide for each in self.objectives)
        self._gains: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
        self._terms: list[np.ndarray[tuple[int, int], np.dtype[np.float64]]] = []
        self.notices: tuple[str, ...] = ()
        self.picked = 0

    def run(self, tell: Callable[[int], None]) -> kernels.Outcome:
        """Pick up to n; rows are positions. Memory: what is chosen, and some tens of megabytes."""
        stop, larger = Stop("n_samples"), 1
        while self.picked < self._n:
            shown = self._look(larger)
            outcome = self._pick(shown)
            tell(self.picked)
            stop = outcome.stop
            larger = self._larger(larger, len(outcome.rows))
            if stop.reason == "elsewhere":
                continue
            if stop.reason not in ("n_samples", "max_sum"):
                if any(each.rest for each in shown):
                    continue
                stop = self._why_none()
            break
        gains = np.concatenate([np.empty(0), *self._gains])
        terms = np.concatenate([np.empty((0, len(self.objectives))), *self._terms])
        rows = self.chosen.positions[len(self.chosen) - self.picked :]
        return kernels.Outcome(rows, gains, terms, stop, self.notices)

    def measured(self, outcome: kernels.Outcome) -> list[Chosen]:
        """What each objective measures what it reached on. The workers are asked for it."""
        return [
            Chosen(
                self.chosen,
                outcome.terms[:, number],
                [counted.of_candidates[number] for counted in self.counted],
                asked_of_all(each.survey(self.picked, self._pieces.count), survey, self._pieces),
            )
            for number, each in enumerate(self.objectives)
        ]

    def _look(self, larger: int) -> list[Shown]:
        self._size = larger * self._pool_size()
        every = list(zip(self.objectives, self._standings, strict=True))
        self._bounded_at = [each.reference(now) for each, now in every]
        told = [each.told(now) for each, now in every]
        at = [
            same if reference is now else each.told(reference)
            for (each, now), same, reference in zip(every, told, self._bounded_at, strict=True)
        ]
        asked = Asked(self.objectives, told, at, self._joined, self._full(), self._size, self._alone, not self.counted)
        shown: list[Shown] = self._pieces.step(partial(look, asked))
        if not self.counted:
            self.counted = [each.counted for each in shown]
            self.candidates = sum(each.left for each in shown)
        return shown

    def _pool_size(self) -> int:
        """How many rows a worker shows."""
        rows = min(POOL_ROWS, self._pool_bytes // (4 * max(self._width, 1)), *([MEETING_ROWS] if self._meets else []))
        most: int = max(4 * (self._n - self.picked), LEAST_ROWS)
        each: int = max(rows // max(self._pieces.count, 1), LEAST_ROWS)
        return each if self._wide else min(each, most)

    def _larger(self, larger: int, picked: int) -> int:
        """How many times as many rows the next job is to show."""
        if not picked:
            # ties that are wider than what was shown
            return 4 * larger
        if not self._wide or self._meets:
            return 1
        if FEW * picked >= self._n - self.picked:
            return larger
        rows = self._pool_bytes // (4 * max(self._width, 1)) // max(self._pieces.count, 1)
        return max(min(4 * larger, rows // self._pool_size()), 1)

    @property
    def _meets(self) -> bool:
        """Whether rows that stay behind have to meet those that are shown, as they may come near to picks."""
        return any(each.meets for each in self.objectives) and len(self.chosen) > 0

    def _meet(self, best: Part, shown: Sequence[Shown]) -> list[Rest]:
        """The bounds of the rest, with how near they are to the rows that were shown: a job more."""
        answers = self._pieces.step(partial(meet, self.objectives, best))
        nobody = np.full(len(self.chosen), np.inf)
        return [
            replace(
                bound,
                spans=[
                    span if met is None else replace(span, met=np.concatenate([nobody, met]))
                    for span, met in zip(bound.spans, mets, strict=True)
                ],
            )
            for each, answer_ in zip(shown, answers, strict=True)
            for bound, mets in zip(each.rest, answer_, strict=True)
        ]

    def _pick(self, shown: Sequence[Shown]) -> kernels.Outcome:
        best = Part.joined([each.best for each in shown])
        best = best.take(np.argsort(best.positions))
        part = Part.joined([self.chosen, best])
        chosen = np.zeros(len(part), dtype=np.bool_)
        chosen[: len(self.chosen)] = True
        rest = [bound for each in shown for bound in each.rest]
        if rest and self._meets:
            rest = self._meet(best, shown)
        guard = Guard(self.objectives, self._bounded_at, rest, part, alone=self._alone)
        limits = [kernels.Limit(step.name, part.classes[step.input.column].codes, step.most) for step in self._limits]
        outcome = kernels.greedy(
            [each.kernel(part, now) for each, now in zip(self.objectives, self._standings, strict=True)],
            n=self._n - self.picked,
            candidates=~chosen,
            preselected=chosen,
            limits=limits,
            accept=guard.accept,
        )
        self._keep(part, outcome, guard)
        return outcome

    def _keep(self, part: Part, outcome: kernels.Outcome, guard: Guard) -> None:
        self._joined = part.take(outcome.rows)
        self.chosen = Part.joined([self.chosen, self._joined])
        self.picked += len(outcome.rows)
        self._gains.append(outcome.gains)
        self._terms.append(outcome.terms)
        self.notices = outcome.notices
        if len(outcome.rows):
            self._standings = [
                each.now(mine, before, outcome.terms[:, number].tolist())
                for number, (each, mine, before) in enumerate(
                    zip(self.objectives, guard.running, self._standings, strict=True)
                )
            ]

    def _full(self) -> dict[str, frozenset[str]]:
        """The classes of limited columns that have no room left."""
        found: dict[str, frozenset[str]] = {}
        for step in self._limits:
            classes = self.chosen.classes[step.input.column]
            counts = np.bincount(classes.codes[classes.codes >= 0], minlength=len(classes.names))
            names = frozenset(classes.names[code] for code in np.flatnonzero(counts >= step.most))
            found[step.input.column] = names | found.get(step.input.column, frozenset())
        return found

    def _why_none(self) -> Stop:
        """Whose hard bound keeps out the most of the candidates that are left."""
        shown = self._look(1)
        counts = np.sum([each.kept_out for each in shown], axis=0)
        kept_out, by_limits = counts[:-1], int(counts[-1])
        if by_limits > int(kept_out.max(initial=0)):
            return Stop("limits")
        if not kept_out.any():
            return Stop("candidates")
        number = int(kept_out.argmax())
        reason = self.objectives[number].reason
        return Stop(reason, number)


def added(numbers: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Numbers of all workers, added up by name."""
    found: dict[str, int] = {}
    for each in numbers:
        for name, number in each.items():
            found[name] = found.get(name, 0) + number
    return found
