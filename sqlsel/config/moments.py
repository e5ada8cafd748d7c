"""Points in time as a config writes them, and as the numbers that they are compared as."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, Discriminator, Strict, Tag
from pydantic_core import PydanticCustomError

from sqlsel.config.joint import ONE, SEVERAL
from sqlsel.config.values import Number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def seconds(moment: str) -> float:
    """Seconds since 1970-01-01 UTC of a time in ISO 8601, which is in UTC where it names no zone.

    Whole microseconds over a million, as the engine computes it from a stored time, so that equal times are equal.

    Raises:
        ValueError: If it is no such time.
    """
    time = datetime.fromisoformat(moment)
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
    return ((time - _EPOCH) // _MICROSECOND) / 1e6


def is_moment(text: str) -> bool:
    """Whether a text is a time in ISO 8601."""
    try:
        seconds(text)
    except (ValueError, OverflowError):
        return False
    return True


def _checked(moment: str) -> str:
    if not is_moment(moment):
        raise PydanticCustomError("moment", "no time")
    return moment


Bound = Annotated[
    Annotated[Number, Tag(ONE)] | Annotated[str, Strict(), AfterValidator(_checked), Tag(SEVERAL)],
    Discriminator(lambda value: SEVERAL if isinstance(value, str) else ONE),
]
"""A number, or a time in ISO 8601."""
