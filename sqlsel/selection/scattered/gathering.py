"""Some rows of many workers with what follows from all of them, brought to the driver to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from sqlsel.selection.drawing import BITS, enough, random_keys, sample_keys
from sqlsel.selection.scattered.asking import introduced
from sqlsel.selection.scattered.part import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.engines.base import Pieces
    from sqlsel.selection.scattered.objective import Scattered
    from sqlsel.selection.scattered.part import Rows
    from sqlsel.selection.scattered.work import Kept


@runtime_checkable
class Knowing(Protocol):
    """An objective that can be prepared from some rows, as it knows the rest of all of them."""

    def known(self, part: Part, facts: Sequence[Any]) -> Any:  # noqa: ANN401
        """What its preparation in memory takes instead of looking at all rows; None for nothing.

        Args:
            part: The rows that are there, with what is known of them, settled.
            facts: What the driver was told of all workers' rows before the first pick.
        """


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows to bring.

    Attributes:
        positions: These, and the preselected.
        sample: How many of the others by the keys of a sample.
        random: How many by those of a random selection.
        seed: The seed of both.
        bars: Whether candidates that are ruled out before the first pick are passed over in the draws.
    """

    positions: Rows
    sample: int
    random: int
    seed: int
    bars: bool


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """What was brought.

    Attributes:
        part: The rows, by position.
        known: By objective, what follows from all rows in play.
        total: How many rows are in play.
    """

    part: Part
    known: Mapping[str, Any]
    total: int


def gather(objectives: Sequence[Scattered], pieces: Pieces, wanted: Wanted) -> Gathered:
    """Bring rows, in a few jobs. What comes to the driver does not grow with the rows that stay.

    Raises:
        KernelInputError: If vectors or numbers cannot be used.
    """
    begun, objectives = introduced(objectives, pieces)
    total = sum(one.rows for one in begun)
    bounds = enough(wanted.sample, total), enough(wanted.random, total)
    while True:
        answers = pieces.step(partial(_bring, objectives, wanted, bounds))
        drawable = sum(each[1] for each in answers)
        found = [sum(each[2][side] for each in answers) for side in (0, 1)]
        short = [
            number < min(size, drawable) for number, size in zip(found, (wanted.sample, wanted.random), strict=True)
        ]
        if not any(short):
            break
        # candidates that are ruled out are not known to be so before
        bounds = tuple(
            min(bound << 2, (1 << BITS) - 1) if lacking else bound for bound, lacking in zip(bounds, short, strict=True)
        )  # type: ignore[assignment]
    part = Part.joined([each[0] for each in answers])
    part = part.take(np.argsort(part.positions))
    known = {
        each.name: each.known(part, [one.facts[number] for one in begun])
        for number, each in enumerate(objectives)
        if isinstance(each, Knowing)
    }
    return Gathered(part, known, total)


def _bring(
    objectives: Sequence[Scattered], wanted: Wanted, bounds: tuple[int, int], part: Part, kept: Kept
) -> tuple[Kept, tuple[Part, int, tuple[int, int]]]:
    """A worker's rows among the wanted ones, how many could be drawn, and how many were."""
    own = {each.name: each.settle(kept.own[each.name]) for each in objectives}
    drawable = ~part.preselected
    if wanted.bars:
        for each in objectives:
            barred = each.barred(own[each.name])
            if barred is not None:
                drawable &= ~barred
    drawn = [
        drawable & (keys(part.positions, wanted.seed) <= np.uint64(bound))
        for keys, bound in zip((sample_keys, random_keys), bounds, strict=True)
    ]
    asked = part.preselected | np.isin(part.positions, wanted.positions)
    rows = np.flatnonzero(asked | drawn[0] | drawn[1])
    return kept, (part.take(rows, own), int(drawable.sum()), (int(drawn[0].sum()), int(drawn[1].sum())))
