"""Rows on Spark's workers: read once into numpy, cached, and worked on in jobs that move little."""

from __future__ import annotations

import pickle
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from pyspark import StorageLevel
from pyspark.cloudpickle import dumps
from pyspark.serializers import BatchedSerializer, CPickleSerializer

from sqlsel.engines.spark.failures import told
from sqlsel.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa
    from pyspark import RDD
    from pyspark.sql import DataFrame


SLICE_BYTES = 1 << 20


class SparkPieces:
    """The partitions of a frame, each as one object in a cache, and beside it what it keeps from step to step.

    Attributes:
        count: Number of pieces.
        jobs: Number of steps so far.
        sent: Bytes of the functions that went to the workers, each once.
        received: Bytes of the answers.
    """

    def __init__(self, frame: DataFrame, read: Callable[[Iterable[pa.RecordBatch]], object]) -> None:
        packed = frame.mapInArrow(partial(_pack, read), "piece binary")
        self._pieces: RDD[Any] = _one_by_one(packed.rdd.mapPartitions(partial(_unpack, read)))
        self._pieces.persist(StorageLevel.MEMORY_AND_DISK)
        self._kept: RDD[Any] | None = None
        self.count: int = self._pieces.getNumPartitions()
        self.jobs = self.sent = self.received = 0

    def step(self, work: Callable[[Any, Any], tuple[Any, Any]]) -> list[Any]:
        """Run a function on every piece, as one job."""
        with told("a job over the samples"):
            before = self._kept
            both = self._pieces.zip(before) if before is not None else self._pieces.map(_with_nothing)
            after = _one_by_one(both.mapPartitions(partial(_work, work)))
            after.persist(StorageLevel.MEMORY_AND_DISK)
            answers: list[bytes] = after.map(_answer).collect()
            if before is not None:
                before.unpersist()
        self._kept = after
        self.jobs += 1
        self.sent += len(dumps(work))  # type: ignore[no-untyped-call]
        self.received += sum(map(len, answers))
        found = [pickle.loads(answer) for answer in answers]  # noqa: S301 - our own workers wrote it
        for each in found:
            if isinstance(each, Exception):
                raise each
        return found

    def close(self) -> None:
        """Let go of the rows."""
        # a session that is gone holds none
        with suppress(DatabaseError), told("let go of the samples"):
            for rows in (self._kept, self._pieces):
                if rows is not None:
                    rows.unpersist()


def _one_by_one(rows: RDD[Any]) -> RDD[Any]:
    """The objects in batches of one, so that two such are zipped without being written anew."""
    # there is no other way to say so
    single = BatchedSerializer(CPickleSerializer(), 1)  # type: ignore[no-untyped-call]
    return rows._reserialize(single)  # noqa: SLF001


def _pack(
    read: Callable[[Iterable[pa.RecordBatch]], object], batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """One object of a partition, in slices: Spark hands rows from here to the cache by copies of each in turn."""
    import pyarrow as pa

    packed = pickle.dumps(read(batches), 5)
    for begin in range(0, len(packed), SLICE_BYTES):
        yield pa.RecordBatch.from_arrays([pa.array([packed[begin : begin + SLICE_BYTES]], pa.binary())], ["piece"])


def _unpack(read: Callable[[Iterable[pa.RecordBatch]], object], rows: Iterator[Any]) -> Iterator[Any]:
    """The one object of a partition; one without rows where Spark did not ask for it."""
    packed = b"".join(row[0] for row in rows)
    yield pickle.loads(packed) if packed else read(iter(()))  # noqa: S301 - written by _pack


def _with_nothing(piece: object) -> tuple[object, None]:
    return piece, None


def _work(work: Callable[[Any, Any], tuple[Any, Any]], both: Iterator[tuple[Any, Any]]) -> Iterator[Any]:
    for piece, kept in both:
        try:
            keeps, answer = work(piece, kept[0] if kept is not None else None)
        except ValueError as failure:
            keeps, answer = None, failure
        yield keeps, pickle.dumps(answer, 5)


def _answer(kept: tuple[Any, bytes]) -> bytes:
    return kept[1]
