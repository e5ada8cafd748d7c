"""Time a whole selection, from a DuckDB file to the written tag, against a script around lightly-mundig.

    python -m tests.benchmarks.whole_process [--rows 1000000] [--width 128] [--n 1000] [--kind clustered] [--no-peer]

Ours is the command line: ``sqlsel select config.json --db ... --tag ...``. The peer's side is a script that reads the
same table through Arrow, calls lightly-mundig and writes the same tag. Each runs in a process of its own, start-up
included; peak memory is that process's.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

import sqlsel
from tests.benchmarks import data

PEER = """
import sys, duckdb, numpy as np, lightly_mundig, pyarrow as pa
path, n, rows, width = sys.argv[1], *map(int, sys.argv[2:])
con = duckdb.connect(path)
matrix, ids, at = np.empty((rows, width), np.float32), np.empty(rows, np.int64), 0
for batch in con.sql("SELECT sample_id, embedding FROM pool.embeddings").to_arrow_reader(16384):
    ids[at : at + len(batch)] = batch.column(0).to_numpy()
    matrix[at : at + len(batch)] = batch.column(1).flatten().to_numpy().reshape(-1, width)
    at += len(batch)
selection = lightly_mundig.Selection()
selection.add_diversifying_strategy(matrix, 1.0)
picked = selection.run_selection([], rows, n)
chosen = pa.table({"sample_id": ids[picked], "rank": range(1, n + 1)})
con.execute("INSERT INTO pool.tags SELECT 'peer', sample_id, rank FROM chosen")
con.close()
"""
DIVERSE = {"strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}


def main() -> None:
    """Make the database, time both sides, print the table."""
    options = parse()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.duckdb"
        # in a process of its own: a child's peak memory is never less than its parent's
        maker = multiprocessing.get_context("spawn").Process(target=make_database, args=(path, options))
        maker.start()
        maker.join()
        config = Path(folder) / "config.json"
        config.write_text(json.dumps({"n_samples": options.n, **DIVERSE}))
        command = [sys.executable, "-m", "sqlsel", "select", str(config), "--db", str(path), "--dataset", "pool"]
        command += ["--tag", "ours", "--overwrite", "--format", "csv"]
        ours = min((timed(command) for _ in range(options.trials)), key=lambda found: found[0])
        megabytes = options.rows * options.width * 4 / 2**20
        job = f"{options.rows:,} x {options.width}, n = {options.n:,}, {options.kind}"
        print(f"{job}; the matrix is {megabytes:,.0f} MB")
        print(f"sqlsel select    {ours[0]:8.2f} s  {ours[1]:8,.0f} MB  ({ours[1] / megabytes:.2f} x the matrix)")
        if not options.no_peer:
            peer = timed([sys.executable, "-c", PEER, str(path), *map(str, (options.n, options.rows, options.width))])
            print(f"lightly-mundig   {peer[0]:8.2f} s  {peer[1]:8,.0f} MB")
            print(f"ratio            {peer[0] / ours[0]:8.1f} x")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--kind", choices=["clustered", "isotropic"], default="clustered")
    parser.add_argument("--trials", type=int, default=3, help="trials of ours; the best counts")
    parser.add_argument("--no-peer", action="store_true", help="only ours")
    return parser.parse_args()


def make_database(path: Path, options: argparse.Namespace) -> None:
    matrix = getattr(data, options.kind)(options.rows, options.width, 0)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), options.width)
    with sqlsel.connect(path) as db:
        db.ingest(pa.table({"sample_id": np.arange(options.rows), "embedding": vectors}), dataset="pool")


def timed(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak megabytes of a process."""
    # where a checkout keeps no bytecode, it would be compiled each time, which is done once where it is installed
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    messages = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(messages)
    return time.perf_counter() - begin, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
