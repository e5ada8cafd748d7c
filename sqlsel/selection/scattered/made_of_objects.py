"""Numbers made of the vectors of objects, over many workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.object_weights import RunningObjectWeights
from sqlsel.kernels.objects import reduce_rows
from sqlsel.kernels.protocol import log_parts, sum_rise
from sqlsel.kernels.weights import Carried
from sqlsel.selection.scattered.made import Made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.kernels.protocol import Running
    from sqlsel.selection.scattered.part import Doubles, Own, Part, Rows
    from sqlsel.selection.scattered.ragged import Ragged


@dataclass(frozen=True, slots=True, eq=False)
class MadeOfObjects(Made):
    """Rows are worth the mean or the highest number of their objects, and add those of all.

    Attributes:
        how: Which of the two.
    """

    how: Literal["mean", "max"] = "mean"

    def settle(self, own: Ragged) -> Own:
        """The numbers of the objects."""
        return own.having(self.measure.settle(own.values))

    def terms(self, own: Own) -> Doubles:
        """What each row is worth; NaN without objects."""
        found: Doubles = reduce_rows(own.values, own.offsets, how=self.how)
        return found

    def scores(self, part: Part, own: Own, standing: Carried, *, alone: bool) -> Doubles:  # noqa: ARG002
        """Parts of the sum with each row; alone, what rows are worth, those without objects the least."""
        worth = self.terms(own)
        if alone:
            return np.asarray(np.sign(self.strength) * np.where(np.isnan(worth), -1.0, worth))
        return log_parts(np.where(np.isnan(worth), 0.0, standing.total + worth), self.strength)

    def span(self, part: Part, own: Own, rows: Rows, standing: Any) -> tuple[float, float]:  # noqa: ANN401, ARG002
        """The lowest and the highest."""
        worth = np.nan_to_num(self.terms(own[rows]))
        return float(worth.min()), float(worth.max())

    def rise(self, before: Carried, now: float, span: tuple[float, float]) -> float:
        """How far the part of a row in the span can have risen; rows without objects stay where they are."""
        return max(sum_rise(before.total, now, span, self.strength), 0.0)

    def start(self, chosen: Part) -> Carried:
        """The sum over the objects of the preselected."""
        own = chosen.own[self.name]
        return Carried(0.0, float(np.nan_to_num(reduce_rows(own.values, own.offsets, how="sum")).sum()), 0.0)

    def kernel(self, part: Part, standing: Carried) -> kernels.Objective:
        """The kernel's weights of objects, with what was added up before."""
        own = part.own[self.name]
        return kernels.ObjectWeights(self.name, own.values, own.offsets, self.strength, own=self.how, carried=standing)

    def now(self, running: Running, standing: Carried, terms: Sequence[float]) -> Carried:  # noqa: ARG002
        """The sum with the new picks."""
        return Carried(0.0, self.at(running), 0.0)

    def at(self, running: Running) -> float:
        """The sum."""
        assert isinstance(running, RunningObjectWeights)
        return running.total

    def key(self, running: Running, standing: Any, part: Part, row: int) -> tuple[float, float]:  # noqa: ANN401, ARG002
        """What the row is worth, which ranks exactly."""
        worth = float(self.terms(part.own[self.name][np.array([row])])[0])
        return float(np.sign(self.strength)) * (-1.0 if np.isnan(worth) else worth), 0.0
