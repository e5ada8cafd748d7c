"""The samples whose vectors a report looks at: the picks, the preselected, a random selection, and others in turn."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.arrow import to_booleans, to_numpy, valid
from sqlsel.datasets.fragments import named
from sqlsel.datasets.staging import temporary_table
from sqlsel.plan.ids import id_names, same
from sqlsel.report.field import CANDIDATE, PRESELECTED, RANDOM, RANK, TURN
from sqlsel.selection.reading import read_matrix

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts, EmbeddingFacts

    Rows = npt.NDArray[np.int64]

POOL = "sqlsel_report_pool"
MOST = 100_000
"""The most candidates whose vectors are looked at."""
MOST_BYTES = 512 << 20
MOST_PICKS = 10_000
"""The most picks, preselected and samples that are no candidates whose vectors are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The samples that a report looks at closely. Row i of everything is the same sample.

    Attributes:
        table: The ids, ``file_name``, ``rank``, ``random``, ``preselected``, ``candidate``, ``turn``, and ``bbox``
            where objects have one.
        matrix: ``(N, d)`` float32, or None where there are no embeddings.
        embedding: Which embedding it is.
        candidates: How many samples could be picked, in all.
        picks: How many picks there are, in all.
        others: How many samples were not picked, in all.
    """

    table: pa.Table
    matrix: npt.NDArray[np.float32] | None
    embedding: EmbeddingFacts | None
    candidates: int
    picks: int
    others: int

    @property
    def picked(self) -> Rows:
        """Rows of the picks, by rank."""
        return self._ordered(RANK)

    @property
    def random(self) -> Rows:
        """Rows of the random selection, in its order."""
        return self._ordered(RANDOM)

    @property
    def preselected(self) -> Rows:
        """Rows of the preselected."""
        return np.flatnonzero(to_booleans(self.table.column(PRESELECTED)))

    @property
    def looked_at(self) -> Rows:
        """Rows of the candidates, picks among them, in turn."""
        return np.flatnonzero(to_booleans(self.table.column(CANDIDATE)))

    @property
    def left_out(self) -> Rows:
        """Rows of the candidates that were not picked, in turn."""
        rows = self.looked_at
        return rows[~valid(self.table.column(RANK))[rows]]

    def _ordered(self, name: str) -> Rows:
        column = self.table.column(name)
        rows = np.flatnonzero(valid(column))
        return rows[np.argsort(to_numpy(column, np.int64)[rows], kind="stable")]


@contextmanager
def pool_table(
    engine: Engine, field: exp.Table, facts: DatasetFacts, embedding: EmbeddingFacts | None
) -> Iterator[exp.Table]:
    """The table of the pool, with ``position`` from 0 in the order of ``turn``; it lasts as long as the context."""
    most = MOST if embedding is None else min(MOST, MOST_BYTES // (4 * embedding.width))
    rows = exp.select(exp.Column(this=exp.Star(), table=sql.name("f")))
    rows = rows.from_(exp.alias_(field.copy(), "f", table=True, quoted=True))
    if embedding is not None:
        names = id_names(facts) if embedding.task is not None else ("sample_id",)
        rows = rows.join(sql.table(embedding.table, facts.name, facts.catalog, alias="v"), on=same(names, "f", "v"))
    turn, candidate = sql.column(TURN), sql.column(CANDIDATE)
    place = sql.over(exp.RowNumber(), by=[candidate, sql.column(PRESELECTED)], ordered=sql.order(turn))
    placed = exp.select(exp.Star(), named(place, "place")).from_(sql.subquery(rows, "known"))
    kept = exp.or_(
        exp.and_(candidate.copy(), _at_most("place", most)),
        _at_most("place", MOST_PICKS),
        _at_most(RANK, MOST_PICKS),
        _at_most(RANDOM, MOST_PICKS),
    )
    position = exp.Sub(this=sql.over(exp.RowNumber(), ordered=sql.order(turn.copy())), expression=sql.number(1))
    query = exp.select(exp.Star(), named(position, "position")).from_(sql.subquery(placed, "placed")).where(kept)
    with temporary_table(engine, query, POOL) as made:
        yield made


def read_pool(
    engine: Engine, field: exp.Table, made: exp.Table, facts: DatasetFacts, embedding: EmbeddingFacts | None
) -> Pool:
    """The pool, with its vectors if there are any. Memory: 512 MiB of vectors and the picks at most."""
    names = [*id_names(facts), "file_name", RANK, RANDOM, PRESELECTED, CANDIDATE, TURN]
    if "bbox" in engine.columns(made):
        names.append("bbox")
    query = exp.select(*(sql.column(name) for name in names)).from_(made.copy())
    table = engine.table(query.order_by(sql.ascending(sql.column("position"))))
    counts = exp.select(sql.count(sql.column(CANDIDATE)), exp.Count(this=sql.column(RANK)), sql.count())
    candidates, picks, samples = engine.rows(counts.from_(field.copy()))[0]
    matrix = None
    if embedding is not None:
        keys = id_names(facts) if embedding.task is not None else ("sample_id",)
        vectors = exp.select(sql.column("position", "p"), sql.column("embedding", "v"))
        vectors = vectors.from_(sql.table(embedding.table, facts.name, facts.catalog, alias="v"))
        vectors = vectors.join(exp.alias_(made.copy(), "p", table=True, quoted=True), on=same(keys, "p", "v"))
        matrix = read_matrix(engine, vectors, table.num_rows, embedding.width).rows
    return Pool(table, matrix, embedding, candidates, picks, samples - picks)


def _at_most(name: str, bound: int) -> exp.Expr:
    return exp.LTE(this=sql.column(name), expression=sql.number(bound))
