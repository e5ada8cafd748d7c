"""Choose which samples of a dataset to keep, label or train on, by declaration.

>>> import sqlsel
>>> with sqlsel.connect("curation.duckdb") as db:  # doctest: +SKIP
...     db.ingest("clothing/", dataset="clothing")
...     selection = db.select("config.json", dataset="clothing", tag="round-1")
"""

from __future__ import annotations

__version__ = "0.1.0"
