"""What a worker does with its rows in a job: bring them up to date, and show the best with a bound of the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.kernels.threads import own_threads
from sqlsel.selection.scattered.messages import Begun, Counted, Shown
from sqlsel.selection.scattered.split import split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.selection.scattered.messages import Asked
    from sqlsel.selection.scattered.objective import Question, Scattered, Survey
    from sqlsel.selection.scattered.part import Bools, Own, Part, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What a worker keeps from job to job beside its rows.

    Attributes:
        own: By objective, what it knows of each row.
        left: ``(n,)`` candidates that were not picked.
        closed: ``(n,)`` candidates that a limit keeps out.
        candidates: ``(n,)`` all that there were before the first pick.
        rest: The rows of each bound of the last job, where these are to meet the rows that were shown.
    """

    own: Mapping[str, Own]
    left: Bools
    closed: Bools
    candidates: Bools
    rest: Sequence[Rows] = ()


def begin(objectives: Sequence[Scattered], part: Part, _kept: None) -> tuple[Kept, Begun | None]:
    """Look at the rows by themselves; tell of them where no objective has something to ask first."""
    with own_threads():
        own = {each.name: each.begin(part) for each in objectives}
    kept = Kept(own, ~part.preselected, np.zeros(len(part), dtype=np.bool_), ~part.preselected)
    return (kept, None) if any(each.asks for each in objectives) else introduce(objectives, part, kept)


def answer(name: str, question: Question, part: Part, kept: Kept) -> tuple[Kept, Any]:
    """Answer an objective's question."""
    with own_threads():
        own, found = question(part, kept.own[name])
    return replace(kept, own={**kept.own, name: own}), found


def survey(question: Survey, part: Part, kept: Kept) -> tuple[Kept, Any]:
    """Answer what is asked about the candidates after the last pick."""
    return kept, question(part, kept.candidates)


def introduce(objectives: Sequence[Scattered], part: Part, kept: Kept) -> tuple[Kept, Begun]:
    """Tell what has to be known before the first pick."""
    facts = [each.fact(part, kept.own[each.name]) for each in objectives]
    numbers = [
        *(each.rows.size for each in part.vectors.values()),
        *(2 * each.rows.size for each in part.amounts.values()),
        *(each.values.size for each in part.objects.values()),
    ]
    preselected = part.take(np.flatnonzero(part.preselected), kept.own)
    return kept, Begun(facts, preselected, len(part), sum(numbers))


def look(asked: Asked, part: Part, kept: Kept) -> tuple[Kept, Shown]:
    """Bring the rows up to date, and show the best."""
    counted = Counted((), {}, {})
    with own_threads():
        if asked.settle:
            kept, counted = _settle(asked.objectives, part, kept)
        own = {
            each.name: each.follow(part, kept.own[each.name], asked.joined, now)
            for each, now in zip(asked.objectives, asked.standings, strict=True)
        }
    left, closed = kept.left.copy(), kept.closed | _full(part, asked.full)
    left[np.searchsorted(part.positions, _mine(part, asked.joined))] = False
    kept = replace(kept, own=own, left=left, closed=closed)
    outside = [each.kept_out(own[each.name], now) for each, now in zip(asked.objectives, asked.standings, strict=True)]
    rows = left & ~closed
    for bars in outside:
        if bars is not None:
            rows &= ~bars
    best, rest, groups = split(asked, part, own, np.flatnonzero(rows))
    if any(each.meets for each in asked.objectives):
        kept = replace(kept, rest=groups)
    numbers = [0 if bars is None else int((bars & left).sum()) for bars in outside]
    kept_out = [*numbers, int((closed & left).sum())]
    return kept, Shown(part.take(best, own), rest, counted, int(left.sum()), kept_out)


def meet(objectives: Sequence[Scattered], shown: Part, part: Part, kept: Kept) -> tuple[Kept, list[list[Any]]]:
    """How near the rows of each bound are to those that all workers have shown, by objective; None where none asks."""
    with own_threads():
        found = [[each.meet(part, rows, shown) if each.meets else None for each in objectives] for rows in kept.rest]
    return kept, found


def _settle(objectives: Sequence[Scattered], part: Part, kept: Kept) -> tuple[Kept, Counted]:
    """All numbers, now that everything is known, without the candidates that these rule out; and what there is."""
    own = {each.name: each.settle(kept.own[each.name]) for each in objectives}
    bars: dict[str, Bools] = {}
    for each in objectives:
        barred = each.barred(own[each.name])
        if each.bar is not None and barred is not None:
            bars[each.bar] = bars.get(each.bar, part.preselected) | barred
    ruled_out = {key: int((mask & kept.left).sum()) for key, mask in bars.items()}
    left = kept.left.copy()
    for mask in bars.values():
        left &= ~mask
    ruled_out["ruled_out"] = int(kept.left.sum()) - int(left.sum())
    counts = [each.count(part, own[each.name], left) for each in objectives]
    without = {column: int((left & (np.diff(each.offsets) == 0)).sum()) for column, each in part.objects.items()}
    return replace(kept, own=own, left=left, candidates=left), Counted(counts, ruled_out, without)


def _mine(part: Part, joined: Part) -> Rows:
    """Positions among some that are the part's."""
    return joined.positions[np.isin(joined.positions, part.positions)]


def _full(part: Part, full: Mapping[str, frozenset[str]]) -> Bools:
    """Rows of classes that are full."""
    closed = np.zeros(len(part), dtype=np.bool_)
    for column, names in full.items():
        classes = part.classes[column]
        of_full = np.array([*(name in names for name in classes.names), False])
        closed |= of_full[classes.codes]
    return closed
