"""Whether the best of the rows at hand is the best of all."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.selection.scattered.split import near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.kernels.protocol import Running
    from sqlsel.selection.scattered.messages import Rest
    from sqlsel.selection.scattered.objective import Scattered
    from sqlsel.selection.scattered.part import Part

SURE = 1e-11
"""Share of a score by which another has to be below it for no rounding, and no rule of ties, to matter."""
SAME = 1e-15
"""Share of a score by which the same sum may come out otherwise elsewhere."""


class Guard:
    """Lets picks pass as long as none of the rows that stayed behind can beat them.

    Args:
        objectives: The objectives.
        standings: The states of the selection at which the rest was bounded.
        rest: The bounds.
        part: The rows at hand.
        alone: Whether one objective ranks by itself.
    """

    def __init__(
        self,
        objectives: Sequence[Scattered],
        standings: Sequence[Any],
        rest: Sequence[Rest],
        part: Part,
        *,
        alone: bool,
    ) -> None:
        self._objectives = objectives
        self._standings = standings
        self._rest = sorted(rest, key=lambda each: each.highest, reverse=True)
        self._bands = [] if alone else self._joint()
        self._part = part
        self._alone = alone
        self._meets = any(each.meets for each in objectives)
        self._picked = False
        self.running: Sequence[Running] = ()

    def accept(self, row: int, parts: Sequence[float], running: Sequence[Running]) -> bool:
        """Whether a row is the best of all."""
        self.running = running
        passes = not self._rest or self._is_best(row, parts, running)
        self._picked |= passes
        return passes

    def _is_best(self, row: int, parts: Sequence[float], running: Sequence[Running]) -> bool:
        position = int(self._part.positions[row])
        if self._alone:
            key, width = self._objectives[0].key(running[0], self._standings[0], self._part, row)
            high = takewhile(lambda rest: rest.highest >= key - width, self._rest)
            return all(_holds(key, rest, rest.highest, (width, 0.0), position) for rest in high)
        score, size = 0.0, 1.0
        for part in parts or _own_parts(running, row):
            score, size = score + part, size + abs(part)
        if not self._picked:
            slack = SURE * size, SAME * size
            return all(_holds(score, rest, rest.now, slack, position) for rest in self._rest)
        # where other rows may have come near, the first of those that were best says nothing of ties
        return self._stays_best(score, (SURE * size, -SURE * size if self._meets else SAME * size), position)

    def _stays_best(self, score: float, slack: tuple[float, float], position: int) -> bool:
        """Whether a score stands against all bounds after the last pick."""
        now = [each.at(mine) for each, mine in zip(self._objectives, self.running, strict=True)]
        for all_of_it, members in self._bands:
            if self._stays_below(now, all_of_it, score - slack[0]):
                continue
            if not all(
                self._stays_below(now, rest, score - slack[0])
                or _holds(score, rest, rest.highest + self._rise(now, rest), slack, position)
                for rest in members
            ):
                return False
        return True

    def _stays_below(self, now: Sequence[Any], rest: Rest, level: float) -> bool:
        """Whether a bound is below a level, after a closer look where that helps."""
        if rest.highest + self._rise(now, rest) < level:
            return True
        every = zip(self._objectives, self._standings, now, rest.spans, strict=True)
        looked = [each.closer(before, after, span) for each, before, after, span in every]
        return any(looked) and rest.highest + self._rise(now, rest) < level

    def _joint(self) -> list[tuple[Rest, list[Rest]]]:
        """Each band as one, and what is in it: one bound tells for all workers, as long as it is low."""
        found = []
        for band in sorted({rest.band for rest in self._rest}):
            members = [rest for rest in self._rest if rest.band == band]
            spans = [
                each.joint(of)
                for each, of in zip(self._objectives, zip(*(rest.spans for rest in members), strict=True), strict=True)
            ]
            first = min(rest.first for rest in members)
            found.append((replace(members[0], first=first, spans=spans), members))
        return found

    def _rise(self, now: Sequence[Any], rest: Rest) -> float:
        return sum(
            each.rise(before, after, span)
            for each, before, after, span in zip(self._objectives, self._standings, now, rest.spans, strict=True)
        )


def _own_parts(running: Sequence[Running], row: int) -> Sequence[float]:
    """The parts of a row that an objective's own picker found."""
    running[0].focus(np.array([row]))
    found: list[float] = running[0].parts().tolist()
    return found


def _holds(score: float, rest: Rest, bound: float, slack: tuple[float, float], position: int) -> bool:
    """Whether a score stands against a bound; where they may tie the earlier position does."""
    width, same = slack
    if bound < score - width:
        return True
    return bound <= score + same and width <= near(rest.highest) and rest.first > position
