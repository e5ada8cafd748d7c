"""Distances of objects to a selection over many workers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.kernels.object_diversity import RunningObjectDiversity
from sqlsel.kernels.objects import reduce_rows
from sqlsel.kernels.protocol import EMPTY_VALUE, log_parts, sum_rise
from sqlsel.kernels.queried import halves_to_nearest
from sqlsel.selection.scattered.apart import Apart, Span, Standing

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Running
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows


class ObjectsApart(Apart):
    """Rows whose objects are far from all objects chosen, on average."""

    __slots__ = ()

    @property
    def ranks(self) -> bool:
        """By its parts."""
        return False

    @property
    def by_distance(self) -> bool:
        """The sum counts, as rows without objects have none."""
        return False

    def begin(self, part: Part) -> Own:
        """Half squared distances to nothing."""
        objects = part.objects[self.column]
        kernels.Objects(objects.values, objects.offsets)
        return objects.having(np.full(len(objects.values), np.inf))

    def follow(self, part: Part, own: Own, joined: Part, standing: Any) -> Own:  # noqa: ANN401, ARG002
        """Exact half squared distances to the nearest of all objects chosen."""
        mine, new = part.objects[self.column].values, joined.objects[self.column].values
        if not len(mine) or not len(new):
            return own
        return own.having(halves_to_nearest(mine, new, own.values))

    def scores(self, part: Part, own: Own, standing: Standing, *, alone: bool) -> Doubles:  # noqa: ARG002
        """Parts of the means over the objects of each row."""
        means = _means(own)
        values = standing.total + means if standing.count else np.full(len(means), EMPTY_VALUE)
        return log_parts(np.where(np.isnan(means), 0.0, values), self.strength)

    def kept_out(self, own: Own, standing: Standing) -> Bools | None:  # noqa: ARG002
        """Rows whose objects are too near."""
        return None if self.minimum is None else np.sqrt(2.0 * _means(own)) < self.minimum

    @property
    def meets(self) -> bool:
        """Means over objects are not bounded by the nearest."""
        return False

    def span(self, part: Part, own: Own, rows: Rows, standing: Any) -> Span:  # noqa: ANN401, ARG002
        """The nearest and the farthest of those that have objects."""
        means = _means(own[rows])
        return Span(0.0, 0.0) if np.isnan(means).all() else Span(float(np.nanmin(means)), float(np.nanmax(means)))

    def rise(self, before: Standing, now: Standing, span: Span) -> float:
        """How far the part of a mean in the span can have risen; rows without objects stay where they are."""
        if before.count == now.count:
            return 0.0
        if not before.count or self.strength < 0:
            return math.inf
        return max(sum_rise(before.total, now.total, (span.lowest, span.highest), self.strength), 0.0)

    def kernel(self, part: Part, standing: Standing | None) -> kernels.Objective:
        """The kernel's objective, which goes on from what is known of the distances."""
        objects, met = part.objects[self.column], None
        if standing is not None and standing.between is not None:
            met = kernels.Met(part.own[self.name].values, standing.between)
        vectors = kernels.Objects(objects.values, objects.offsets)
        return kernels.ObjectDiversity(self.name, vectors, self.strength, minimum_distance=self.minimum, met=met)

    def distances(self, running: Running) -> RunningObjectDiversity:
        """The kernel's state."""
        assert isinstance(running, RunningObjectDiversity)
        return running


def _means(own: Own) -> Doubles:
    found: Doubles = reduce_rows(own.values, own.offsets, how="mean")
    return found
