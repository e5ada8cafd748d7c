"""Configs made in Python: a function for each objective, beside the dicts and the JSON that say the same."""

from __future__ import annotations

from sqlsel.config.building.covering import coverage
from sqlsel.config.building.inputs import count, expression, metadata, predictions, random_number, score
from sqlsel.config.building.objectives import balance, diversity, random, similarity, threshold, typicality, weights
from sqlsel.config.building.whole import config, limit, load_config, tiling

__all__ = [
    "balance",
    "config",
    "count",
    "coverage",
    "diversity",
    "expression",
    "limit",
    "load_config",
    "metadata",
    "predictions",
    "random",
    "random_number",
    "score",
    "similarity",
    "threshold",
    "tiling",
    "typicality",
    "weights",
]
