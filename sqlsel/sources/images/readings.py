"""What came of measuring one image file, and how it is told between processes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Measures that count something; the others are fractions.
COUNTS = ("width", "height", "sizeInBytes")
MEASURES = (
    *COUNTS,
    "meanRed",
    "meanGreen",
    "meanBlue",
    "luminance",
    "contrast",
    "sharpness",
    "snr",
    "uniformRowRatio",
)


# The line that a worker starts with.
READY = b"ready\n"


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one image file.

    Attributes:
        values: The measures by name, as ``measures.measure`` describes them; None if there are none.
        fault: Why there are none.
        usable: False if the file is no image that can be decoded; True if only its size kept it from being measured.
    """

    values: Mapping[str, int | float] | None
    fault: str | None = None
    usable: bool = True


def to_line(readings: Sequence[Reading]) -> bytes:
    """Readings as one line of JSON."""
    return json.dumps([(reading.values, reading.fault, reading.usable) for reading in readings]).encode() + b"\n"


def from_line(line: bytes) -> list[Reading]:
    """Readings from the line that ``to_line`` wrote."""
    return [Reading(values, fault, usable) for values, fault, usable in json.loads(line)]
