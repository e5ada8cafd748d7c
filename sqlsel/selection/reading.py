"""From the engine's streams to the arrays that kernels work on. Row i is the sample at position i."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.arrow import to_numpy, valid, vectors_of
from sqlsel.kernels import Objects

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.engines.base import Engine

    Tell = Callable[[int, int], None]
    """Takes how many vectors are read, and how many there are."""


UNIT_TOLERANCE = 1e-5
UNIT_KEPT = 1e-6


def unheard(done: int, total: int) -> None:
    """Where nobody wants to know how much is read."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Vectors of the samples in play.

    Attributes:
        rows: ``(N, d)`` float32; zeros where a preselected sample has no vector.
        present: ``(N,)`` whether the sample has one.
        of_unit_vectors: Whether they are means of vectors of length 1; None where they are no means.
    """

    rows: npt.NDArray[np.float32]
    present: npt.NDArray[np.bool_]
    of_unit_vectors: bool | None = None


def read_matrix(engine: Engine, query: exp.Expr, count: int, width: int, tell: Tell = unheard) -> Matrix:
    """The samples' own vectors. Memory: the matrix and one batch; O(count * width)."""
    done = 0
    rows = np.zeros((count, width), dtype=np.float32)
    present = np.zeros(count, dtype=np.bool_)
    for batch in engine.batches(query):
        positions = to_numpy(batch.column(0), np.int64)
        rows[positions] = vectors_of(batch.column(1), width)
        present[positions] = True
        done += batch.num_rows
        tell(done, count)
    return Matrix(rows, present)


def read_means(engine: Engine, query: exp.Expr, count: int, width: int, length: int, tell: Tell = unheard) -> Matrix:
    """The mean vectors of sequences, added up in double in the order of the frames and rounded once.

    Args:
        engine: The session.
        query: Query with the position of the sequence and the vector of each frame, in order.
        count: Number of rows.
        width: Width of the vectors.
        length: Frames of a sequence; all of them have a vector, or none.
        tell: Takes how many frames are read, and how many there are.
    """
    done = 0
    rows = np.zeros((count, width), dtype=np.float32)
    present = np.zeros(count, dtype=np.bool_)
    unit = True
    positions, vectors = np.empty(0, np.int64), np.empty((0, width), np.float32)
    for batch in engine.batches(query):
        read = vectors_of(batch.column(1), width)
        unit = unit and of_unit_length(read)
        positions = np.concatenate([positions, to_numpy(batch.column(0), np.int64)])
        vectors = np.concatenate([vectors, read])
        whole = len(positions) // length * length
        of = positions[:whole:length]
        rows[of] = vectors[:whole].reshape(-1, length, width).mean(axis=1, dtype=np.float64)
        present[of] = True
        positions, vectors = positions[whole:], vectors[whole:]
        done += len(read)
        tell(done, count * length)
    return Matrix(rows, present, unit)


def read_objects(engine: Engine, query: exp.Select, count: int, width: int, tell: Tell = unheard) -> Objects:
    """The vectors of the samples' objects, in the order of position and object."""
    total = engine.rows(exp.select(sql.count()).from_(sql.subquery(_unordered(query), "v")))[0][0]
    matrix = np.empty((total, width), dtype=np.float32)
    per_row = np.zeros(count, dtype=np.int64)
    filled = 0
    for batch in engine.batches(query):
        np.add.at(per_row, to_numpy(batch.column(0), np.int64), 1)
        matrix[filled : filled + batch.num_rows] = vectors_of(batch.column(1), width)
        filled += batch.num_rows
        tell(filled, total)
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(per_row, out=offsets[1:])
    return Objects(matrix, offsets)


def read_queries(engine: Engine, query: exp.Expr, width: int) -> npt.NDArray[np.float32]:
    """Query vectors, ``(q, width)`` float32."""
    found = [vectors_of(batch.column(0), width) for batch in engine.batches(query)]
    return np.concatenate(found) if found else np.empty((0, width), dtype=np.float32)


def of_unit_length(matrix: npt.NDArray[np.float32]) -> bool:
    """Whether every vector has length 1, as far as single precision tells."""
    squares = np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64)
    return bool((np.abs(squares - 1) < UNIT_TOLERANCE).all())


def to_unit_length(matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The vectors at length 1, as ingest stores them: divided in double, rounded once; those near 1 as they are."""
    wide = matrix.astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide))[:, None]
    return np.where(np.abs(lengths - 1) <= UNIT_KEPT, matrix, wide / lengths).astype(np.float32)


def distribution_rows(values: pa.ChunkedArray, width: int) -> npt.NDArray[np.float64]:
    """``(N, width)`` float64 from lists of that length; an empty or missing list is a row of zeros."""
    column = values.combine_chunks()
    offsets = to_numpy(column.offsets, np.int32)
    filled = np.flatnonzero((np.diff(offsets) == width) & valid(column))
    rows = np.zeros((len(column), width), dtype=np.float64)
    rows[filled] = to_numpy(column.values, np.float64)[offsets[filled][:, None] + np.arange(width)]
    return rows


def class_codes(values: pa.ChunkedArray) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """The classes that occur, sorted by code point, and for each row the number of its class, -1 for none."""
    encoded = values.combine_chunks().dictionary_encode()
    names = [scalar.as_py() for scalar in encoded.dictionary]
    order = sorted(range(len(names)), key=names.__getitem__)
    places = np.empty(len(names) + 1, dtype=np.int64)
    places[order] = np.arange(len(names))
    places[-1] = -1
    codes = np.where(valid(encoded.indices), to_numpy(encoded.indices, np.int32), len(names))
    return tuple(names[index] for index in order), places[codes]


def class_counts(values: pa.ChunkedArray) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """The classes that occur in lists of them, sorted by code point, and for each row how often it has each."""
    import pyarrow as pa

    column = values.combine_chunks()
    owners = np.repeat(np.arange(len(column)), np.diff(to_numpy(column.offsets, np.int32)))
    flat = column.values.slice(column.offsets[0].as_py(), len(owners))
    names, codes = class_codes(pa.chunked_array([flat]))
    counts = np.zeros((len(column), len(names)))
    labelled = codes >= 0
    np.add.at(counts, (owners[labelled], codes[labelled]), 1.0)
    return names, counts


def _unordered(query: exp.Select) -> exp.Select:
    bare = query.copy()
    bare.set("order", None)
    return bare
