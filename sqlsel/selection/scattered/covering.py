"""Reference vectors near a selection over many workers: each bounds what its own rows would add to their cover."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.coverage import RunningCoverage
from sqlsel.kernels.protocol import FLOOR, TIE, Play, log_parts, sum_rise
from sqlsel.kernels.vectors import check_finite
from sqlsel.selection.cover import Reference, places_evenly, reached_cover
from sqlsel.selection.scattered.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from sqlsel.kernels.protocol import Running
    from sqlsel.selection.scattered.objective import Chosen, Question, Survey
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows, Singles

TIGHT, TIGHT_OF = 1 << 12, 8
"""So many of the best rows of a worker, or one of so many, have bounds made anew each time."""
SMALL = 2.0
"""Values below this many times the floor may be held at it, where all of them tie."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The cover of a selection.

    Attributes:
        total: Its value.
        cosines: ``(R,)`` of each reference vector to the nearest member, at least 0.
        seen: The same when workers looked last; None before they did.
    """

    total: float
    cosines: Doubles
    seen: Doubles | None


@dataclass(frozen=True, slots=True, eq=False)
class Covering(Plain):
    """Every sample near something chosen.

    A worker knows ``(n, 2)`` of its rows: what each adds at least and at most.

    Attributes:
        name: Name of the objective.
        column: The input with the vectors.
        strength: Exponent of the value.
        size: How many samples stand for all.
        weight: The input that says how much each counts; None for 1 each.
        goal: These; known after :meth:`ask`.
    """

    name: str
    column: str
    strength: float
    size: int
    weight: str | None = None
    goal: Reference | None = None

    # what was best covers what is like it, and adds little then
    wide = True

    @property
    def ranks(self) -> bool:
        """By what is added, where much is good."""
        return self.strength > 0

    def begin(self, part: Part) -> Own:
        """Nothing that is known yet."""
        vectors = part.vectors[self.column]
        check_finite(self.name, vectors.rows, vectors.present)
        return np.full((len(part), 2), np.inf)

    @property
    def asks(self) -> bool:
        """For the reference."""
        return True

    def ask(self) -> Generator[Question, list[Any], Covering]:
        """Rows that are evenly spread over all that have vectors, by position."""
        answers = yield partial(_without, self.column)
        of = sum(count for count, _ in answers)
        positions = _positions(places_evenly(of, self.size), [absent for _, absent in answers])
        shown = yield partial(_shown, self.column, self.weight, positions)
        found, vectors, weights = (np.concatenate(side) for side in zip(*shown, strict=True))
        order = np.argsort(found)
        counts = weights[order] * (of / max(len(found), 1))
        return replace(self, goal=Reference(vectors[order], counts, of))

    def learn(self, facts: Sequence[Any]) -> Covering:  # noqa: ARG002
        """There is nothing more to know."""
        return self

    def follow(self, part: Part, own: Own, joined: Part, standing: Standing) -> Own:
        """Bounds of what rows add now."""
        assert self.goal is not None
        vectors, goal = part.vectors[self.column].rows, self.goal
        if standing.seen is None:
            return kernels.rise_bounds(vectors, goal.vectors, goal.weights, standing.cosines)
        if not len(joined):
            return own
        bounds = kernels.fallen(own, vectors, goal.vectors, goal.weights, (standing.seen, standing.cosines))
        return self._tightened(bounds, vectors, standing)

    def _tightened(self, bounds: Doubles, vectors: Singles, standing: Standing) -> Doubles:
        """Bounds with those of the best rows made anew, where what was taken off them made the old ones wide."""
        assert self.goal is not None
        size = min(TIGHT, len(bounds) // TIGHT_OF)
        best = np.argpartition(-bounds[:, 1], size)[:size] if size else np.arange(len(bounds))
        anew = kernels.rise_bounds(vectors[best], self.goal.vectors, self.goal.weights, standing.cosines)
        tightened: Doubles = bounds.copy()
        tightened[best, 0] = np.maximum(bounds[best, 0], anew[:, 0])
        tightened[best, 1] = np.minimum(bounds[best, 1], anew[:, 1])
        return tightened

    def scores(self, part: Part, own: Own, standing: Standing, *, alone: bool) -> Doubles:  # noqa: ARG002
        """Bounds of the parts; alone, of what is added."""
        if alone:
            most: Doubles = own[:, 1]
            return most
        return log_parts(standing.total + own[:, int(self.strength >= 0)], self.strength)

    def span(self, part: Part, own: Own, rows: Rows, standing: Standing) -> tuple[float, float]:  # noqa: ARG002
        """The least and the most of what bounds them."""
        bounds = own[rows, 1]
        return float(bounds.min()), float(bounds.max())

    def rise(self, before: Standing, now: Standing, span: tuple[float, float]) -> float:
        """How far the part of a row in the span can have risen: by the total, as what a row adds falls."""
        if before.total == now.total or not self.strength:
            return 0.0
        if self.strength < 0:
            return math.inf
        return max(sum_rise(before.total, now.total, span, self.strength), 0.0)

    def start(self, chosen: Part) -> Standing:
        """Of the preselected."""
        everything = np.ones(len(chosen), dtype=np.bool_)
        running = self.kernel(chosen, None).start(Play(~everything, everything, alone=True))
        return self.at(running)

    def kernel(self, part: Part, standing: Standing | None) -> kernels.Objective:
        """The kernel's objective, which goes on from the cover."""
        assert self.goal is not None
        vectors, goal = part.vectors[self.column], self.goal
        cover = None
        if standing is not None:
            cover = kernels.Cover(standing.cosines, standing.total, part.own[self.name])
        return kernels.Coverage(
            self.name, vectors.rows, self.strength, goal.vectors, goal.weights, vectors.present, cover
        )

    def now(self, running: Running, standing: Standing, terms: Sequence[float]) -> Standing:  # noqa: ARG002
        """As the kernel has it."""
        return replace(self.at(running), seen=standing.cosines)

    def at(self, running: Running) -> Standing:
        """As the kernel has it."""
        assert isinstance(running, RunningCoverage)
        return Standing(running.covered.total, running.covered.cover, None)

    def key(self, running: Running, standing: Standing, part: Part, row: int) -> tuple[float, float]:  # noqa: ARG002
        """What a row adds; values that tie differ by a share of the whole."""
        assert isinstance(running, RunningCoverage)
        adds = running.least(row)
        value = max(running.covered.total + adds, FLOOR)
        if value <= SMALL * FLOOR:
            return adds, math.inf
        return adds, 4.0 * TIE * (1.0 / self.strength + abs(math.log(value))) * value

    def survey(self, picked: int, workers: int) -> Generator[Survey, list[Any], Singles]:  # noqa: ARG002
        """The vectors of as many candidates, evenly spread over them."""
        answers = yield _outside
        count = sum(count for count, _ in answers)
        positions = _positions(places_evenly(count, picked), [outside for _, outside in answers])
        shown = yield partial(_drawn, self.column, positions)
        found, vectors = (np.concatenate(side) for side in zip(*shown, strict=True))
        drawn: Singles = vectors[np.argsort(found)]
        return drawn

    def known(self, own: Own, facts: Sequence[Any]) -> Reference | None:  # noqa: ARG002
        """What stands for all."""
        return self.goal

    def reached(self, chosen: Chosen) -> Mapping[str, Any]:
        """Cosines of the reference to the selection, and to a random one."""
        assert self.goal is not None
        vectors = chosen.part.vectors[self.column]
        before, picked = np.split(np.arange(len(vectors.rows)), [len(vectors.rows) - len(chosen.terms)])
        earlier = vectors.rows[before[vectors.present[before]]]
        found, random = (
            kernels.nearest_cosines(rows, self.goal.vectors, np.arange(len(rows)))
            for rows in (np.concatenate([earlier, each]) for each in (vectors.rows[picked], chosen.surveyed))
        )
        return reached_cover(found, random, self.goal.weights, "samples", self.goal.of)


