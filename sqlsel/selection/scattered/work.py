"""What a worker does with its rows in a job: bring them up to date, and show the best with a bound of the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.kernels.threads import own_threads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.selection.scattered.objective import Question, Scattered
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows

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
        rest: The rows of each bound of the last job, where these are to meet the rows that were shown.
    """

    own: Mapping[str, Own]
    left: Bools
    closed: Bools
    rest: Sequence[Rows] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """What a worker tells before the first pick.

    Attributes:
        facts: By objective, what the driver needs to know.
        preselected: These rows.
        rows: How many rows there are.
        numbers: How many numbers their vectors have.
    """

    facts: Sequence[Any]
    preselected: Part
    rows: int
    numbers: int


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
        band: How far from the best they are, counted from 0.
        highest: The highest score among them.
        first: The lowest position of those that come near it.
        spans: By objective, what bounds the rise of their parts.
    """

    band: int
    highest: float
    first: int
    spans: Sequence[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What a worker counts in the first job.

    Attributes:
        of_candidates: By objective, what it counted of the candidates.
        ruled_out: How many candidates are out before the first pick: by the name of the bar, and for any of them.
        without: By input of objects, how many candidates have none.
    """

    of_candidates: Sequence[Any]
    ruled_out: Mapping[str, int]
    without: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What a worker shows.

    Attributes:
        best: The rows with the highest scores; of those that tie for the last place the lowest.
        rest: Bounds of all others that may be picked.
        counted: What it counted; only in the first job.
        left: How many candidates were not picked.
        kept_out: How many of them each objective's hard bound keeps out, and last the limits.
    """

    best: Part
    rest: Sequence[Rest]
    counted: Counted
    left: int
    kept_out: Sequence[int]


def begin(objectives: Sequence[Scattered], part: Part, _kept: None) -> tuple[Kept, Begun | None]:
    """Look at the rows by themselves; tell of them where no objective has something to ask first."""
    with own_threads():
        own = {each.name: each.begin(part) for each in objectives}
    kept = Kept(own, ~part.preselected, np.zeros(len(part), dtype=np.bool_))
    return (kept, None) if any(each.asks for each in objectives) else introduce(objectives, part, kept)


def answer(name: str, question: Question, part: Part, kept: Kept) -> tuple[Kept, Any]:
    """Answer an objective's question."""
    with own_threads():
        own, found = question(part, kept.own[name])
    return replace(kept, own={**kept.own, name: own}), found


def introduce(objectives: Sequence[Scattered], part: Part, kept: Kept) -> tuple[Kept, Begun]:
    """Tell what has to be known before the first pick."""
    facts = [each.fact(part, kept.own[each.name]) for each in objectives]
    numbers = [
        *(each.rows.size for each in part.vectors.values()),
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
        own = {each.name: each.follow(part, kept.own[each.name], asked.joined) for each in asked.objectives}
    left, closed = kept.left.copy(), kept.closed | _full(part, asked.full)
    left[np.searchsorted(part.positions, _mine(part, asked.joined))] = False
    kept = replace(kept, own=own, left=left, closed=closed)
    outside = [each.kept_out(own[each.name], now) for each, now in zip(asked.objectives, asked.standings, strict=True)]
    rows = left & ~closed
    for bars in outside:
        if bars is not None:
            rows &= ~bars
    best, rest, groups = _split(asked, part, own, np.flatnonzero(rows))
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
    return replace(kept, own=own, left=left), Counted(counts, ruled_out, without)


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


def _split(asked: Asked, part: Part, own: Mapping[str, Own], rows: Rows) -> tuple[Rows, list[Rest], list[Rows]]:
    """The rows to show, in their order, bounds of the others, and the rows of each bound."""
    scores = np.zeros(len(part))
    for each, now in zip(asked.objectives, asked.standings, strict=True):
        scores += each.scores(part, own[each.name], now, alone=asked.alone)
    if len(rows) <= asked.size:
        return rows, [], []
    # of equal scores the lower position comes first: rows are in the order of positions
    order = rows[np.argsort(-scores[rows], kind="stable")]
    best, others = order[: asked.size], order[asked.size :]
    rest, groups = [], []
    for number, (begin_, end) in enumerate(zip(BANDS, (*BANDS[1:], None), strict=True)):
        stop = None if end is None else (end - 1) * asked.size
        band = others[(begin_ - 1) * asked.size : stop]
        new = _groups(asked, part, band)
        groups += new
        rest += [_bounded(asked, part, own, scores, group, number) for group in new]
    return np.sort(best), rest, groups


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


def _bounded(asked: Asked, part: Part, own: Mapping[str, Own], scores: Doubles, rows: Rows, band: int) -> Rest:
    mine = scores[rows]
    highest = float(mine.max())
    high = rows[mine >= highest - near(highest)]
    spans = [] if asked.alone else [each.span(part, own[each.name], rows) for each in asked.objectives]
    return Rest(band, highest, int(part.positions[high].min()), spans)
