"""Time each command of a job on datasets of growing size, from a parquet file to the exported selection.

    python -m tests.benchmarks.scale [--rows 10000 100000 1000000] [--width 128] [--n 1000] [--pairs 20000]

Every row has an id, a unit vector, a number and a class. Each command is a process of its own, start-up included; its
peak memory is that process's. ``x vectors`` is how many times the vectors alone, in single precision, that is.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks import data
from tests.benchmarks.whole_process import timed

NUMBER, CLASS = {"type": "METADATA", "key": "number"}, {"type": "METADATA", "key": "class"}
DIVERSITY = {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}
WEIGHTS = {"input": NUMBER, "strategy": {"type": "WEIGHTS"}}
THRESHOLD = {"input": NUMBER, "strategy": {"type": "THRESHOLD", "threshold": 0.2, "operation": "BIGGER"}}
BALANCE = {"input": CLASS, "strategy": {"type": "BALANCE", "distribution": "UNIFORM"}}
EVERY_PAIR = {
    "select: TYPICALITY": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "TYPICALITY"}}],
    "select: COVERAGE": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "COVERAGE"}}],
}
"""Jobs that look at every pair of so many rows."""

JOBS = {
    "select: WEIGHTS": [WEIGHTS],
    "select: BALANCE": [BALANCE],
    "select: DIVERSITY": [DIVERSITY],
    "select: all and THRESHOLD": [DIVERSITY, WEIGHTS, BALANCE, THRESHOLD],
}


def main() -> None:
    """Make each dataset, time its commands, print the table."""
    options = parse()
    print(f"{'rows':>10}  {'command':25} {'s':>8} {'MB':>8} {'x vectors':>10}")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), rows, options.width, options.n, options.pairs)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=20_000, help="most rows of jobs that look at every pair")
    return parser.parse_args()


def measure(folder: Path, rows: int, width: int, n: int, pairs: int) -> None:
    """Time the commands on one size."""
    source, database = folder / "pool.parquet", folder / "curation.duckdb"
    # in a process of its own: what this one ever held would count as the memory of its children
    writing = multiprocessing.get_context("spawn").Process(target=write, args=(source, rows, width))
    writing.start()
    writing.join()
    where = ["--db", str(database), "--dataset", "pool"]
    tell(rows, width, "ingest", ["ingest", str(source), *where])
    print(f"{rows:10,}  {'the database':25} {'':8} {database.stat().st_size / 2**20:8,.0f}")
    for job, strategies in (JOBS | (EVERY_PAIR if rows <= pairs else {})).items():
        config = json.dumps({"n_samples": n, "strategies": strategies})
        tell(rows, width, job, ["select", config, *where, "--tag", "round-1", "--overwrite", "--format", "csv"])
    export = ["export", *where, "--tag", "initial-tag", "-o", str(folder / "all.parquet")]
    tell(rows, width, "export: all, as parquet", export)


def write(path: Path, rows: int, width: int) -> None:
    """A parquet file with ids, vectors, numbers and classes."""
    vectors = data.clustered(rows, width, 0)
    labels = np.array([f"class {number}" for number in range(10)])[data.labels(rows, 10, 1).argmax(axis=1)]
    table = {
        "sample_id": np.arange(rows),
        "file_name": [f"{number:08d}.jpg" for number in range(rows)],
        "embedding": pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), width),
        "number": data.weights(rows, 2),
        "class": labels,
    }
    pq.write_table(pa.table(table), path)


def tell(rows: int, width: int, job: str, arguments: list[str]) -> None:
    """Run one command and print its line."""
    seconds, megabytes = timed([sys.executable, "-m", "sqlsel", *arguments])
    print(f"{rows:10,}  {job:25} {seconds:8.1f} {megabytes:8,.0f} {megabytes / (rows * width * 4 / 2**20):10.1f}")


if __name__ == "__main__":
    main()
