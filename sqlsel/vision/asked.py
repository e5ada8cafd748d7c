"""What the user asks for, brought into one form and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from sqlsel.errors import UsageError
from sqlsel.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.vision.feeding import Fit, Layout
    from sqlsel.vision.model_input import Wishes

    Size = int | tuple[int, int]
    Numbers = float | Sequence[float]

PRETAGGING = "lightly_pretagging"
"""The task of Lightly's pretagging, and of ours where nothing else is said."""

CONFIDENCE = 0.25
IOU = 0.45


def wishes(
    *,
    size: Size | None = None,
    layout: Layout | None = None,
    mean: Numbers | None = None,
    std: Numbers | None = None,
    fit: Fit | None = None,
    batch: int | None = None,
) -> Wishes:
    """How a model is to be fed, checked.

    Raises:
        UsageError: If a size or a batch is below 1, or a word is none that is known.
    """
    from sqlsel.vision.feeding import Fit, Layout
    from sqlsel.vision.model_input import Wishes

    for option, word, words in (("layout", layout, get_args(Layout)), ("fit", fit, get_args(Fit))):
        if word is not None and word not in words:
            raise UsageError(f"{option} {word!r}{did_you_mean(word, words)}", hint=f"allowed: {', '.join(words)}")
    sides = (size, size) if isinstance(size, int) else size
    if (sides is not None and min(sides) < 1) or (batch is not None and batch < 1):
        raise UsageError("size and batch are numbers from 1 on")
    return Wishes(sides, layout, _numbers(mean), _numbers(std), fit, batch)


def _numbers(values: Numbers | None) -> tuple[float, ...] | None:
    if values is None:
        return None
    return (float(values),) if isinstance(values, int | float) else tuple(float(value) for value in values)


def check_share(option: str, value: float) -> None:
    """Raise UsageError if a number is not between 0 and 1."""
    if not 0 <= value <= 1:
        raise UsageError(f"{option} {value} is not between 0 and 1")
