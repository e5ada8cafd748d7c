"""What a greedy run returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sqlsel.kernels.protocol import Doubles, Rows

StopReason = Literal["n_samples", "candidates", "minimum_distance", "max_sum", "target_range", "limits", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a run ended.

    Attributes:
        reason: ``n_samples``: as many as asked for; ``candidates``: none was left; ``minimum_distance``: every one left
            is too near; ``max_sum``: the last pick reached the sum; ``target_range``: every one left would carry the
            sum above the range; ``limits``: every one left is of a group that is full; ``elsewhere``: the best may be
            a candidate that is not among the rows. Where the last pick that was
            asked for also reaches a sum, it is ``n_samples``.
        objective: Position of the objective whose stop it was; None for the first two and the last. Where several
            keep out the candidates that are left, the one that keeps out the most is named, the first among equals,
            limits last.
    """

    reason: StopReason
    objective: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The picks of a greedy run, in pick order.

    Attributes:
        rows: ``(k,)`` int64, the rows picked.
        gains: ``(k,)`` float64, what each pick added; NaN where it is not defined (first pick of a diversity alone).
        terms: ``(k, K)`` float64, the pick's own part in each objective; NaN where there is none.
        stop: Why the run ended.
        notices: Sentences for the user, such as that an input was shifted.
    """

    rows: Rows
    gains: Doubles
    terms: Doubles
    stop: Stop
    notices: tuple[str, ...] = ()
