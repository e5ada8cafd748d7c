"""What a selection covers, in numbers: of reference vectors that stand for all, beside a random selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Doubles = npt.NDArray[np.float64]
    Rows = npt.NDArray[np.int64]
    Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Vectors that stand for all.

    Attributes:
        vectors: ``(R, d)`` float32.
        weights: ``(R,)`` how much each counts.
        of: How many they stand for.
    """

    vectors: Singles
    weights: Doubles
    of: int


def evenly(rows: Rows, count: int | None) -> Rows:
    """So many of some rows, evenly spread over them: at random where they are in the order of a seed."""
    return rows if count is None or count >= len(rows) else rows[places_evenly(len(rows), count)]


def places_evenly(of: int, count: int) -> Rows:
    """The places of so many of a number of rows, evenly spread over them; of all where there are no more."""
    return np.arange(of) if count >= of else (2 * np.arange(count) + 1) * of // (2 * max(count, 1))


def reached_cover(found: Doubles, random: Doubles, weights: Doubles, kind: str, of: int) -> dict[str, Any]:
    """What was reached, for the summary.

    Args:
        found: ``(R,)`` the cosine of each reference vector to the nearest of the selection.
        random: The same of a random selection.
        weights: ``(R,)`` how much each counts.
        kind: What the vectors are of: ``samples`` or ``objects``.
        of: How many of them the reference stands for.
    """
    reference = {kind: len(found), "of": of, "standard_error": _standard_error(found, weights, of)}
    return {**_cosines(found, weights), "random": _cosines(random, weights), "reference": reference}


def _cosines(cosines: Doubles, weights: Doubles) -> dict[str, float | None]:
    """The mean, by weight, and the worst of those that count."""
    counted = weights > 0
    if not counted.any():
        return {"mean_cosine": None, "worst_cosine": None}
    return {
        "mean_cosine": float(np.average(cosines, weights=weights)),
        "worst_cosine": float(cosines[counted].min()),
    }


def _standard_error(cosines: Doubles, weights: Doubles, count: int) -> float | None:
    """Of the mean, where it is that of a sample; 0 where everything was looked at."""
    if not weights.any() or len(cosines) < 2:
        return None
    share = len(cosines) / count
    away = weights * (cosines - np.average(cosines, weights=weights))
    return float(np.sqrt((away**2).sum() * (1.0 - share)) / weights.sum())
