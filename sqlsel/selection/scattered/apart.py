"""Distances to a selection over many workers: each keeps those of its rows, and brings them up to date by new picks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.diversity import RunningDiversity, check_finite
from sqlsel.kernels.protocol import EMPTY_VALUE, FLOOR, TIE, Play, log_part, log_parts, sum_rise
from sqlsel.kernels.queried import halves_to_nearest
from sqlsel.selection.scattered.objective import Plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.kernels.outcome import StopReason
    from sqlsel.kernels.protocol import Running
    from sqlsel.selection.scattered.objective import Chosen
    from sqlsel.selection.scattered.part import Bools, Doubles, Part, Rows

    Standing = tuple[int, float]
    """How many have joined, and the sum over them."""

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
    def _by_distance(self) -> bool:
        return self.alone and self.strength > 0

    @property
    def ranks(self) -> bool:
        """By the distance where far is good."""
        return self.strength > 0

    @property
    def reason(self) -> StopReason:
        """The name of its hard bound."""
        return "minimum_distance"

    def begin(self, part: Part) -> Doubles:
        """Half squared distances to nothing."""
        vectors = part.vectors[self.column]
        check_finite(self.name, vectors.rows, vectors.present)
        return np.full(len(part), np.inf)

    def learn(self, facts: Sequence[Any]) -> Apart:  # noqa: ARG002
        """There is nothing to know."""
        return self

    def follow(self, part: Part, own: Doubles, joined: Part) -> Doubles:
        """Exact half squared distances to the nearest of everything chosen."""
        new = joined.vectors[self.column]
        if not new.present.any() or not len(part):
            return own
        return np.minimum(own, halves_to_nearest(part.vectors[self.column].rows, new.rows[new.present]))

    def scores(self, part: Part, own: Doubles, standing: Standing, *, alone: bool) -> Doubles:  # noqa: ARG002
        """Parts of the distances; alone and where far is good, the distances."""
        count, total = standing
        if self._by_distance:
            return own if count else np.zeros(len(own))
        if not count:
            return np.full(len(own), log_part(EMPTY_VALUE, self.strength))
        return log_parts(total + own, self.strength)

    def kept_out(self, own: Doubles, standing: Standing) -> Bools | None:  # noqa: ARG002
        """Rows that are too near."""
        return None if self.minimum is None else np.sqrt(2.0 * own) < self.minimum

    def span(self, part: Part, own: Doubles, rows: Rows) -> tuple[float, float]:  # noqa: ARG002
        """The nearest and the farthest."""
        return float(own[rows].min()), float(own[rows].max())

    def rise(self, before: Standing, now: Standing, span: tuple[float, float]) -> float:
        """How far the part of a distance in the span can have risen; inf since the selection was empty."""
        if before[0] == now[0]:
            return 0.0
        if not before[0] or self.strength < 0:
            return math.inf
        return sum_rise(before[1], now[1], span, self.strength)

    def start(self, chosen: Part) -> Standing:
        """Of the preselected."""
        everything = np.ones(len(chosen), dtype=np.bool_)
        return self._standing(self.kernel(chosen, None).start(Play(~everything, everything, alone=self.alone)))

    def kernel(self, part: Part, standing: Any) -> kernels.Objective:  # noqa: ANN401, ARG002
        """The kernel's objective."""
        vectors = part.vectors[self.column]
        return kernels.Diversity(
            self.name, vectors.rows, self.strength, minimum_distance=self.minimum, present=vectors.present
        )

    def now(self, running: Running, standing: Standing, terms: Sequence[float]) -> Standing:  # noqa: ARG002
        """As the kernel has it."""
        return self._standing(running)

    def at(self, running: Running) -> Standing:
        """As the kernel has it."""
        return self._standing(running)

    def key(self, running: Running, standing: Any, part: Part, row: int) -> tuple[float, float]:  # noqa: ANN401, ARG002
        """The distance, where that ranks; parts that tie differ by a share of the selection's sum."""
        assert isinstance(running, RunningDiversity)
        if not running.nearest.centres:
            return 0.0, 0.0
        if not standing[0]:
            # the others were bounded when nothing had a distance
            return -math.inf, 0.0
        half = running.nearest.value(row)
        value = max(running.between.at_most() + half, FLOOR)
        if value <= SMALL * FLOOR:
            return half, math.inf
        return half, 4.0 * TIE * (1.0 / self.strength + abs(math.log(value))) * value + SURE * half

    def reached(self, chosen: Chosen) -> Mapping[str, Any]:
        """The smallest distance."""
        known = chosen.terms[~np.isnan(chosen.terms)]
        return {"smallest_distance": float(known.min()) if len(known) else None}

    def _standing(self, running: Running) -> Standing:
        assert isinstance(running, RunningDiversity)
        # alone, the sum decides nothing, and costs a product of all picks
        return (len(running.nearest.centres), 0.0) if self._by_distance else running.standing
