"""What the driver of a run and its workers tell each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.selection.scattered.objective import Scattered
    from sqlsel.selection.scattered.part import Part


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """What a worker tells before the first pick.

    Attributes:
        facts: By objective, what the driver needs to know.
        preselected: These rows.
        rows: How many rows there are.
        numbers: How many numbers of four bytes their vectors and classes have.
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
        references: By objective, the state at which rows are compared and bounded.
        joined: Rows that joined since the last job.
        full: By limited column, the classes that are full.
        size: How many rows to show.
        alone: Whether one objective ranks by itself.
        settle: Whether numbers are to be settled, as this is the first.
    """

    objectives: Sequence[Scattered]
    standings: Sequence[Any]
    references: Sequence[Any]
    joined: Part
    full: Mapping[str, frozenset[str]]
    size: int
    alone: bool
    settle: bool


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """A bound of some rows that were not shown.

    Attributes:
        band: How far from the best they are, counted from 0, and the number of their stratum.
        highest: The highest score among them, where they are compared.
        now: The highest at the state of the selection.
        first: The lowest position of those that come near it.
        spans: By objective, what bounds the rise of their parts.
    """

    band: tuple[int, int]
    highest: float
    now: float
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
