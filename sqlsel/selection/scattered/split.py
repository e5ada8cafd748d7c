"""How a worker parts its rows: the best, which it shows, and the others, which it bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.selection.scattered.messages import Rest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.selection.scattered.messages import Asked
    from sqlsel.selection.scattered.part import Bools, Doubles, Own, Part, Rows

NEAR = 1e-7
BANDS = (1, 4, 16, 64)
"""The rest is bounded in bands of this many times the rows shown: the best of it, and ever more of what is worse."""
MOST_GROUPS = 512
NEXT = 4
"""This share of the places is added for the best rows at the state of the selection itself."""
TURNS = 128
"""Rows of one score take this share of the places before others have theirs."""
MOST_STRATA = 32
"""No objective tells as many strata apart."""


def split(asked: Asked, part: Part, own: Mapping[str, Own], rows: Rows) -> tuple[Rows, list[Rest], list[Rows]]:
    """The rows to show, in their order, bounds of the others, and the rows of each bound."""
    scores = _scores(asked, part, own, asked.references)
    if len(rows) <= asked.size:
        return rows, [], []
    moved = any(reference is not now for reference, now in zip(asked.references, asked.standings, strict=True))
    scores_now = _scores(asked, part, own, asked.standings) if moved else scores
    # of equal scores the lower position comes first: rows are in the order of positions
    order = rows[np.argsort(-scores[rows], kind="stable")]
    shown, tails = _parted(asked, scores[order], scores_now[order])
    groups = [((len(BANDS) + number, 0), order[tail]) for number, tail in enumerate(tails)]
    behind = ~shown
    behind[np.concatenate([np.empty(0, np.int64), *tails])] = False
    groups += _banded(asked, part, order[behind])
    bounds = _Bounds(asked, part, own, scores, scores_now)
    return np.sort(order[shown]), [bounds.of(group, band) for band, group in groups], [group for _, group in groups]


def _banded(asked: Asked, part: Part, others: Rows) -> list[tuple[tuple[int, int], Rows]]:
    """Rows from the best on by how far from it they are, and of what kind."""
    found = []
    for number, (begin, end) in enumerate(zip(BANDS, (*BANDS[1:], None), strict=True)):
        stop = None if end is None else (end - 1) * asked.size
        for stratum, band in _strata(asked, part, others[(begin - 1) * asked.size : stop]):
            found += [((number, stratum), group) for group in _groups(asked, part, band)]
    return found


def _parted(asked: Asked, scores: Doubles, scores_now: Doubles) -> tuple[Bools, list[Rows]]:
    """Which of the rows from the best on to show, and rows behind them that are bounded for themselves."""
    if not any(each.wide for each in asked.objectives):
        return np.arange(len(scores)) < asked.size, []
    # the next pick has to be there, and those that the picks after it are likely to want
    now = np.argsort(-scores_now, kind="stable")
    return _in_turn(scores, asked.size, now[: max(asked.size // NEXT, 1)])


def _scores(asked: Asked, part: Part, own: Mapping[str, Own], standings: Sequence[Any]) -> Doubles:
    scores = np.zeros(len(part))
    for each, standing in zip(asked.objectives, standings, strict=True):
        scores += each.scores(part, own[each.name], standing, alone=asked.alone)
    return scores


def _in_turn(scores: Doubles, size: int, first: Rows) -> tuple[Bools, list[Rows]]:
    """Which of some rows to show beside the first, from the best on, so that no many of one score fill all places.

    Returns:
        Whether to show each, and the rows behind those of their score that are shown, for each such score.
    """
    run = np.cumsum(np.diff(scores, prepend=scores[:1]) != 0)
    place = np.arange(len(scores)) - np.searchsorted(run, run)
    turn = np.argsort(place // max(size // TURNS, 1), kind="stable")
    shown = np.zeros(len(scores), dtype=np.bool_)
    shown[turn[:size]] = True
    shown[first] = True
    cut = np.unique(run[shown])
    behind = np.flatnonzero(~shown & np.isin(run, cut))
    found, group = np.unique(run[behind], return_inverse=True)
    if len(found) > MOST_GROUPS:
        return shown, []
    return shown, [behind[group == number] for number in range(len(found))]


def _strata(asked: Asked, part: Part, rows: Rows) -> list[tuple[int, Rows]]:
    """Rows apart by the strata that an objective tells them apart by, each with its number."""
    strata = np.zeros(len(rows), dtype=np.int64)
    for each in asked.objectives:
        own = each.strata(part, rows)
        if own is not None:
            strata = strata * MOST_STRATA + own
    return [(int(number), rows[strata == number]) for number in np.unique(strata)]


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


class _Bounds:
    """Bounds of rows that are not shown."""

    def __init__(self, asked: Asked, part: Part, own: Mapping[str, Own], scores: Doubles, scores_now: Doubles) -> None:
        self._asked, self._part, self._own = asked, part, own
        self._scores, self._now = scores, scores_now
        # what one such objective says of the best of some rows, it says of all of them
        self._together = len(asked.objectives) == 1 and asked.objectives[0].wide

    def of(self, rows: Rows, band: tuple[int, int]) -> Rest:
        """The bound of some of them."""
        mine, now = self._scores[rows], self._now[rows]
        highest, highest_now = float(mine.max()), float(now.max())
        high = rows
        if not self._together:
            high = rows[(mine >= highest - near(highest)) | (now >= highest_now - near(highest_now))]
        spans = []
        if not self._asked.alone:
            both = zip(self._asked.objectives, self._asked.references, strict=True)
            spans = [each.span(self._part, self._own[each.name], rows, standing) for each, standing in both]
        return Rest(band, highest, highest_now, int(self._part.positions[high].min()), spans)
