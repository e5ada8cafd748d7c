"""Selection kernels on numpy: exact in double precision, the same picks for any number of threads or block size.

Rows are ``0 .. N-1``, everything in play. Among tied candidates the lowest row is picked, so rows stand in tie order;
where ties are rare, rows may stand in any order beside a ``Late`` one, which is asked for only where they occur.
A strategy is one class with the protocol of :mod:`sqlsel.kernels.protocol`; :func:`greedy` knows none of them by name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sqlsel.kernels.diversity import Diversity, Met
from sqlsel.kernels.greedy import greedy
from sqlsel.kernels.limits import Limit
from sqlsel.kernels.objects import Objects
from sqlsel.kernels.order import BY_ROW, Late, Order
from sqlsel.kernels.outcome import Outcome, Stop, StopReason
from sqlsel.kernels.protocol import FLOOR, KernelInputError, Objective
from sqlsel.kernels.similarity import similarity
from sqlsel.kernels.typicality import typicality

if TYPE_CHECKING:
    from sqlsel.kernels.balance import Balance
    from sqlsel.kernels.cover.covered import Cover
    from sqlsel.kernels.cover.summed import fallen, rise_bounds
    from sqlsel.kernels.coverage import Coverage, nearest_cosines
    from sqlsel.kernels.duplicates import NearDuplicates, near_duplicates
    from sqlsel.kernels.mix import mix_path
    from sqlsel.kernels.object_diversity import ObjectDiversity
    from sqlsel.kernels.object_weights import ObjectWeights
    from sqlsel.kernels.weights import Weights

__all__ = [
    "BY_ROW",
    "FLOOR",
    "Balance",
    "Cover",
    "Coverage",
    "Diversity",
    "KernelInputError",
    "Late",
    "Limit",
    "Met",
    "NearDuplicates",
    "ObjectDiversity",
    "ObjectWeights",
    "Objective",
    "Objects",
    "Order",
    "Outcome",
    "Stop",
    "StopReason",
    "Weights",
    "fallen",
    "greedy",
    "mix_path",
    "near_duplicates",
    "nearest_cosines",
    "rise_bounds",
    "similarity",
    "typicality",
]

_HOMES = {
    "Balance": "balance",
    "Cover": "cover.covered",
    "Coverage": "coverage",
    "NearDuplicates": "duplicates",
    "ObjectDiversity": "object_diversity",
    "ObjectWeights": "object_weights",
    "Weights": "weights",
    "fallen": "cover.summed",
    "mix_path": "mix",
    "near_duplicates": "duplicates",
    "nearest_cosines": "coverage",
    "rise_bounds": "cover.summed",
}


def __getattr__(name: str) -> object:
    """Import what a run may not need where it is first used: the first selection of a process waits for all others."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sqlsel.kernels' has no attribute {name!r}")
    value: object = getattr(import_module(f"sqlsel.kernels.{_HOMES[name]}"), name)
    return value
