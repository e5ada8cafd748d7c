"""How often the nearest neighbour of an image is of its class, and is what it was made from.

Run ``python -m tests.benchmarks.neighbours FOLDER``, where each folder in FOLDER is a class. Compared are vectors
computed without a model, those that FOLDER comes with in ``embeddings.parquet``, and chance: the mean over the images
of the share of the others that are of their class. Then each image is changed, and looked for among the originals.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageFilter, ImageOps

import sqlsel


def compressed(image: Image.Image) -> Image.Image:
    """The image after a strong JPEG compression."""
    data = io.BytesIO()
    image.save(data, "JPEG", quality=30)
    return Image.open(data)


def cropped(image: Image.Image) -> Image.Image:
    """The image without a twentieth of it at each edge."""
    across, down = round(image.width / 20), round(image.height / 20)
    return ImageOps.crop(image, (across, down, across, down))


CHANGES = {
    "half the size": lambda image: image.resize((image.width // 2, image.height // 2)),
    "JPEG quality 30": compressed,
    "a tenth cropped": cropped,
    "a fifth brighter": lambda image: image.point(lambda value: min(255, round(value * 1.2))),
    "blurred, radius 2": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "mirrored": ImageOps.mirror,
}


def matrix(db: sqlsel.Database, dataset: str, table: str) -> tuple[list[str], np.ndarray]:
    """The names of the samples and their vectors."""
    rows = db.connection.execute(
        f'SELECT sample_id, embedding FROM "{dataset}"."{table}" ORDER BY sample_id'
    ).fetchall()
    return [name for name, _ in rows], np.array([vector for _, vector in rows])


def same_class(names: list[str], vectors: np.ndarray) -> float:
    """Share of the images whose nearest neighbour is of their class."""
    classes = np.array([name.partition("/")[0] for name in names])
    near = vectors @ vectors.T
    np.fill_diagonal(near, -np.inf)
    return float((classes[near.argmax(axis=1)] == classes).mean())


def chance(names: list[str]) -> float:
    """The same for neighbours at random."""
    counts = Counter(name.partition("/")[0] for name in names).values()
    return sum(count * (count - 1) for count in counts) / (len(names) * (len(names) - 1))


def found_again(db: sqlsel.Database, folder: Path, changed: Path) -> dict[str, float]:
    """By change, the share of changed images whose nearest original is their own."""
    db.ingest(folder, dataset="originals", measure=False)
    db.embed("originals", name="looks")
    shares = {}
    for number, (change, work) in enumerate(CHANGES.items()):
        for name in matrix(db, "originals", "embeddings/looks")[0]:
            target = changed / str(number) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with Image.open(folder / name) as image:
                work(image.convert("RGB")).save(target.with_suffix(".bmp"))
        shares[change] = _own_is_nearest(db, changed / str(number))
    return shares


def _own_is_nearest(db: sqlsel.Database, folder: Path) -> float:
    """Changed images are added to the originals' dataset, given in its axes, and taken out again."""
    names, vectors = matrix(db, "originals", "embeddings/looks")
    stems = [Path(name).with_suffix("") for name in names]
    with sqlsel.connect() as other:
        other.ingest(folder, dataset="originals", measure=False)
        for table in ("projections", "makers"):
            rows = db.connection.execute(f"FROM sqlsel.{table} WHERE table_name = 'embeddings/looks'").to_arrow_table()
            other.connection.register("rows", rows)
            other.connection.execute(f"INSERT INTO sqlsel.{table} FROM rows")
        other.embed("originals", name="looks")
        changed, theirs = matrix(other, "originals", "embeddings/looks")
    nearest = (theirs @ vectors.T).argmax(axis=1)
    return float(
        np.mean([stems[near] == Path(name).with_suffix("") for near, name in zip(nearest, changed, strict=True)])
    )


def main() -> None:
    """Print both tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    folder = options.parse_args().folder
    with TemporaryDirectory() as changed, sqlsel.connect() as db:
        again = found_again(db, folder, Path(changed))
        names, vectors = matrix(db, "originals", "embeddings/looks")
        print(f"{len(names):,} images of {len({name.partition('/')[0] for name in names})} classes")
        print("nearest neighbour of the same class")
        print(f"  chance                 {chance(names):6.1%}")
        print(f"  without a model        {same_class(names, vectors):6.1%}")
        if (folder / "embeddings.parquet").exists():
            print(f"  given embeddings       {same_class(*matrix(db, 'originals', 'embeddings')):6.1%}")
        print("nearest original of a changed image is its own, without a model")
        for change, share in again.items():
            print(f"  {change:22} {share:6.1%}")


if __name__ == "__main__":
    main()
