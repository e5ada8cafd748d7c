"""Sums of doubles without rounding, so that neither their order nor their places change them."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlsel.kernels.protocol import Doubles

_HALF = 26
_DIGITS = 53


def exact_sum(values: Doubles) -> Fraction:
    """The sum of finite numbers as it is in arithmetic. Cost: a few passes, one for each power of two that occurs."""
    flat = values.reshape(-1)
    shares, exponents = np.frexp(flat)
    whole = np.ldexp(shares, _DIGITS).astype(np.int64)
    total = Fraction(0)
    for exponent in np.unique(exponents):
        part = whole[exponents == exponent]
        # halves of 53 digits add up in 64 bits, whatever their number
        digits = (int((part >> _HALF).sum()) << _HALF) + int((part & ((1 << _HALF) - 1)).sum())
        total += digits * Fraction(2) ** (int(exponent) - _DIGITS)
    return total


def exact_parts(values: Doubles) -> list[float]:
    """A few numbers that add up to the sum of all, as it is in arithmetic: what several add up can be added up."""
    numbers = values.tolist()
    parts: list[float] = []
    while rest := math.fsum([*numbers, *(-part for part in parts)]):
        parts.append(rest)
    return parts


def column_sums(rows: Doubles) -> Doubles:
    """The sum of each column of ``(N, C)``, rounded once."""
    return summed(column.tolist() for column in rows.T)


def summed(parts: Iterable[list[float]]) -> Doubles:
    """The sum of some parts for each column, rounded once."""
    return np.array([math.fsum(each) for each in parts], dtype=np.float64)


def exact_mean(values: Doubles) -> float:
    """The mean, rounded once."""
    return float(exact_sum(values) / values.size)
