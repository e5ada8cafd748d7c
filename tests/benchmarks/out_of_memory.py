"""Select from vectors that do not fit into memory: time, peak memory, and that the picks are those without a limit.

    python -m tests.benchmarks.out_of_memory [--rows 10000000] [--width 128] [--n 1000] [--memory-limit 2GB]

The dataset is made in pieces and lies in a DuckDB file, of 4.3 GB by default; three times that is needed on the disk.
The command line selects from it in a process of its own, with the limit and without one. ``--keep`` leaves the file in
a folder, and takes it from there the next time.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

import sqlsel
from tests.benchmarks import data
from tests.benchmarks.whole_process import timed

NUMBER, CLASS = {"type": "METADATA", "key": "number"}, {"type": "METADATA", "key": "class"}
DIVERSITY = {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}
JOBS = {
    "DIVERSITY": [DIVERSITY],
    "DIVERSITY + WEIGHTS + BALANCE": [
        DIVERSITY,
        {"input": NUMBER, "strategy": {"type": "WEIGHTS"}},
        {"input": CLASS, "strategy": {"type": "BALANCE", "distribution": "UNIFORM"}},
    ],
    "COVERAGE": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "COVERAGE"}}],
}
BLOCK = 100_000
CLUSTERS, SIGMA = 200, 0.5


def main() -> int:
    """Make the dataset, select from it, print the table; 1 if picks differ."""
    options = parse()
    with nullcontext(options.keep) if options.keep else tempfile.TemporaryDirectory() as folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        database = Path(folder) / f"{options.rows}x{options.width}.duckdb"
        if not database.exists():
            # in a process of its own: what this one ever held would count as the memory of its children
            maker = multiprocessing.get_context("spawn").Process(target=make, args=(database, options))
            maker.start()
            maker.join()
        megabytes = options.rows * options.width * 4 / 2**20
        print(f"{options.rows:,} x {options.width}, n = {options.n:,}; the vectors are {megabytes:,.0f} MB")
        return max(compared(job, database, options) for job in options.jobs)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--memory-limit", default="2GB")
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=["DIVERSITY"])
    parser.add_argument("--keep", type=Path, help="folder for the dataset; by default a temporary one")
    parser.add_argument("--limit-only", action="store_true", help="do not select without the limit")
    return parser.parse_args()


def make(database: Path, options: argparse.Namespace) -> None:
    """Ingest the vectors, a number and a class a row, a block at a time."""
    begun = time.perf_counter()
    with sqlsel.connect(database, memory_limit="2GB") as db:
        schema = pa.schema(
            {"sample_id": pa.int64(), "embedding": pa.list_(pa.float32(), options.width), "number": pa.float64()}
            | {"class": pa.string()}
        )
        db.ingest(pa.RecordBatchReader.from_batches(schema, blocks(schema, options)), dataset="pool")
    print(f"made in {time.perf_counter() - begun:.0f} s, {database.stat().st_size / 2**20:,.0f} MB on disk")


def blocks(schema: pa.Schema, options: argparse.Namespace):
    """Clustered unit vectors, as ``data.clustered`` makes them, without ever holding all."""
    rng = np.random.default_rng(0)
    middle = data.isotropic(CLUSTERS, options.width, 1)
    shares = 1 / (1 + np.arange(CLUSTERS)) ** 0.8
    for begin in range(0, options.rows, BLOCK):
        size = min(BLOCK, options.rows - begin)
        cluster = rng.choice(CLUSTERS, size, p=shares / shares.sum())
        noise = rng.standard_normal((size, options.width), dtype=np.float32)
        vectors = middle[cluster] + np.float32(SIGMA / np.sqrt(options.width)) * noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        columns = [
            pa.array(np.arange(begin, begin + size)),
            pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), options.width),
            pa.array(rng.random(size)),
            pa.array([f"class {number}" for number in rng.integers(0, 10, size)]),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def compared(job: str, database: Path, options: argparse.Namespace) -> int:
    """Select with the limit and without one, and print both."""
    found = []
    for limit in [options.memory_limit] if options.limit_only else [options.memory_limit, None]:
        picks = database.with_suffix(f".{limit}.csv")
        config = json.dumps({"n_samples": options.n, "strategies": JOBS[job]})
        command = [sys.executable, "-m", "sqlsel", "select", config, "--db", str(database), "--dataset", "pool"]
        command += ["--format", "csv", "-o", str(picks)]
        seconds, peak = timed(command + ([] if limit is None else ["--memory-limit", limit]))
        found.append(pa.csv.read_csv(picks)["sample_id"].to_pylist())
        told = "" if len(found) == 1 else f"  picks {'identical' if found[0] == found[1] else 'DIFFER'}"
        print(f"  {job:30} {limit or 'no limit':>8} {seconds:8.1f} s  peak {peak:7,.0f} MB{told}", flush=True)
        picks.unlink()
    return int(len(found) == 2 and found[0] != found[1])


if __name__ == "__main__":
    sys.exit(main())
