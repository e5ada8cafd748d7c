"""Time ingesting a parquet file against a bare CREATE TABLE AS over it: ``python -m tests.benchmarks.ingest``.

Times go from opening a new database file to having closed it, imports excluded. Each trial runs in a process of its
own, so that peak memory is its own, and the two ways take turns, so that both meet the same machine. Medians are told.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS_PER_GROUP = 50_000


@dataclass
class Trial:
    """What one way took: wall and processor seconds, peak memory of the process in MB, size of the file in MB."""

    wall: float
    cpu: float
    peak: float
    size: float


def main() -> int:
    """Print both times, their ratio and both peaks for each number of rows; 1 if a ratio is above the limit."""
    options = parse()
    worst = 0.0
    print(f"{'rows':>10}{'way':>8}{'wall s':>9}{'cpu s':>8}{'peak MB':>9}{'file MB':>9}")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for rows in options.rows:
            source = Path(folder) / f"{rows}.parquet"
            write_source(source, rows, options.width, unit=options.unit)
            trials = {"bare": [], "ingest": []}
            for _ in range(options.trials):
                for way, done in trials.items():
                    done.append(run(way, source, Path(folder) / f"{way}.duckdb"))
            told = {way: median(done) for way, done in trials.items()}
            for way, one in told.items():
                print(f"{rows:>10,}{way:>8}{one.wall:>9.2f}{one.cpu:>8.2f}{one.peak:>9.0f}{one.size:>9.0f}")
            ratios = (told["ingest"].wall / told["bare"].wall, told["ingest"].cpu / told["bare"].cpu)
            print(f"{rows:>10,}{'ratio':>8}{ratios[0]:>9.2f}{ratios[1]:>8.2f}", flush=True)
            worst = max(worst, ratios[0])
            source.unlink()
    return int(worst > options.limit)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[250_000, 1_000_000])
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--trials", type=int, default=3)
    parser.add_argument("--unit", action="store_true", help="the vectors have length 1 already")
    parser.add_argument("--limit", type=float, default=2.0, help="the largest ratio of wall times that passes")
    parser.add_argument("--folder", type=Path, help="where the files go; several times the data's size is needed")
    return parser.parse_args()


def write_source(path: Path, rows: int, width: int, *, unit: bool) -> None:
    """A parquet file with ids, file names, two metadata columns and vectors."""
    rng = np.random.default_rng(0)
    writer = None
    for begin in range(0, rows, ROWS_PER_GROUP):
        number = min(ROWS_PER_GROUP, rows - begin)
        vectors = rng.standard_normal((number, width), dtype=np.float32)
        if unit:
            vectors /= np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
        ids = np.arange(begin, begin + number)
        columns = {
            "sample_id": ids,
            "file_name": [f"drive-{i % 97}/{i:08d}.jpg" for i in ids],
            "weather": np.array(["sunny", "rain", "snow"])[ids % 3],
            "temperature": rng.normal(size=number),
            "embedding": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), width),
        }
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()


def run(way: str, source: Path, target: Path) -> Trial:
    """One trial in a process of its own."""
    target.unlink(missing_ok=True)
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(trial, (way, str(source), str(target)))


def trial(way: str, source: str, target: str) -> Trial:
    # imports are no part of the time
    import duckdb

    import sqlsel
    import sqlsel.datasets.writing
    import sqlsel.sources.tables

    begin, cpu = time.perf_counter(), time.process_time()
    if way == "bare":
        connection = duckdb.connect(target, config={"storage_compatibility_version": "v1.4.0"})
        connection.execute(f"CREATE TABLE bare AS SELECT * FROM '{source}'")
        connection.close()
    else:
        with sqlsel.connect(target) as db:
            db.ingest(source, dataset="drive")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = Path(target).stat().st_size / 1e6
    return Trial(time.perf_counter() - begin, time.process_time() - cpu, peak, size)


def median(trials: list[Trial]) -> Trial:
    fields = ("wall", "cpu", "peak", "size")
    return Trial(*(statistics.median(getattr(one, field) for one in trials) for field in fields))


if __name__ == "__main__":
    sys.exit(main())
