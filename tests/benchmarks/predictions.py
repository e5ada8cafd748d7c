"""Ingest of many prediction files against reading and parsing them with Python's json.

Run ``python -m tests.benchmarks.predictions``: 100,000 files by default, ``--files`` for another number. It makes them,
then prints the median of three of each time, their ratio, and the peak memory of a process that ingests them and of one
that ingests a tenth. It exits with 1 where the ratio on the clock is above ``--limit`` (2), or the memory of the many
exceeds that of the few by more than ``--growth`` (50 MB). The ratio of processor time is the one to trust on a machine
that others use too; it counts all threads.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLASSES = 10

# On the clock, and of all processors.
Seconds = tuple[float, float]


def make(root: Path, files: int) -> None:
    """Write a datasource without images: detections with 0 to 4 objects of ten classes a file."""
    task = root / ".lightly" / "predictions" / "objects"
    task.mkdir(parents=True)
    categories = [{"id": number, "name": f"class {number}"} for number in range(CLASSES)]
    schema = {"task_type": "object-detection", "categories": categories}
    (task / "schema.json").write_text(json.dumps(schema))
    (task.parent / "tasks.json").write_text('["objects"]')
    numbers = random.Random(0)
    for index in range(files):
        folder = f"part {index // 1000}"
        (task / folder).mkdir(exist_ok=True)
        document = {
            "file_name": f"{folder}/{index:06}.jpg",
            "predictions": [_object(numbers) for _ in range(numbers.randint(0, 4))],
        }
        (task / folder / f"{index:06}.json").write_text(json.dumps(document))


def _object(numbers: random.Random) -> dict[str, object]:
    raw = [numbers.random() for _ in range(CLASSES)]
    probabilities = [round(value / sum(raw), 6) for value in raw]
    score = max(probabilities)
    box = [numbers.randint(0, 500) for _ in range(4)]
    return {"category_id": probabilities.index(score), "bbox": box, "score": score, "probabilities": probabilities}


def parse(root: Path) -> Seconds:
    """Time to read and parse every file with Python's json."""
    files = sorted((root / ".lightly" / "predictions" / "objects").glob("*/*.json"))
    start = time.perf_counter(), time.process_time()
    for path in files:
        with path.open() as file:
            json.load(file)
    return _since(start)


def ingest(root: Path) -> Seconds:
    """Time to ingest the folder into a new database file."""
    import sqlsel

    with tempfile.TemporaryDirectory() as folder, sqlsel.connect(Path(folder) / "bench.duckdb") as db:
        start = time.perf_counter(), time.process_time()
        db.ingest(root, dataset="objects")
        return _since(start)


def _since(start: Seconds) -> Seconds:
    return time.perf_counter() - start[0], time.process_time() - start[1]


def peak(root: Path) -> float:
    """Megabytes that a process of its own takes at most while it ingests the folder."""
    command = [sys.executable, "-m", "tests.benchmarks.predictions", "--peak", str(root)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def own_peak() -> float:
    """Megabytes that this process took at most. Linux starts getrusage's number with that of the process before it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def main() -> int:
    """Make the files, measure, print."""
    given = options()
    if given.peak:
        ingest(given.peak)
        print(own_peak())
        return 0
    with tempfile.TemporaryDirectory() as folder:
        many, few = Path(folder) / "many", Path(folder) / "few"
        make(many, given.files)
        make(few, given.files // 10)
        ingest(few)
        pairs = [(parse(many), ingest(many)) for _ in range(3)]
        print(f"{given.files:,} prediction files on {os.cpu_count()} processors")
        ratios = [told(pairs, index, clock) for index, clock in enumerate(("on the clock", "of processors"))]
        small, large = peak(few), peak(many)
    growth = large - small
    print(
        f"peak memory            {given.files // 10:,} files {small:.0f} MB   {given.files:,} files {large:.0f} MB   "
        f"{growth:+.0f} MB"
    )
    return int(ratios[0] > given.limit or growth > given.growth)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--limit", type=float, default=2.0, help="the largest ratio of times that passes")
    parser.add_argument("--growth", type=float, default=50.0, help="the most MB of growth that pass")
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def told(pairs: list[tuple[Seconds, Seconds]], index: int, clock: str) -> float:
    """Print the medians of both times by a clock; returns that of their ratios."""
    parsed, ingested = (statistics.median(times[index] for times in side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(mine[index] / theirs[index] for theirs, mine in pairs)
    print(f"seconds {clock:14}  json, read and parse {parsed:6.2f}   whole ingest {ingested:6.2f}   x {ratio:.2f}")
    return ratio


if __name__ == "__main__":
    sys.exit(main())
