"""Python values as JSON and csv can hold them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any


def json_text(value: object, *, indent: int | None = None) -> str:
    """The value as JSON that every reader takes: NaN and infinities, which JSON lacks, become null.

    Dates and times are in ISO 8601, decimals are numbers, bytes are hex digits, everything else unknown is its text.
    """
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, indent=indent)


def plain(value: object) -> Any:  # noqa: ANN401 - what JSON can hold has no type of its own
    """The value in dicts, lists, text, numbers, booleans and None."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return _text(value)


def cell(value: object) -> str | int | float | None:
    """The value as one cell of csv: lists and maps as JSON, booleans as ``true`` and ``false``, NULL empty."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping | list | tuple):
        return json_text(value)
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value)
