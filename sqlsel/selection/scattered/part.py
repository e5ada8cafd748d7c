"""Rows of a run, as a worker holds its own and the driver those that may be picked next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sqlsel.arrow import to_booleans, to_doubles, to_numpy, valid, vectors_of
from sqlsel.selection.reading import class_codes, of_unit_length
from sqlsel.selection.scattered.amounts import Amounts
from sqlsel.selection.scattered.ragged import Ragged, joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.plan.model import InputKind

    Own = Any
    """What an objective knows of rows: an array ``(n, ...)``, or ``Ragged`` where it knows it of their objects."""
    Bools = npt.NDArray[np.bool_]
    Doubles = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Classes:
    """A class a row: the names, and the number of each row's name, -1 for none."""

    names: tuple[str, ...]
    codes: Rows

    def take(self, rows: Rows) -> Self:
        """The classes of some rows."""
        return type(self)(self.names, self.codes[rows])

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The rows of some one after the other."""
        names = sorted({name for part in parts for name in part.names})
        places = {name: number for number, name in enumerate(names)}
        codes = []
        for part in parts:
            own = np.array([*(places[name] for name in part.names), -1], dtype=np.int64)
            codes.append(own[part.codes])
        return cls(tuple(names), np.concatenate([np.empty(0, np.int64), *codes]))


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """A vector a row.

    Attributes:
        rows: ``(n, d)`` float32, zeros where the row has none.
        present: ``(n,)`` whether it has one.
        of_unit_vectors: Whether they are means of vectors of length 1; None where they are no means.
    """

    rows: Singles
    present: Bools
    of_unit_vectors: bool | None = None

    def take(self, rows: Rows) -> Self:
        """The vectors of some rows."""
        return replace(self, rows=self.rows[rows], present=self.present[rows])

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The rows of some one after the other."""
        unit = [part.of_unit_vectors for part in parts if part.of_unit_vectors is not None]
        rows, present = np.concatenate([part.rows for part in parts]), np.concatenate([part.present for part in parts])
        return cls(rows, present, all(unit) if unit else None)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some rows in play.

    Attributes:
        positions: ``(n,)`` int64, their places in the order of ties among all rows.
        preselected: ``(n,)``.
        numbers: By input column, ``(n,)`` float64, NaN for none.
        classes: By input column.
        amounts: By input column.
        vectors: By input column.
        objects: By input column, the vectors of each row's objects.
        own: By objective, what it knows of each row.
    """

    positions: Rows
    preselected: Bools
    numbers: Mapping[str, Doubles]
    classes: Mapping[str, Classes]
    amounts: Mapping[str, Amounts]
    vectors: Mapping[str, Vectors]
    objects: Mapping[str, Ragged]
    own: Mapping[str, Own]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.positions)

    def take(self, rows: Rows, own: Mapping[str, Own] | None = None) -> Part:
        """Some of the rows, with what objectives know of all of them."""
        return Part(
            self.positions[rows],
            self.preselected[rows],
            {name: values[rows] for name, values in self.numbers.items()},
            {name: classes.take(rows) for name, classes in self.classes.items()},
            {name: each.take(rows) for name, each in self.amounts.items()},
            {name: each.take(rows) for name, each in self.vectors.items()},
            {name: each[rows] for name, each in self.objects.items()},
            {name: values[rows] for name, values in (self.own if own is None else own).items()},
        )

    @classmethod
    def joined(cls, parts: Sequence[Part]) -> Part:
        """The rows of some one after the other."""
        first = parts[0]
        return cls(
            np.concatenate([part.positions for part in parts]),
            np.concatenate([part.preselected for part in parts]),
            {name: np.concatenate([part.numbers[name] for part in parts]) for name in first.numbers},
            {name: Classes.joined([part.classes[name] for part in parts]) for name in first.classes},
            {name: Amounts.joined([part.amounts[name] for part in parts]) for name in first.amounts},
            {name: Vectors.joined([part.vectors[name] for part in parts]) for name in first.vectors},
            {name: joined([part.objects[name] for part in parts]) for name in first.objects},
            {name: joined([part.own[name] for part in parts]) for name in first.own},
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of the query are that rows come from.

    Attributes:
        kinds: By input column, what its values are.
        categories: By input column of class numbers, whose they are; None where any class may occur.
        widths: By input column of vectors, one a sample, their width.
        object_widths: The same where objects of samples have them.
        sequence_length: How many frames have the vectors that a row has the mean of; None where rows are samples.
    """

    kinds: Mapping[str, InputKind]
    categories: Mapping[str, tuple[str, ...] | None]
    widths: Mapping[str, int]
    object_widths: Mapping[str, int]
    sequence_length: int | None = None

    def read(self, batches: Iterable[pa.RecordBatch]) -> Part:
        """The rows of one partition, by position."""
        import pyarrow as pa

        found = [batch for batch in batches if batch.num_rows]
        if not found:
            return self._nothing()
        table = pa.Table.from_batches(found)
        positions = to_numpy(table.column("position"), np.int64)
        part = Part(
            positions,
            to_booleans(table.column("preselected")),
            {name: to_doubles(table.column(name)) for name, kind in self.kinds.items() if kind == "number"},
            {name: Classes(*class_codes(table.column(name))) for name, kind in self.kinds.items() if kind == "class"},
            {name: Amounts.read(table.column(name), names) for name, names in self.categories.items()},
            {name: self._vectors(table.column(f"vectors {name}"), width) for name, width in self.widths.items()},
            {name: _objects(table.column(f"vectors {name}"), width) for name, width in self.object_widths.items()},
            {},
        )
        return part.take(np.argsort(positions))

    def _vectors(self, column: pa.ChunkedArray, width: int) -> Vectors:
        if self.sequence_length is None:
            return _vectors(column, width)
        return _means(_objects(column, width), self.sequence_length)

    def _nothing(self) -> Part:
        return Part(
            np.empty(0, np.int64),
            np.empty(0, np.bool_),
            {name: np.empty(0) for name, kind in self.kinds.items() if kind == "number"},
            {name: Classes((), np.empty(0, np.int64)) for name, kind in self.kinds.items() if kind == "class"},
            {name: Amounts.nothing(names) for name, names in self.categories.items()},
            {
                name: Vectors(np.empty((0, width), np.float32), np.empty(0, np.bool_))
                for name, width in self.widths.items()
            },
            {
                name: Ragged(np.empty((0, width), np.float32), np.zeros(1, np.int64))
                for name, width in self.object_widths.items()
            },
            {},
        )


