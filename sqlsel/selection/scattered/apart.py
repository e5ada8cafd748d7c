"""Distances to a selection over many workers: each keeps those of its rows, and brings them up to date by new picks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.diversity import RunningDiversity
from sqlsel.kernels.protocol import EMPTY_VALUE, FLOOR, TIE, Play, log_part, log_parts, sum_rise
from sqlsel.kernels.queried import halves_to_nearest
from sqlsel.kernels.vectors import check_finite
from sqlsel.selection.scattered.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.kernels.object_diversity import RunningObjectDiversity
    from sqlsel.kernels.outcome import StopReason
    from sqlsel.kernels.protocol import Running
    from sqlsel.selection.scattered.objective import Chosen
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The distances of a selection.

    Attributes:
        count: How many have joined.
        total: The sum over them.
        between: ``(count,)`` half the squared distance of each to the nearest other; workers do without.
        centres: Inside of a run of the kernel, the rows that have joined, in their order.
    """

    count: int
    total: float
    between: Doubles | None
    centres: Sequence[int] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """How far some rows that stay behind are from the selection, in half squared distances.

    Attributes:
        lowest: The nearest.
        highest: The farthest.
        met: ``(n,)`` by row that may be picked next, its distance to the nearest of them; None where that is not known.
    """

    lowest: float
    highest: float
    met: Doubles | None = None


SURE = 1e-12
SMALL = 2.0
"""Values below this many times the floor may be held at it, where all of them tie."""


