"""Scores of probability vectors against a bare ``list_sum`` over the same column.

Run ``python -m tests.benchmarks.scores``. The rows lie in a DuckDB table; each expression is summed over all of them,
in turn with the others, and the best of several runs counts.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pyarrow as pa

import sqlsel
from tests.benchmarks.data import soft

BARE = "list_sum(probabilities)"
SCORES = ("uncertainty_entropy", "uncertainty_margin", "uncertainty_least_confidence")


def vectors(rows: int, classes: int) -> pa.Table:
    """Probabilities as a column of lists; the first rows are sure, with zeros for all other classes."""
    matrix = soft(rows, classes, 0)
    sure = min(rows, 1000)
    matrix[:sure] = np.eye(classes)[np.arange(sure) % classes]
    offsets = pa.array(np.arange(0, rows * classes + 1, classes), pa.int32())
    return pa.table({"probabilities": pa.ListArray.from_arrays(offsets, pa.array(matrix.ravel()))})


def seconds(connection: object, expression: str) -> float:
    """Seconds to sum an expression over all rows."""
    start = time.perf_counter()
    ((total,),) = connection.execute(f"SELECT sum({expression}) FROM vectors").fetchall()  # type: ignore[attr-defined]
    assert np.isfinite(total)
    return time.perf_counter() - start


def main() -> None:
    """Take all times in turn and print the best of each."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--classes", type=int, default=10)
    options.add_argument("--runs", type=int, default=9)
    given = options.parse_args()
    with sqlsel.connect() as db:
        db.connection.register("made", vectors(given.rows, given.classes))
        db.connection.execute("CREATE TABLE vectors AS SELECT * FROM made")
        expressions = [BARE, *(f"sqlsel_{name}(probabilities)" for name in SCORES)]
        runs = [[seconds(db.connection, each) for each in expressions] for _ in range(given.runs)]
    best = [min(times) for times in zip(*runs, strict=True)]
    print(f"{given.rows:,} rows, {given.classes} classes, best of {given.runs} runs")
    for expression, found in zip(expressions, best, strict=True):
        print(f"{expression:52} {found * 1000:8.1f} ms {found / best[0]:6.2f} x")


if __name__ == "__main__":
    main()
