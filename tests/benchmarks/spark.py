"""DIVERSITY on Spark: time, jobs and bytes moved, beside the same on one machine; and job counts for sizes beyond it.

python -m tests.benchmarks.spark                         1M x 64, n = 1,000 in local[2]
python -m tests.benchmarks.spark --simulate              the number of jobs, without Spark
"""

from __future__ import annotations

import argparse
import pickle
import tempfile
import time
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import numpy as np

from tests.benchmarks.data import clustered, isotropic

CONFIG = {"strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--width", type=int, help="64, or 128 for --simulate")
    options.add_argument("--n", type=int, default=1000)
    options.add_argument("--master", default="local[2]")
    options.add_argument("--isotropic", action="store_true")
    options.add_argument("--full", action="store_true", help="and its full summary")
    options.add_argument("--simulate", action="store_true")
    options.add_argument("--workers", type=int, nargs="+", default=[1, 3, 10], help="how many of 1,000 are simulated")
    options.add_argument("--worker-rows", type=int, nargs="+", default=[100_000], help="how many rows each has")
    options.add_argument("--worker-picks", type=int, nargs="+", default=[100], help="its share of the picks")
    given = options.parse_args()
    given.width = given.width or (128 if given.simulate else 64)
    if given.simulate:
        simulate(given)
    else:
        measure(given)


def measure(given) -> None:
    import sqlsel
    from sqlsel.engines.spark.session import start_session

    with tempfile.TemporaryDirectory() as folder:
        database, parquet = Path(folder) / "data.duckdb", Path(folder) / "parquet"
        make = isotropic if given.isotropic else clustered
        with sqlsel.connect(database) as db:
            ingest(db, make(given.rows, given.width, 0))
            db.copy_to(parquet)
            begun = time.perf_counter()
            here = db.select({**CONFIG, "n_samples": given.n}, dataset="bench").sample_ids
            alone = time.perf_counter() - begun
        session = start_session(given.master)
        with sqlsel.connect(parquet, spark=session) as db:
            begun = time.perf_counter()
            selection, made = select(db, {**CONFIG, "n_samples": given.n})
            taken, pieces, there = time.perf_counter() - begun, made[0], selection.sample_ids
            begun = time.perf_counter()
            looked, made = watched(lambda: selection.summary(full=True)) if given.full else (None, [])
            looking = time.perf_counter() - begun
        session.stop()
    print(f"{given.rows:,} x {given.width}, n = {given.n:,}, {given.master}, {pieces.count} pieces")
    print(f"  one machine   {alone:8.2f} s")
    print(
        f"  Spark         {taken:8.2f} s   ({taken / alone:.1f} x)   picks {'identical' if here == there else 'DIFFER'}"
    )
    print(f"  jobs          {pieces.jobs:8}     (4 log2 n = {4 * np.log2(given.n):.0f})")
    print(f"  to workers    {pieces.sent / 1e6:8.2f} MB  a copy for each executor")
    print(f"  to the driver {pieces.received / 1e6:8.2f} MB")
    if looked is not None:
        read, of = looked["sample"]["candidates"], looked["sample"]["of"]
        print(f"  full summary  {looking:8.2f} s   of {read:,} of {of:,} candidates")
        print(f"  to the driver {made[0].received / 1e6:8.2f} MB  in {made[0].jobs} jobs")


def select(db, config):
    """The selection, and the pieces that it came from."""
    return watched(lambda: db.select(config, dataset="bench"))


def watched(run):
    """What a call returns, and the pieces that were made for it."""
    from sqlsel.engines.spark.engine import SparkEngine

    made, usual = [], SparkEngine.pieces

    @contextmanager
    def pieces(self, query, read):
        with usual(self, query, read) as found:
            made.append(found)
            yield found

    SparkEngine.pieces = pieces
    try:
        return run(), made
    finally:
        SparkEngine.pieces = usual


def ingest(db, matrix) -> None:
    import pyarrow as pa

    flat = pa.array(matrix.reshape(-1), pa.float32())
    vectors = pa.FixedSizeListArray.from_arrays(flat, matrix.shape[1])
    db.ingest(pa.table({"sample_id": np.arange(len(matrix)), "embedding": vectors}), dataset="bench")


SHOWN = 32
"""Rows that each of 1,000 workers shows in a job, of about 32,000 in all."""


def simulate(given) -> None:
    """The very run over some of 1,000 workers, each with the rows that it would have, in this process.

    100M and 100k over 1,000 workers are 100,000 rows and 100 picks of each.
    """
    print("workers       rows  width        n  jobs  4 log2 n  to the driver  to a worker  a job of a worker")
    for workers, each, picks in product(given.workers, given.worker_rows, given.worker_picks):
        rows, n = workers * each, workers * picks
        found = run_in_process(clustered(rows, given.width, 0), n, workers)
        print(
            f"{workers:7,}  {rows:9,}  {given.width:5}  {n:7,}  {found.jobs:4}  {4 * np.log2(n):8.0f}  "
            f"{found.received / found.jobs / 1e6:7.2f} MB/job  {found.sent / found.jobs / 1e6:4.2f} MB/job  "
            f"{found.seconds / found.jobs / workers:15.3f} s",
            flush=True,
        )


class InProcess:
    """Workers in this process, one after the other; what they send and get is counted."""

    def __init__(self, parts) -> None:
        self._parts, self._kept, self.count = parts, [None] * len(parts), len(parts)
        self.jobs = self.received = self.sent = 0
        self.seconds = 0.0

    def step(self, work):
        self.jobs += 1
        self.sent += len(pickle.dumps(work, 5))
        begun = time.perf_counter()
        both = [work(*each) for each in zip(self._parts, self._kept, strict=True)]
        self.seconds += time.perf_counter() - begun
        self._kept = [kept for kept, _ in both]
        answers = [pickle.dumps(answer, 5) for _, answer in both]
        self.received += sum(map(len, answers))
        return [pickle.loads(answer) for answer in answers]


def run_in_process(matrix, n, count):
    from sqlsel.selection.scattered import running
    from sqlsel.selection.scattered.apart import Apart
    from sqlsel.selection.scattered.part import Part, Vectors

    running.POOL_ROWS, running.LEAST_ROWS = SHOWN * count, SHOWN
    parts = []
    for rows in np.array_split(np.arange(len(matrix)), count):
        present = np.ones(len(rows), dtype=np.bool_)
        parts.append(Part(rows, ~present, {}, {}, {}, {"input_1": Vectors(matrix[rows], present)}, {}, {}))
    workers = InProcess(parts)
    running.ScatteredRun([Apart("diversity", "input_1", 1.0, True)], (), workers, n).run(lambda _done: None)
    return workers


if __name__ == "__main__":
    main()
