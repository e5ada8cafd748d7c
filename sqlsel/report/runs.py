"""The runs of a dataset, as its database recorded them, and what wrote the report."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from sqlglot import exp

import sqlsel
from sqlsel import nodes as sql
from sqlsel.datasets.tables import catalog_table
from sqlsel.report.subject import moment_text

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine

_COLUMNS = ("run_id", "tag", "started_at", "finished_at", "seed", "version", "stop")
_LIBRARIES = ("numpy", "pyarrow", "sqlglot", "plotly")
MOST = 100
"""The most runs that are told, the latest first."""


def runs_of(engine: Engine, dataset: str, now: str | None) -> list[dict[str, Any]]:
    """The latest runs of a dataset, the latest first.

    Args:
        engine: The session.
        dataset: The dataset.
        now: The run that the report is about.

    Returns:
        For each ``run_id``, ``tag``, ``started_at`` and ``finished_at`` (ISO 8601, UTC), ``seconds``, ``seed``,
        ``version``, ``stop``, ``selected`` and ``this``: whether it is this one.
    """
    columns = [sql.column(name) for name in (*_COLUMNS, "summary")]
    query = exp.select(*columns).from_(catalog_table(engine.catalog, "runs"))
    query = query.where(sql.column("dataset").eq(sql.text(dataset)))
    order = [sql.descending(sql.column("started_at")), sql.ascending(sql.column("run_id"))]
    rows = engine.rows(query.order_by(*order).limit(MOST))
    return [_told(dict(zip((*_COLUMNS, "summary"), row, strict=True)), now) for row in rows]


def _told(run: dict[str, Any], now: str | None) -> dict[str, Any]:
    summary = json.loads(run.pop("summary") or "{}")
    begun, ended = run["started_at"], run["finished_at"]
    known = begun is not None and ended is not None
    return {
        **run,
        "started_at": moment_text(begun),
        "finished_at": moment_text(ended),
        "seconds": (ended - begun).total_seconds() if known else None,
        "selected": summary.get("selected"),
        "this": run["run_id"] == now,
    }


def made_by(engine: Engine) -> dict[str, Any]:
    """What writes the report, and when: ``at``, ``sqlsel``, ``python``, ``engine`` and the ``libraries``."""
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "at": moment_text(datetime.now(UTC)),
        "sqlsel": sqlsel.__version__,
        "python": platform.python_version(),
        "engine": f"{engine.dialect} {engine.rows('SELECT version()')[0][0]}",
        "libraries": found,
    }
