"""Numbers and names as the page writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_THIN = "\N{NARROW NO-BREAK SPACE}"
_NONE = "\N{EN DASH}"


def count(value: float | None) -> str:
    """A whole number with commas: ``1,000``; a dash for none."""
    return _NONE if value is None else f"{value:,.0f}"


def number(value: float | None) -> str:
    """A number of four digits: ``0.2972``; a dash for none."""
    return _NONE if value is None else f"{value:,.4g}"


def percent(share: float | None) -> str:
    """A share: ``12.5 %``; a dash for none."""
    return _NONE if share is None else f"{round(share * 100, 1):g}{_THIN}%"


def moment(text: str | None) -> str:
    """An ISO time in UTC to read: ``2026-01-31 18:30:05 UTC``."""
    return _NONE if text is None else text.replace("T", " ").replace("Z", " UTC")


def seconds(value: float | None) -> str:
    """A duration: ``0.4 s``, ``3 min 20 s``."""
    if value is None:
        return _NONE
    whole = round(value)
    return f"{whole // 60}{_THIN}min {whole % 60}{_THIN}s" if value >= 60 else f"{value:.2g}{_THIN}s"


def plural(number_of: float, word: str) -> str:
    """A number with its word: ``1 sample``, ``1,000 samples``."""
    return f"{count(number_of)} {word if number_of == 1 else word + 's'}"


FILTERS: dict[str, Callable[..., Any]] = {
    "count": count,
    "number": number,
    "percent": percent,
    "moment": moment,
    "seconds": seconds,
    "plural": plural,
}
"""What the template calls them."""
