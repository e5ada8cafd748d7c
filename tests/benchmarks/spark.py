"""DIVERSITY on Spark: time, jobs and bytes moved, beside the same on one machine; and job counts for sizes beyond it.

python -m tests.benchmarks.spark                         1M x 64, n = 1,000 in local[2]
python -m tests.benchmarks.spark --simulate              the number of jobs, without Spark
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.benchmarks.data import clustered, isotropic

CONFIG = {"strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--width", type=int, default=64)
    options.add_argument("--n", type=int, default=1000)
    options.add_argument("--partitions", type=int, default=8)
    options.add_argument("--master", default="local[2]")
    options.add_argument("--isotropic", action="store_true")
    options.add_argument("--simulate", action="store_true")
    given = options.parse_args()
    if given.simulate:
        simulate(given)
    else:
        measure(given)


def measure(given) -> None:
    import sqlsel
    from sqlsel.engines.spark.session import start_session

    with tempfile.TemporaryDirectory() as folder:
        database, parquet = Path(folder) / "bench.duckdb", Path(folder) / "parquet"
        make = isotropic if given.isotropic else clustered
        with sqlsel.connect(database) as db:
            ingest(db, make(given.rows, given.width, 0))
            db.copy_to(parquet)
            begun = time.perf_counter()
            here = db.select({**CONFIG, "n_samples": given.n}, dataset="bench").sample_ids
            alone = time.perf_counter() - begun
        session = start_session(given.master)
        session.conf.set("spark.sql.shuffle.partitions", given.partitions)
        with sqlsel.connect(parquet, spark=session) as db:
            begun = time.perf_counter()
            there, pieces = select(db, {**CONFIG, "n_samples": given.n})
            taken = time.perf_counter() - begun
        session.stop()
    print(f"{given.rows:,} x {given.width}, n = {given.n:,}, {given.master}, {pieces.count} pieces")
    print(f"  one machine   {alone:8.2f} s")
    print(
        f"  Spark         {taken:8.2f} s   ({taken / alone:.1f} x)   picks {'identical' if here == there else 'DIFFER'}"
    )
    print(f"  jobs          {pieces.jobs:8}     (4 log2 n = {4 * np.log2(given.n):.0f})")
    print(f"  to workers    {pieces.sent / 1e6:8.2f} MB  a copy for each executor")
    print(f"  to the driver {pieces.received / 1e6:8.2f} MB")


def select(db, config):
    """The picks, and the pieces that they came from."""
    from sqlsel.engines.spark.engine import SparkEngine

    made, usual = [], SparkEngine.pieces

    @contextmanager
    def watched(self, query, read):
        with usual(self, query, read) as pieces:
            made.append(pieces)
            yield pieces

    SparkEngine.pieces = watched
    try:
        return db.select(config, dataset="bench").sample_ids, made[0]
    finally:
        SparkEngine.pieces = usual


def ingest(db, matrix) -> None:
    import pyarrow as pa

    flat = pa.array(matrix.reshape(-1), pa.float32())
    vectors = pa.FixedSizeListArray.from_arrays(flat, matrix.shape[1])
    db.ingest(pa.table({"sample_id": np.arange(len(matrix)), "embedding": vectors}), dataset="bench")


def simulate(given) -> None:
    """Jobs of the very run, with pieces in this process: how they grow with n and with the number of pieces."""
    print("rows       width  n        pieces  rows shown  jobs  4 log2 n  to the driver, MB")
    for rows, n, pieces in (
        (50_000, 100, 4), (50_000, 1000, 4), (50_000, 100, 1000), (50_000, 1000, 1000), (200_000, 1000, 1000),
    ):  # fmt: skip
        found = run_in_process(clustered(rows, given.width, 0), n, pieces)
        shown = max(min(1 << 15, (1 << 26) // (4 * given.width)) // pieces, 16) * pieces
        print(
            f"{rows:9,}  {given.width:5}  {n:7,}  {pieces:6,}  {shown:10,}  {found.jobs:4}  "
            f"{4 * np.log2(n):8.0f}  {found.received / 1e6:8.1f}"
        )


class InProcess:
    """Pieces in this process, whose answers are counted."""

    def __init__(self, parts) -> None:
        self._parts, self._kept, self.count = parts, [None] * len(parts), len(parts)
        self.jobs = self.received = 0

    def step(self, work):
        self.jobs += 1
        both = [work(*each) for each in zip(self._parts, self._kept, strict=True)]
        self._kept = [kept for kept, _ in both]
        for _, answer in both:
            best = getattr(answer, "best", None)
            if best is not None:
                self.received += sum(each.rows.nbytes for each in best.vectors.values()) + 24 * len(best)
        return [answer for _, answer in both]


def run_in_process(matrix, n, count):
    from sqlsel.selection.scattered.apart import Apart
    from sqlsel.selection.scattered.part import Part, Vectors
    from sqlsel.selection.scattered.running import ScatteredRun

    parts = []
    for rows in np.array_split(np.arange(len(matrix)), count):
        present = np.ones(len(rows), dtype=np.bool_)
        parts.append(Part(rows, ~present, {}, {}, {"input_1": Vectors(matrix[rows], present)}, {}))
    pieces = InProcess(parts)
    ScatteredRun([Apart("diversity", "input_1", 1.0, True)], (), pieces, n).run(lambda _done: None)
    return pieces


if __name__ == "__main__":
    main()
