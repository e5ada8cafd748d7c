"""Density around vectors over many workers: each meets the vectors of all, block by block."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.kernels.decay import decay_by
from sqlsel.kernels.neighbours import nearer_of
from sqlsel.kernels.objects import spread
from sqlsel.kernels.sums import exact_sum
from sqlsel.selection.scattered.measure import vectors_of
from sqlsel.selection.scattered.ragged import Ragged

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from sqlsel.selection.scattered.objective import Question
    from sqlsel.selection.scattered.part import Doubles, Own, Part, Rows, Singles

BLOCK_BYTES = 1 << 26
"""About how large the vectors are that all workers meet in a job."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The vectors of a run of rows.

    Attributes:
        first: Position of the first row; the others follow.
        vectors: The vectors.
    """

    first: int
    vectors: Ragged


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """How near the nearest other vectors are.

    Workers hold the half squared distances to the nearest so far, ``(M, k)``.

    Attributes:
        k: How many of them count, and after :meth:`ask` how many there are.
        width: Width of the vectors.
        mean: The mean distance over all vectors; known after :meth:`learn`.
    """

    k: int
    width: int
    mean: float = 0.0

    def begin(self, matrix: Singles) -> Doubles:
        """Nothing has been met."""
        return np.full((len(matrix), self.k), np.inf)

    @property
    def asks(self) -> bool:
        """For the vectors of others."""
        return True

    def ask(self, column: str) -> Generator[Question, list[Any], Density]:
        """Let all meet all, a block in each job, which also shows the next block."""
        answers = yield partial(_count, column)
        vectors, rows = (sum(answer[side] for answer in answers) for side in (0, 1))
        known = replace(self, k=max(min(self.k, vectors - 1), 0))
        if not known.k:
            yield partial(_meet, column, 0, None, range(0))
            return known
        step = max(BLOCK_BYTES * rows // (4 * self.width * vectors), 1)
        block: Block | None = None
        for begin in [*range(0, rows, step), rows]:
            shown = yield partial(_meet, column, known.k, block, range(begin, min(begin + step, rows)))
            block = _joined(begin, shown)
        return known

    def fact(self, own: Doubles) -> tuple[Fraction, int]:
        """The sum of the distances, and how many there are."""
        return exact_sum(np.sqrt(2.0 * own)), own.size

    def learn(self, facts: Sequence[Any]) -> Density:
        """Knowing their mean."""
        number = sum(fact[1] for fact in facts)
        total = sum((fact[0] for fact in facts), Fraction(0))
        return replace(self, mean=float(total / number) if number else 0.0)

    def settle(self, own: Doubles) -> Doubles:
        """The nearer the others are, the higher; 1 where there are none."""
        if not self.k:
            return np.ones(len(own))
        found: Doubles = decay_by(np.sqrt(2.0 * own), self.mean).mean(axis=1)
        return found


def _count(column: str, part: Part, own: Own) -> tuple[Own, tuple[int, int]]:
    return own, (len(vectors_of(part, column).values), len(part))


def _meet(
    column: str, k: int, block: Block | None, following: range, part: Part, own: Ragged
) -> tuple[Ragged, tuple[Rows, Ragged]]:
    """Meet a block, and show the rows of the next."""
    vectors = vectors_of(part, column)
    near: Doubles = own.values[:, :k]
    if block is not None and len(near):
        near = nearer_of(near, vectors.values, block.vectors.values, _same(block, part.positions, vectors))
    begin, end = np.searchsorted(part.positions, (following.start, following.stop))
    rows = np.arange(begin, end)
    return own.having(near), (part.positions[rows], vectors[rows])


def _same(block: Block, positions: Rows, vectors: Ragged) -> Rows:
    """Which vector of the block each vector is itself, -1 for none."""
    same = np.full(len(vectors.values), -1, dtype=np.int64)
    mine = np.flatnonzero((positions >= block.first) & (positions < block.first + len(block.vectors)))
    same[spread(vectors.offsets, mine)[0]] = spread(block.vectors.offsets, positions[mine] - block.first)[0]
    return same


def _joined(first: int, shown: Sequence[tuple[Rows, Ragged]]) -> Block:
    positions = np.concatenate([each[0] for each in shown])
    return Block(first, Ragged.joined([each[1] for each in shown])[np.argsort(positions)])
