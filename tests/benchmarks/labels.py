"""What labels are worth that each strategy chooses: ``python -m tests.benchmarks.labels [FOLDER]``.

Prints the table of ``examples/python/which_strategy.py`` for the digits, and for FOLDER, where each folder in it is a
class and ``embeddings.parquet`` has the vectors of the images by ``file_name``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

EXAMPLES = Path(__file__).parents[2] / "examples" / "python"
TESTED = 1 / 3
BUDGETS = (20, 40, 80, 120)


def images(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of the images of a folder, and their classes."""
    table = pq.read_table(folder / "embeddings.parquet").sort_by("file_name")
    labels = np.array([name.partition("/")[0] for name in table.column("file_name").to_pylist()])
    return np.array(table.column("embedding").to_pylist()), labels


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, nargs="?")
    folder = options.parse_args().folder
    sys.path.insert(0, str(EXAMPLES))
    import which_strategy

    which_strategy.main()
    if folder is not None:
        vectors, labels = images(folder)
        test = round(len(labels) * TESTED)
        print(f"\naccuracy on {test} other images of {len(labels)}, of {len(set(labels))} classes\n")
        which_strategy.print_table(which_strategy.compare(vectors, labels, test=test, budgets=BUDGETS), BUDGETS)


if __name__ == "__main__":
    main()
