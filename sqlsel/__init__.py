"""Choose which samples of a dataset to keep, label or train on, by declaration.

>>> import sqlsel
>>> with sqlsel.connect("curation.duckdb") as db:  # doctest: +SKIP
...     db.ingest("clothing/", dataset="clothing")
...     selection = db.select("config.json", dataset="clothing", tag="round-1")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sqlsel.errors import (
    ConfigError,
    DatabaseError,
    EngineError,
    IngestError,
    Problem,
    SelectionError,
    SqlselError,
    UsageError,
)

if TYPE_CHECKING:
    from sqlsel.config.building import (
        balance,
        config,
        count,
        coverage,
        diversity,
        expression,
        limit,
        load_config,
        metadata,
        predictions,
        random,
        random_number,
        score,
        similarity,
        threshold,
        tiling,
        typicality,
        weights,
    )
    from sqlsel.config.models import Config, Objective
    from sqlsel.connecting import connect, validate
    from sqlsel.database import Database
    from sqlsel.dataset import Dataset
    from sqlsel.explanation import Explanation
    from sqlsel.functions import register
    from sqlsel.measuring.comparison import Comparison
    from sqlsel.measuring.curve import Curve
    from sqlsel.oneshot import near_duplicates, select
    from sqlsel.selection import Selection

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Config",
    "ConfigError",
    "Curve",
    "Database",
    "DatabaseError",
    "Dataset",
    "EngineError",
    "Explanation",
    "IngestError",
    "Objective",
    "Problem",
    "Selection",
    "SelectionError",
    "SqlselError",
    "UsageError",
    "balance",
    "config",
    "connect",
    "count",
    "coverage",
    "diversity",
    "expression",
    "limit",
    "load_config",
    "metadata",
    "near_duplicates",
    "predictions",
    "random",
    "random_number",
    "register",
    "score",
    "select",
    "similarity",
    "threshold",
    "tiling",
    "typicality",
    "validate",
    "weights",
]

_BUILDERS = (
    "balance",
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
)

_HOMES = {
    **dict.fromkeys(_BUILDERS, "sqlsel.config.building"),
    "Config": "sqlsel.config.models",
    "Objective": "sqlsel.config.models",
    "Comparison": "sqlsel.measuring.comparison",
    "Curve": "sqlsel.measuring.curve",
    "Database": "sqlsel.database",
    "Dataset": "sqlsel.dataset",
    "Explanation": "sqlsel.explanation",
    "Selection": "sqlsel.selection",
    "connect": "sqlsel.connecting",
    "near_duplicates": "sqlsel.oneshot",
    "register": "sqlsel.functions",
    "select": "sqlsel.oneshot",
    "validate": "sqlsel.connecting",
}


def __getattr__(name: str) -> object:
    """Import a public name where it is first used, so that the command line starts fast."""
    if name == "config":
        return import_module("sqlsel.config")
    if name in _HOMES:
        value: object = getattr(import_module(_HOMES[name]), name)
        return value
    raise AttributeError(f"module 'sqlsel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