def _positions(places: Rows, missing: Sequence[Rows]) -> Rows:
    """Positions of some places among all positions but those that are missing."""
    gaps = np.sort(np.concatenate(missing))
    return places + np.searchsorted(gaps - np.arange(len(gaps)), places, side="right")


def _without(column: str, part: Part, own: Own) -> tuple[Own, tuple[int, Rows]]:
    """How many rows have vectors, and the positions of the others."""
    present = part.vectors[column].present
    return own, (int(present.sum()), part.positions[~present])


def _shown(
    column: str, weight: str | None, positions: Rows, part: Part, own: Own
) -> tuple[Own, tuple[Rows, Singles, Doubles]]:
    """Rows at some positions: where they are, their vectors and how much they count."""
    rows = np.flatnonzero(np.isin(part.positions, positions))
    counts = np.ones(len(rows)) if weight is None else np.nan_to_num(part.numbers[weight][rows])
    return own, (part.positions[rows], part.vectors[column].rows[rows], counts)


def _outside(part: Part, candidates: Bools) -> tuple[int, Rows]:
    """How many candidates there are, and the positions of who is none."""
    return int(candidates.sum()), part.positions[~candidates]


def _drawn(column: str, positions: Rows, part: Part, candidates: Bools) -> tuple[Rows, Singles]:  # noqa: ARG001
    """Rows at some positions, and their vectors."""
    rows = np.flatnonzero(np.isin(part.positions, positions))
    return part.positions[rows], part.vectors[column].rows[rows]
