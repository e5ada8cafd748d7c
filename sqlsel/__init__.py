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
    from sqlsel.database import Database, connect, validate
    from sqlsel.explanation import Explanation
    from sqlsel.functions import register
    from sqlsel.oneshot import select
    from sqlsel.selection import Selection

__version__ = "0.1.0"

__all__ = [
    "ConfigError",
    "Database",
    "DatabaseError",
    "EngineError",
    "Explanation",
    "IngestError",
    "Problem",
    "Selection",
    "SelectionError",
    "SqlselError",
    "UsageError",
    "connect",
    "register",
    "select",
    "validate",
]

_HOMES = {
    "Database": "sqlsel.database",
    "Explanation": "sqlsel.explanation",
    "Selection": "sqlsel.selection",
    "connect": "sqlsel.database",
    "register": "sqlsel.functions",
    "select": "sqlsel.oneshot",
    "validate": "sqlsel.database",
}


def __getattr__(name: str) -> object:
    """Import a public name where it is first used, so that the command line starts fast."""
    if name in _HOMES:
        value: object = getattr(import_module(_HOMES[name]), name)
        return value
    raise AttributeError(f"module 'sqlsel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
