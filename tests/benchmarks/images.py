"""Measuring images against decoding them with Pillow in two processes.

Run ``python -m tests.benchmarks.images FOLDER``. Pillow's processes are forked, and spawned for comparison; times are
medians of alternating runs and include the start of the processes on both sides. With ``--times 10`` every image is
taken ten times, which shows the share of the start.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from PIL import Image

from sqlsel.sources.images import IMAGE_SUFFIXES, suffix
from sqlsel.sources.images.many import measure_images


def decode(path: str) -> tuple[int, int]:
    """The size of an image, decoded whole."""
    with Image.open(path) as image:
        image.load()
        return image.size


def decode_all(root: Path, names: list[str], start_method: str) -> float:
    """Seconds that two processes need to decode the images."""
    start = time.perf_counter()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(start_method)) as pool:
        sizes = list(pool.map(decode, [str(root / name) for name in names], chunksize=16))
    assert len(sizes) == len(names)
    return time.perf_counter() - start


def measure_all(root: Path, names: list[str]) -> float:
    """Seconds that two processes need to decode and measure them."""
    start = time.perf_counter()
    assert sum(reading.usable for _, reading in measure_images(root, names, workers=2)) == len(names)
    return time.perf_counter() - start


def main() -> None:
    """Take both times in turn and print them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--times", type=int, default=1)
    options.add_argument("--runs", type=int, default=7)
    given = options.parse_args()
    found = sorted(path for path in given.folder.rglob("*") if suffix(path.name) in IMAGE_SUFFIXES)
    names = [str(path.relative_to(given.folder)) for path in found] * given.times
    methods = [method for method in ("fork", "spawn") if method in multiprocessing.get_all_start_methods()]
    runs = [
        (measure_all(given.folder, names), *(decode_all(given.folder, names, method) for method in methods))
        for _ in range(given.runs)
    ]
    measured, *decoded = (statistics.median(times) for times in zip(*runs, strict=True))
    print(f"{len(names):,} images, two processes, {given.runs} runs")
    print(f"sqlsel, decode, measure    {measured:6.2f} s")
    for number, method in enumerate(methods, start=1):
        ratio = statistics.median(run[0] / run[number] for run in runs)
        print(f"Pillow, decode, {method:8s}   {decoded[number - 1]:6.2f} s, ratio {ratio:5.2f}")


if __name__ == "__main__":
    main()
