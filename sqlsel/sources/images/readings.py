"""What came of measuring one image file, and how it is told between processes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
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


# Raise it with every change of a formula: readings that were kept by another version are taken again.
VERSION = 1

# The line that a worker starts with.
READY = b"ready\n"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells a file from another, or from itself before it was changed.

    Attributes:
        size: Bytes.
        modified: When it was last written, in nanoseconds since 1970.
        content: BLAKE2b hash of its bytes, 32 hex digits.
    """

    size: int
    modified: int
    content: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one image file.

    Attributes:
        values: The measures by name, as ``measures.measure`` describes them; None if there are none.
        fault: Why there are none.
        usable: False if the file is no image that can be decoded; True if only its size kept it from being measured.
        stamp: The file that it is of; None if it could not be read.
    """

    values: Mapping[str, int | float] | None
    fault: str | None = None
    usable: bool = True
    stamp: Stamp | None = field(default=None, compare=False)


def to_line(readings: Sequence[Reading]) -> bytes:
    """Readings as one line of JSON."""
    return json.dumps([_plain(reading) for reading in readings]).encode() + b"\n"


def from_line(line: bytes) -> list[Reading]:
    """Readings from the line that ``to_line`` wrote."""
    return [
        Reading(values, fault, usable, Stamp(*stamp) if stamp else None)
        for values, fault, usable, stamp in json.loads(line)
    ]


def _plain(reading: Reading) -> tuple[object, ...]:
    stamp = reading.stamp
    file = (stamp.size, stamp.modified, stamp.content) if stamp else None
    return reading.values, reading.fault, reading.usable, file