def _vectors(column: pa.ChunkedArray, width: int) -> Vectors:
    present = valid(column)
    rows = np.zeros((len(column), width), dtype=np.float32)
    begin = 0
    for chunk in column.chunks:
        there = present[begin : begin + len(chunk)]
        inside = rows[begin : begin + len(chunk)]
        if hasattr(chunk, "offsets"):
            offsets = to_numpy(chunk.offsets, np.int32)
            numbers = to_numpy(chunk.values, np.float32)[offsets[0] : offsets[-1]]
            inside[there] = numbers.reshape(-1, width)
        else:
            # lists of one length have room for the vector of a row that has none
            inside[there] = vectors_of(chunk, width)[there]
        begin += len(chunk)
    return Vectors(rows, present)


def _means(frames: Ragged, length: int) -> Vectors:
    """Added up in double in the order of the frames, and rounded once."""
    present = np.diff(frames.offsets) == length
    whole = frames[np.flatnonzero(present)].values
    rows = np.zeros((len(present), whole.shape[1]), dtype=np.float32)
    rows[present] = whole.reshape(-1, length, whole.shape[1]).mean(axis=1, dtype=np.float64)
    return Vectors(rows, present, of_unit_length(whole))


def _objects(column: pa.ChunkedArray, width: int) -> Ragged:
    """From lists of structs with the place of each object and its vector; the engine gives them in no order."""
    values, counts = [np.empty((0, width), np.float32)], [np.empty(0, np.int64)]
    for chunk in column.chunks:
        lengths = np.where(valid(chunk), np.diff(to_numpy(chunk.offsets, np.int32)), 0)
        rows = np.repeat(np.arange(len(chunk)), lengths)
        inside = chunk.flatten()
        places = to_numpy(inside.field("object_index"), np.int64)
        vectors = vectors_of(inside.field("embedding"), width)
        values.append(vectors[np.lexsort((places, rows))])
        counts.append(lengths)
    return Ragged.of(values, counts)
