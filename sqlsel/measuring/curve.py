"""Distance and coverage of a selection as it grows, to choose how large it should be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlsel.tables import table_lines

WIDTH = 80
_POINTS_SHOWN = 16
_LEAST_BAR, _LONGEST_BAR = 8, 40
_FULL, _PART = "█", " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A selection of some size.

    Attributes:
        n: How many new samples it has.
        smallest: The smallest distance between any two of them, or of them and those chosen before; None for one alone.
            A minimum distance a little below it would have ended the selection here or later.
        mean: Mean distance of all candidates to the nearest chosen sample.
        largest: The largest such distance: every candidate has a chosen sample within it.
        random_mean: The mean distance for a random selection of this size.
        random_largest: The largest distance for it.
    """

    n: int
    smallest: float | None
    mean: float
    largest: float
    random_mean: float
    random_largest: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Distance and coverage against the number of samples. ``print()`` it, or see ``rows()``.

    Attributes:
        dataset: The dataset.
        tag: The tag it is of; None for a config.
        embedding: The embedding that distances are measured by.
        candidates: How many candidates were looked at.
        of: How many there are.
        points: The curve, by n.
    """

    dataset: str
    tag: str | None
    embedding: str
    candidates: int
    of: int
    points: tuple[CurvePoint, ...]

    def rows(self) -> list[dict[str, Any]]:
        """A row a point: ``n, smallest, mean, largest, random_mean, random_largest``."""
        return [asdict(point) for point in self.points]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values that JSON can hold."""
        return asdict(self)

    def text(self, width: int = WIDTH) -> str:
        """A table within so many columns, with a bar for the mean distance; of many points a few, evenly spread."""
        shown = _spread(self.points, _POINTS_SHOWN)
        headers = ["n", "smallest", "mean", "largest", "random mean", "random largest"]
        rows = [list(asdict(point).values()) for point in shown]
        lines = table_lines(headers, rows, width)
        room = min(width - max(map(len, lines)) - 2, _LONGEST_BAR)
        if room < _LEAST_BAR:
            headers, rows = headers[:4], [row[:4] for row in rows]
            lines = table_lines(headers, rows, width)
            room = min(width - max(map(len, lines)) - 2, _LONGEST_BAR)
        return "\n".join(_with_bars(lines, [point.mean for point in shown], room) if room >= _LEAST_BAR else lines)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        what = f"of tag {self.tag!r} " if self.tag else ""
        return f"<sqlsel.Curve {what}in {self.dataset!r} with {len(self.points)} points; print() it, or .rows()>"


def _spread(points: tuple[CurvePoint, ...], count: int) -> list[CurvePoint]:
    """So many of the points, the first and the last among them."""
    if len(points) <= count:
        return list(points)
    return [points[round(place * (len(points) - 1) / (count - 1))] for place in range(count)]


def _with_bars(lines: list[str], means: list[float], room: int) -> list[str]:
    """The table with a column of bars: a full one is the largest mean distance."""
    width, most = max(map(len, lines)), max(means, default=0.0)
    bars = ["mean distance"[:room], "-" * room, *(_bar(mean / most if most else 0.0, room) for mean in means)]
    rest = lines[len(bars) :]
    joined = [f"{line:{width}}  {bar}".rstrip() for line, bar in zip(lines[: len(bars)], bars, strict=True)]
    return [*joined, *rest]


def _bar(share: float, room: int) -> str:
    eighths = round(share * room * 8)
    return _FULL * (eighths // 8) + _PART[eighths % 8].strip()
