"""Time COVERAGE: ``python -m tests.benchmarks.coverage [--only TEXT] [--large] [--peer PYTHON]``.

Each job is timed beside one matrix product of all candidates with the reference in the same process, in single
precision with numpy's own threads, and beside apricot's facility location where the job is small enough for it. The
peer may live in another environment, whose interpreter ``--peer`` names. Each side runs in a process of its own, so
that peak memory is its own; the value is the mean over all samples of the cosine to the nearest pick, at least 0.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.benchmarks import data

FOLDER = Path(__file__).parents[2]


@dataclass(frozen=True)
class Job:
    """Samples, picks, and how many samples stand for all."""

    rows: int
    n: int
    reference: int
    peer: bool = False

    @property
    def name(self) -> str:
        return f"{self.rows:,} x 128, n = {self.n:,}, reference {self.reference:,}"


JOBS = [Job(10_000, 500, 10_000, peer=True), Job(100_000, 1000, 20_000)]
HEAD = f"{'job':<48}{'data':<11}{'s':>7}{'product':>9}{'ratio':>7}{'MB':>7}"
HEAD += f"{'apricot s':>11}{'ratio':>7}{'MB':>7}  mean cosine"
LARGE = [Job(1_000_000, 1000, 20_000)]


def main() -> None:
    """Print the table, and write the JSON."""
    options = parse()
    if options.side is not None:
        print(json.dumps(measure(options.side, options.kind, Job(*json.loads(options.job)))))
        return
    print(HEAD)
    jobs = JOBS + (LARGE if options.large else [])
    asked = [(job, kind) for job in jobs for kind in ("clustered", "isotropic") if options.only in f"{job.name} {kind}"]
    rows = [row(job, kind, options.peer) for job, kind in asked]
    if options.json:
        options.json.write_text(json.dumps({"numpy": np.__version__, "jobs": rows}, indent=2) + "\n")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="jobs whose name holds this text")
    parser.add_argument("--large", action="store_true", help="the job of a million rows too")
    parser.add_argument("--peer", default=sys.executable, help="interpreter with apricot-select, or none")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument("--side", choices=["ours", "two-stage", "lazy"], help=argparse.SUPPRESS)
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    parser.add_argument("--job", help=argparse.SUPPRESS)
    return parser.parse_args()


def row(job: Job, kind: str, peer: str) -> dict:
    """Measure both sides of a job and print its line."""
    ours = apart(sys.executable, "ours", kind, job)
    line = f"{job.name:<48}{kind:<11}{ours['seconds']:>7.2f}{ours['product']:>9.2f}"
    line += f"{ours['seconds'] / ours['product']:>7.1f}{ours['peak_mb'] - ours['input_mb']:>7.0f}"
    found = {"job": job.name, "kind": kind, "ours": ours}
    if job.peer and peer != "none":
        # its default, and the faster of the others, which give the same picks
        for optimizer in ("two-stage", "lazy"):
            theirs = found[optimizer] = apart(peer, optimizer, kind, job)
            compared = f"{theirs['seconds']:>11.2f}{theirs['seconds'] / ours['seconds']:>7.1f}"
            compared += f"{theirs['peak_mb'] - theirs['input_mb']:>7.0f}  {ours['value']:.4f} / {theirs['value']:.4f}"
            print(f"{line}{compared} ({optimizer})", flush=True)
    else:
        print(f"{line}{'-':>11}{'-':>7}{'-':>7}  {ours['value']:.4f}", flush=True)
    return found


def apart(interpreter: str, side: str, kind: str, job: Job) -> dict:
    """Measure one side in a fresh process."""
    given = json.dumps([job.rows, job.n, job.reference])
    command = [interpreter, "-m", "tests.benchmarks.coverage", "--side", side, "--kind", kind, "--job", given]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{interpreter} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(side: str, kind: str, job: Job) -> dict:
    """Time, peak memory and value of one side."""
    matrix = getattr(data, kind)(job.rows, 128, 0)
    return ours(matrix, job) if side == "ours" else apricot(matrix, job, side)


def ours(matrix: np.ndarray, job: Job) -> dict:
    from sqlsel.kernels import Coverage, greedy

    reference = (2 * np.arange(job.reference) + 1) * job.rows // (2 * job.reference)
    every = np.ones(job.rows, bool)
    found, told = timed(
        lambda: greedy([Coverage("c", matrix, reference=reference)], n=job.n, candidates=every, preselected=~every).rows
    )
    # afterwards, as BLAS's own threads go on spinning for a while
    return {**told, "product": product(matrix, reference), "value": value(matrix, found)}


def product(matrix: np.ndarray, reference: np.ndarray) -> float:
    """Time of one matrix product of all rows with the reference, the best of three."""
    other = np.ascontiguousarray(matrix[reference].T)
    out = np.empty((min(4096, len(matrix)), len(reference)), np.float32)
    seconds = []
    for _ in range(3 if len(matrix) < 1_000_000 else 1):
        start = time.perf_counter()
        for begin in range(0, len(matrix), len(out)):
            block = matrix[begin : begin + len(out)]
            np.matmul(block, other, out=out[: len(block)])
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def apricot(matrix: np.ndarray, job: Job, optimizer: str) -> dict:
    """apricot's facility location on the same cosines, their computation included; compiled before."""
    from apricot import FacilityLocationSelection

    def select(vectors: np.ndarray, n: int) -> np.ndarray:
        cosines = np.maximum(vectors @ vectors.T, 0).astype(np.float64)
        return FacilityLocationSelection(n, metric="precomputed", optimizer=optimizer).fit(cosines).ranking

    select(matrix[:300], 5)
    found, told = timed(lambda: select(matrix, job.n))
    return {**told, "value": value(matrix, found)}


def timed(work) -> tuple[np.ndarray, dict]:
    """What some work gives, its time, and the peak memory during it."""
    # the peak so far is that of making the data; this starts it again from what is resident now
    Path("/proc/self/clear_refs").write_text("5")
    resident = memory("VmRSS")
    start = time.perf_counter()
    found = work()
    return found, {"seconds": time.perf_counter() - start, "peak_mb": memory("VmHWM"), "input_mb": resident}


def memory(field: str) -> float:
    """One field of the process's status, in MiB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def value(matrix: np.ndarray, picked: np.ndarray) -> float:
    """The mean over all rows of the cosine to the nearest pick, at least 0."""
    total = 0.0
    for begin in range(0, len(matrix), 8192):
        total += float(np.maximum((matrix[begin : begin + 8192] @ matrix[picked].T).max(axis=1), 0).sum())
    return total / len(matrix)


if __name__ == "__main__":
    main()
