"""Time the kernels against lightly-mundig in the same run: ``python -m tests.benchmarks.kernels [--only TEXT]``.

Times go from arrays in memory to the ranked rows; the peer's copy of its input is part of its time. Ours is the best
of some trials. Each side runs in a process of its own, so that peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.jobs import JOBS


def main() -> int:
    """Run the chosen jobs, print the table, write the JSON; 1 if a selection is worse than the peer's."""
    options = parse()
    rows = []
    print(f"{'job':<58}{'ours s':>9}{'peer s':>9}{'ratio':>8}{'ours MB':>9}{'input MB':>9}  quality")
    for name in JOBS:
        if not any(text in name for text in options.only) or (name.startswith("large") and not options.large):
            continue
        row = run(name, options)
        rows.append(row)
        peer = f"{row['peer_seconds']:>9.2f}{row['ratio']:>8.1f}" if row["peer_seconds"] else f"{'-':>9}{'-':>8}"
        quality = {None: "-", True: "as good", False: "WORSE"}[row["as_good"]]
        memory = f"{row['peak_mb']:>9.0f}{row['input_mb']:>9.0f}"
        print(f"{name:<58}{row['seconds']:>9.3f}{peer}{memory}  {quality}", flush=True)
    if options.json:
        options.json.write_text(json.dumps({"numpy": np.__version__, "jobs": rows}, indent=2) + "\n")
    return int(any(row["as_good"] is False for row in rows))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="jobs whose name holds this text; may be repeated")
    parser.add_argument("--trials", type=int, default=3, help="trials of ours; the best counts")
    parser.add_argument("--no-peer", action="store_true", help="only ours")
    parser.add_argument("--large", action="store_true", help="the jobs of ten million rows too (ours alone)")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    options = parser.parse_args()
    options.only = options.only or [""]
    return options


def run(name: str, options: argparse.Namespace) -> dict:
    """Both sides of one job."""
    ours = apart(name, "ours", options.trials)
    peer = None if options.no_peer or name.startswith("large") else apart(name, "peer", 1)
    return {
        "job": name,
        "seconds": ours["seconds"],
        "peer_seconds": peer and peer["seconds"],
        "ratio": peer and peer["seconds"] / ours["seconds"],
        "peak_mb": ours["peak_mb"],
        "input_mb": ours["input_mb"],
        "peer_peak_mb": peer and peer["peak_mb"],
        "ours": ours["measures"],
        "peer": peer and peer["measures"],
        "as_good": None if peer is None else as_good(ours["measures"], peer["measures"]),
    }


def apart(name: str, side: str, trials: int) -> dict:
    """Run one side in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(measure, (name, side, trials))


def measure(name: str, side: str, trials: int) -> dict:
    """Best time of some trials, peak memory during them, and the measures of the result."""
    job = JOBS[name]()
    # the peak so far is that of making the data; this starts it again from what is resident now
    Path("/proc/self/clear_refs").write_text("5")
    resident = memory("VmRSS")
    seconds = []
    for _ in range(trials):
        start = time.perf_counter()
        found = getattr(job, side)()
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": min(seconds),
        "peak_mb": memory("VmHWM"),
        "input_mb": resident,
        "measures": {} if name.startswith("large") else job.measures(found),
    }


def memory(field: str) -> float:
    """One field of the process's status, in MiB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def as_good(ours: dict, peer: dict) -> bool:
    """No measure worse than the peer's by more than 1 %, L1 by more than 0.01, the score by more than 0.005."""
    worst = {"radius": peer.get("radius", 0) * 1.01, "L1": peer.get("L1", 0) + 0.01}
    least = {
        "sum": peer.get("sum", 0) * 0.99,
        "score": peer.get("score", 0) - 0.005,
        "mean": peer.get("mean", 0) * 0.99,
    }
    fine = all(ours[key] <= limit for key, limit in worst.items() if key in ours)
    return fine and all(ours[key] >= limit for key, limit in least.items() if key in ours)


if __name__ == "__main__":
    sys.exit(main())
