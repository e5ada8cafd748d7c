"""Draws the pictures of ``docs/strategies.md``: what each strategy chooses of the same made points.

``python -m tests.docs.pictures`` writes one SVG a strategy into ``docs/pictures``, and prints how many each chose of
which part; a test fails where the page has others. The points are on a part of the unit sphere, drawn flat: three
clusters of uneven size and some outliers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

import sqlsel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from sqlsel.config import Objective

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"

SIZE, MARGIN = 360, 14
CHOSEN = 12
CLUSTERS = (((-0.35, -0.25), 0.10, 190), ((0.35, 0.05), 0.09, 80), ((-0.10, 0.42), 0.06, 40))
OUTLIERS = ((0.62, 0.60), (-0.64, 0.60), (0.62, -0.60), (0.05, -0.62), (-0.66, 0.12), (0.30, 0.62))
QUERY = (0.40, -0.08)

GROUND, POINT, OUT, PICK, MARK = "#ffffff", "#9aa4b2", "#e3e7ec", "#c2410c", "#1d4ed8"


def points() -> NDArray[np.float64]:
    """The points that all pictures are of, ``(N, 2)``."""
    made = np.random.default_rng(7)
    clusters = [made.normal(centre, spread, (count, 2)) for centre, spread, count in CLUSTERS]
    return np.vstack([*clusters, np.array(OUTLIERS)])


def on_the_sphere(flat: NDArray[np.float64]) -> list[list[float]]:
    """The points as vectors, which ingest brings to length 1."""
    return [[x, y, 1.0] for x, y in flat.tolist()]


def table() -> pa.Table:
    """The points with a number that grows to the right, and the cluster they were made in as a class."""
    flat = points()
    cluster = np.repeat(["large", "middle", "small", "outlier"], [*(count for *_, count in CLUSTERS), len(OUTLIERS)])
    columns = {"embedding": on_the_sphere(flat), "x": flat[:, 0].round(6), "cluster": cluster}
    return pa.table({"id": range(len(flat)), **columns})


PICTURES: dict[str, list[Objective]] = {
    "random": [sqlsel.random()],
    "diversity": [sqlsel.diversity()],
    "coverage": [sqlsel.coverage()],
    "typicality": [sqlsel.typicality()],
    "diversity-typicality": [sqlsel.diversity(), sqlsel.typicality()],
    "similarity": [sqlsel.similarity("queries")],
    "weights": [sqlsel.weights("x")],
    "threshold": [sqlsel.threshold("x", above=0), sqlsel.diversity()],
    "balance": [sqlsel.balance("cluster", {"large": 0.25, "middle": 0.25, "small": 0.25, "outlier": 0.25})],
}
"""By name of the file, the objectives of what it shows."""


def chosen(name: str) -> list[int]:
    """The numbers of the points that the objectives of a picture choose, in the order of their ranks."""
    queries = {"queries": pa.table({"embedding": on_the_sphere(np.array([QUERY]))})} if name == "similarity" else None
    config = sqlsel.config(*PICTURES[name], n_samples=CHOSEN)
    return list(sqlsel.select(table(), config, id="id", embedding="embedding", queries=queries).sample_ids)


def picture(name: str) -> str:
    """The SVG of one strategy: all points in grey, what is chosen in colour with its rank."""
    flat = points()
    out = flat[:, 0] <= 0 if name == "threshold" else np.zeros(len(flat), bool)
    size = f'viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>What {name.replace('-', ' and ')} chooses: {CHOSEN} of {len(flat)} points</title>",
        f'<rect width="{SIZE}" height="{SIZE}" fill="{GROUND}"/>',
        *_dots(flat[out], OUT),
        *_dots(flat[~out], POINT),
        *_picks(flat[chosen(name)]),
        *(_query() if name == "similarity" else ()),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _place(at: Iterable[float]) -> tuple[float, float]:
    x, y = at
    scale = (SIZE - 2 * MARGIN) / 1.44
    return round(SIZE / 2 + scale * x, 1), round(SIZE / 2 - scale * y, 1)


def _dots(flat: NDArray[np.float64], colour: str) -> Iterator[str]:
    """All dots in one path: lines of no length with round ends."""
    if len(flat):
        ends = "".join("M{:g} {:g}h0".format(*_place(at)) for at in flat)
        yield f'<path d="{ends}" stroke="{colour}" stroke-width="6" stroke-linecap="round"/>'


def _picks(flat: NDArray[np.float64]) -> Iterator[str]:
    for rank, at in reversed(list(enumerate(flat, 1))):
        x, y = _place(at)
        yield f'<circle cx="{x:g}" cy="{y:g}" r="8" fill="{PICK}" stroke="{GROUND}" stroke-width="1.5"/>'
        style = 'font-family="sans-serif" font-size="10" text-anchor="middle"'
        yield f'<text x="{x:g}" y="{y + 3.5:.4g}" fill="{GROUND}" {style}>{rank}</text>'


def _query() -> Iterator[str]:
    x, y = _place(QUERY)
    yield f'<path d="M{x - 13:g} {y:g}h26M{x:g} {y - 13:g}v26" stroke="{MARK}" stroke-width="3"/>'


def counts() -> str:
    """A table: by picture, how many of the chosen points are of which part."""
    names, parts = table()["cluster"].to_pylist(), ["large", "middle", "small", "outlier"]
    lines = [f"{'chosen, of':20}" + "".join(f"{part:>9}" for part in parts)]
    lines.append(f"{'all points':20}" + "".join(f"{names.count(part):9}" for part in parts))
    for picture_name in PICTURES:
        of = [names[number] for number in chosen(picture_name)]
        lines.append(f"{picture_name:20}" + "".join(f"{of.count(part):9}" for part in parts))
    return "\n".join(lines)


if __name__ == "__main__":
    print(counts())
    FOLDER.mkdir(exist_ok=True)
    for each in PICTURES:
        (FOLDER / f"{each}.svg").write_text(picture(each), encoding="utf-8")
