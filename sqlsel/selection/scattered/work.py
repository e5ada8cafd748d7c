"""What a worker does with its rows in a job: bring them up to date, and show the best with a bound of the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.kernels.threads import own_threads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.selection.scattered.objective import Scattered
    from sqlsel.selection.scattered.part import Bools, Doubles, Part, Rows

NEAR = 1e-7
BANDS = (1, 4, 16, 64)
"""The rest is bounded in bands of this many times the rows shown: the best of it, and ever more of what is worse."""
MOST_GROUPS = 512


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What a worker keeps from job to job beside its rows.

    Attributes:
        own: By objective, what it knows of each row.
        left: ``(n,)`` candidates that were not picked.
        closed: ``(n,)`` candidates that a limit keeps out.
    """

    own: Mapping[str, Doubles]
    left: Bools
    closed: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """What a worker tells before the first pick."""

    facts: Sequence[Any]
    preselected: Part


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A job.

    Attributes:
        objectives: The objectives, with all facts.
        standings: By objective, the state of the selection.
        joined: Rows that joined since the last job.
        full: By limited column, the classes that are full.
        size: How many rows to show.
        alone: Whether one objective ranks by itself.
        settle: Whether numbers are to be settled, as this is the first.
    """

    objectives: Sequence[Scattered]
    standings: Sequence[Any]
    joined: Part
    full: Mapping[str, frozenset[str]]
    size: int
    alone: bool
    settle: bool


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """A bound of some rows that were not shown.

    Attributes:
        highest: The highest score among them.
        first: The lowest position of those that come near it.
        spans: By objective, what bounds the rise of their parts.
    """

    highest: float
    first: int
    spans: Sequence[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a worker shows.

    Attributes:
        best: The rows with the highest scores; of those that tie for the last place the lowest.
        rest: Bounds of all others that may be picked.
        counts: By objective, what it counted of the candidates; only in the first job.
        left: How many candidates were not picked.
        kept_out: How many of them each objective's hard bound keeps out, and last the limits.
    """

    best: Part
    rest: Sequence[Rest]
    counts: Sequence[Any]
    left: int
    kept_out: Sequence[int]


def begin(objectives: Sequence[Scattered], part: Part, _kept: None) -> tuple[Kept, Begun]:
    """Look at the rows by themselves."""
    with own_threads():
        own = {each.name: each.begin(part) for each in objectives}
    facts = [each.fact(part, own[each.name]) for each in objectives]
    kept = Kept(own, ~part.preselected, np.zeros(len(part), dtype=np.bool_))
    return kept, Begun(facts, part.take(np.flatnonzero(part.preselected), own))


def look(asked: Asked, part: Part, kept: Kept) -> tuple[Kept, Shown]:
    """Bring the rows up to date, and show the best."""
    counts: Sequence[Any] = ()
    own = dict(kept.own)
    with own_threads():
        if asked.settle:
            own = {each.name: each.settle(own[each.name]) for each in asked.objectives}
            counts = [each.count(own[each.name], kept.left) for each in asked.objectives]
        own = {each.name: each.follow(part, own[each.name], asked.joined) for each in asked.objectives}
    left, closed = kept.left.copy(), kept.closed | _full(part, asked.full)
    left[np.searchsorted(part.positions, _mine(part, asked.joined))] = False
    kept = replace(kept, own=own, left=left, closed=closed)
    outside = [each.kept_out(own[each.name], now) for each, now in zip(asked.objectives, asked.standings, strict=True)]
    rows = left & ~closed
    for bars in outside:
        if bars is not None:
            rows &= ~bars
    best, rest = _split(asked, part, own, np.flatnonzero(rows))
    numbers = [0 if bars is None else int((bars & left).sum()) for bars in outside]
    shown = Shown(part.take(best, own), rest, counts, int(left.sum()), [*numbers, int((closed & left).sum())])
    return kept, shown


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


def _split(asked: Asked, part: Part, own: Mapping[str, Doubles], rows: Rows) -> tuple[Rows, list[Rest]]:
    """The rows to show, in their order, and bounds of the others."""
    scores = np.zeros(len(part))
    for each, now in zip(asked.objectives, asked.standings, strict=True):
        scores += each.scores(part, own[each.name], now, alone=asked.alone)
    if len(rows) <= asked.size:
        return rows, []
    # of equal scores the lower position comes first: rows are in the order of positions
    order = rows[np.argsort(-scores[rows], kind="stable")]
    best, others = order[: asked.size], order[asked.size :]
    rest = []
    for begin_, end in zip(BANDS, (*BANDS[1:], None), strict=True):
        stop = None if end is None else (end - 1) * asked.size
        band = others[(begin_ - 1) * asked.size : stop]
        rest += [_bounded(asked, part, own, scores, group) for group in _groups(asked, part, band)]
    return np.sort(best), rest


def _groups(asked: Asked, part: Part, rows: Rows) -> list[Rows]:
    """Rows apart by their classes, where these are few."""
    if not len(rows):
        return []
    keys = np.zeros(len(rows), dtype=np.int64)
    for each in asked.objectives:
        column = each.classes()
        if column is not None:
            classes = part.classes[column]
            keys = keys * (len(classes.names) + 1) + classes.codes[rows] + 1
    found, group = np.unique(keys, return_inverse=True)
    if len(found) > MOST_GROUPS:
        return [rows]
    return [rows[group == number] for number in range(len(found))]


def near(highest: float) -> float:
    """How far below the highest of the rest scores may tie with a pick."""
    return NEAR * (1.0 + abs(highest))


def _bounded(asked: Asked, part: Part, own: Mapping[str, Doubles], scores: Doubles, rows: Rows) -> Rest:
    mine = scores[rows]
    highest = float(mine.max())
    high = rows[mine >= highest - near(highest)]
    spans = [] if asked.alone else [each.span(part, own[each.name], rows) for each in asked.objectives]
    return Rest(highest, int(part.positions[high].min()), spans)
