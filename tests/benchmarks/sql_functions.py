"""A selection by an SQL function against the same one by a call in Python, in one run.

Run ``python -m tests.benchmarks.sql_functions``. The rows lie in a DuckDB file, as a table and as a dataset. In turn:

- ``sqlsel_diversity`` on the table, against ``sqlsel.select`` of the same table;
- ``sqlsel_select`` on the dataset, against ``db.select``.

The best of several runs counts, each on a new connection. Exits with 1 if SQL takes more than 1.3 times as long.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

import sqlsel
from tests.benchmarks.data import clustered

if TYPE_CHECKING:
    from collections.abc import Callable

ALLOWED = 1.3


def fill(path: Path, rows: int, width: int) -> None:
    """A file with the table ``vectors`` and the dataset ``pool`` of the same rows."""
    matrix = clustered(rows, width, 0)
    ids = pa.array(np.arange(rows))
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), width)
    table = pa.table({"sample_id": ids, "embedding": vectors})
    with sqlsel.connect(path) as db:
        db.connection.register("made", table)
        db.connection.execute("CREATE TABLE vectors AS FROM made")
        db.connection.unregister("made")
        db.ingest("vectors", dataset="pool")


def by_sql(path: Path, call: str) -> tuple[float, list[int]]:
    """Seconds of a query on a new connection, and the ids that it gives."""
    with duckdb.connect(str(path), read_only=True) as con:
        sqlsel.register(con)
        start = time.perf_counter()
        found = con.execute(f"SELECT sample_id FROM {call} ORDER BY rank").fetchall()
        return time.perf_counter() - start, [row[0] for row in found]


def one_shot(path: Path, config: dict[str, object]) -> tuple[float, list[int]]:
    """The same of ``sqlsel.select`` on the table."""
    with duckdb.connect(str(path), read_only=True) as con:
        start = time.perf_counter()
        found = sqlsel.select(con.table("vectors"), config).sample_ids
        return time.perf_counter() - start, found


def of_dataset(path: Path, config: dict[str, object]) -> tuple[float, list[int]]:
    """The same of ``db.select`` on the dataset."""
    with duckdb.connect(str(path), read_only=True) as con, sqlsel.connect(con) as db:
        start = time.perf_counter()
        found = db.select(config, dataset="pool").sample_ids
        return time.perf_counter() - start, found


def compare(
    name: str, runs: int, sql: Callable[[], tuple[float, list[int]]], python: Callable[[], tuple[float, list[int]]]
) -> float:
    """Print the best time of both and their ratio, and return that; the picks have to be the same."""
    taken = [(sql(), python()) for _ in range(runs)]
    assert all(left[1] == right[1] for left, right in taken), f"{name}: other picks"
    best = [min(times) for times in zip(*((left[0], right[0]) for left, right in taken), strict=True)]
    print(f"{name:34} {best[0]:6.2f} s  Python {best[1]:6.2f} s  {best[0] / best[1]:5.2f} x", flush=True)
    return best[0] / best[1]


def main() -> int:
    """Take all times in turn and print them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--width", type=int, default=128)
    options.add_argument("--picks", type=int, default=1000)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    objective = {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}
    config: dict[str, object] = {"n_samples": given.picks, "strategies": [objective]}
    print(f"{given.rows:,} x {given.width}, {given.picks:,} picks, best of {given.runs} runs")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.duckdb"
        fill(path, given.rows, given.width)
        table = f"sqlsel_diversity('vectors', n := {given.picks})"
        dataset = f"sqlsel_select('pool', '{json.dumps(config)}')"
        ratios = [
            compare(
                "sqlsel_diversity of a table", given.runs, lambda: by_sql(path, table), lambda: one_shot(path, config)
            ),
            compare(
                "sqlsel_select of a dataset",
                given.runs,
                lambda: by_sql(path, dataset),
                lambda: of_dataset(path, config),
            ),
            compare(
                "sqlsel_diversity, of db.select",
                given.runs,
                lambda: by_sql(path, table),
                lambda: of_dataset(path, config),
            ),
        ]
    return int(max(ratios[:2]) > ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