@dataclass(frozen=True, slots=True)
class Apart(Plain):
    """Far from everything chosen.

    Attributes:
        name: Name of the objective.
        column: The input with the vectors.
        strength: Exponent of the value.
        alone: Whether there is no other objective.
        minimum: Rows nearer than this are kept out.
    """

    name: str
    column: str
    strength: float
    alone: bool
    minimum: float | None = None

    @property
    def by_distance(self) -> bool:
        """Whether the distances rank, and their sum decides nothing."""
        return self.alone and self.strength > 0

    @property
    def ranks(self) -> bool:
        """By the distance where far is good."""
        return self.strength > 0

    @property
    def reason(self) -> StopReason:
        """The name of its hard bound."""
        return "minimum_distance"

    def begin(self, part: Part) -> Own:
        """Half squared distances to nothing."""
        vectors = part.vectors[self.column]
        check_finite(self.name, vectors.rows, vectors.present)
        return np.full(len(part), np.inf)

    def learn(self, facts: Sequence[Any]) -> Apart:  # noqa: ARG002
        """There is nothing to know."""
        return self

    def follow(self, part: Part, own: Own, joined: Part, standing: Any) -> Own:  # noqa: ANN401, ARG002
        """Exact half squared distances to the nearest of everything chosen."""
        new = joined.vectors[self.column]
        if not new.present.any() or not len(part):
            return own
        return halves_to_nearest(part.vectors[self.column].rows, new.rows[new.present], own)

    def scores(self, part: Part, own: Own, standing: Standing, *, alone: bool) -> Doubles:  # noqa: ARG002
        """Parts of the distances; alone and where far is good, the distances."""
        if self.by_distance:
            return own if standing.count else np.zeros(len(own))
        if not standing.count:
            return np.full(len(own), log_part(EMPTY_VALUE, self.strength))
        return log_parts(standing.total + own, self.strength)

    def kept_out(self, own: Own, standing: Standing) -> Bools | None:  # noqa: ARG002
        """Rows that are too near."""
        return None if self.minimum is None else np.sqrt(2.0 * own) < self.minimum

    @property
    def meets(self) -> bool:
        """Where near is good: rows that stay behind may come near to a pick."""
        return self.strength < 0

    def span(self, part: Part, own: Own, rows: Rows, standing: Any) -> Span:  # noqa: ANN401, ARG002
        """The nearest and the farthest."""
        return Span(float(own[rows].min()), float(own[rows].max()))

    def meet(self, part: Part, rows: Rows, shown: Part) -> Doubles:
        """Exact half squared distance of every row that was shown to the nearest of some that were not."""
        mine = part.vectors[self.column].rows[rows]
        return halves_to_nearest(shown.vectors[self.column].rows, mine)

    def joint(self, spans: Sequence[Span]) -> Span:
        """From the nearest to the farthest of all."""
        met = [span.met for span in spans if span.met is not None]
        all_of_it = np.minimum.reduce(met) if len(met) == len(spans) else None
        return Span(min(span.lowest for span in spans), max(span.highest for span in spans), all_of_it)

    def rise(self, before: Standing, now: Standing, span: Span) -> float:
        """How far the part of a distance in the span can have risen; inf where that is not known."""
        if before.count == now.count:
            return 0.0
        if not before.count:
            return math.inf
        if self.strength >= 0:
            return sum_rise(before.total, now.total, (span.lowest, span.highest), self.strength)
        return math.inf if span.met is None else self._rise_near(before, now, span, span.met)

    def _rise_near(self, before: Standing, now: Standing, span: Span, met: Doubles) -> float:
        """The same where near is good: no row has come nearer than the nearest of all is to any new pick."""
        nearest = float(met[now.centres[before.count :]].min())
        if self.alone:
            # the highest score of these rows is that of the nearest
            after = log_part(now.total + min(span.lowest, nearest), self.strength)
            return after - log_part(before.total + span.lowest, self.strength)
        rises = [-math.inf]
        if span.lowest <= nearest:
            own = span.lowest, min(span.highest, nearest)
            rises.append(sum_rise(before.total, now.total, own, self.strength))
        if span.highest > nearest:
            after = log_part(now.total + nearest, self.strength)
            rises.append(after - log_part(before.total + span.highest, self.strength))
        return max(rises)

    def start(self, chosen: Part) -> Standing:
        """Of the preselected."""
        everything = np.ones(len(chosen), dtype=np.bool_)
        running = self.kernel(chosen, None).start(Play(~everything, everything, alone=self.alone))
        return self.now(running, None, ())

    def told(self, standing: Standing) -> Standing:
        """Without what grows with the selection."""
        return replace(standing, between=None, centres=())

    def kernel(self, part: Part, standing: Standing | None) -> kernels.Objective:
        """The kernel's objective, which goes on from what is known of the distances."""
        vectors = part.vectors[self.column]
        met = None
        if standing is not None and standing.between is not None:
            met = kernels.Met(part.own[self.name], standing.between)
        return kernels.Diversity(
            self.name, vectors.rows, self.strength, minimum_distance=self.minimum, present=vectors.present, met=met
        )

    def now(self, running: Running, standing: Standing | None, terms: Sequence[float]) -> Standing:  # noqa: ARG002
        """As the kernel has it."""
        return replace(self.at(running), between=self.distances(running).between.halves, centres=())

    def at(self, running: Running) -> Standing:
        """As the kernel has it."""
        mine = self.distances(running)
        centres = mine.nearest.centres
        return Standing(len(centres), 0.0 if self.by_distance else mine.between.total(), None, centres)

    def distances(self, running: Running) -> RunningDiversity | RunningObjectDiversity:
        """The kernel's state."""
        assert isinstance(running, RunningDiversity)
        return running

    def key(self, running: Running, standing: Standing, part: Part, row: int) -> tuple[float, float]:  # noqa: ARG002
        """The distance, where that ranks; parts that tie differ by a share of the selection's sum."""
        assert isinstance(running, RunningDiversity)
        if not running.nearest.centres:
            return 0.0, 0.0
        if not standing.count:
            # the others were bounded when nothing had a distance
            return -math.inf, 0.0
        half = running.nearest.value(row)
        value = max(running.between.at_most() + half, FLOOR)
        if value <= SMALL * FLOOR:
            return half, math.inf
        return half, 4.0 * TIE * (1.0 / self.strength + abs(math.log(value))) * value + SURE * half

    def known(self, part: Part, facts: Sequence[Any]) -> Any:  # noqa: ANN401, ARG002
        """Distances are between the rows that are there."""
        return None

    def reached(self, chosen: Chosen) -> Mapping[str, Any]:
        """The smallest distance."""
        known = chosen.terms[~np.isnan(chosen.terms)]
        return {"smallest_distance": float(known.min()) if len(known) else None}
