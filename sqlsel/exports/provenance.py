"""How the tag came about that a file was written from: config, seed, version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.exports.plain import json_text

if TYPE_CHECKING:
    from sqlglot import exp

    from sqlsel.engines.base import Engine

_COLUMNS = ("run_id", "config", "seed", "version", "started_at", "finished_at", "stop")


def provenance(engine: Engine, dataset: str, tag: str) -> dict[str, Any]:
    """What made a tag.

    Returns:
        ``dataset``, ``tag``, and of the run that made the tag ``config`` (its JSON text), ``seed`` (None where the
        lowest id won), ``version``, ``run_id``, ``started_at``, ``finished_at`` (UTC) and ``stop``: of the last run
        where the tag grew in several, which are in ``runs`` then, first to last. A tag that no run made has none.
    """
    from sqlsel.datasets.imagery import has_catalog_table

    known = {"dataset": dataset, "tag": tag}
    rows = engine.rows(_query(engine, dataset, tag)) if has_catalog_table(engine, "runs") else []
    runs = [dict(zip(_COLUMNS, row[:-1], strict=True)) for row in rows]
    kept = [run for run, row in zip(runs, rows, strict=True) if row[-1]] or runs[-1:]
    if not kept:
        return known
    return {**known, **kept[-1], **({"runs": kept} if len(kept) > 1 else {})}


def schema_metadata(told: dict[str, Any]) -> dict[str, str]:
    """The same as metadata of a file: keys that begin with ``sqlsel.``; what is no text is JSON."""
    return {f"sqlsel.{key}": value if isinstance(value, str) else json_text(value) for key, value in told.items()}


def _query(engine: Engine, dataset: str, tag: str) -> exp.Select:
    """The runs that put this tag on something, in order, and whether what they chose still has it."""
    from sqlglot import exp

    from sqlsel import nodes as sql
    from sqlsel.datasets.objects import SELECTED_OBJECTS, has_selected_objects
    from sqlsel.datasets.tables import SELECTIONS, catalog_table

    tables = [SELECTIONS, *([SELECTED_OBJECTS] if has_selected_objects(engine, dataset) else [])]
    of_tag = sql.column("tag").eq(sql.text(tag))
    runs_in = [
        exp.select(sql.column("run_id")).from_(sql.table(table, dataset, engine.catalog)).where(of_tag.copy())
        for table in tables
    ]
    chosen = [exp.In(this=sql.column("run_id", "r"), query=exp.Subquery(this=query)) for query in runs_in]
    runs = exp.alias_(catalog_table(engine.catalog, "runs"), "r", table=True, quoted=True)
    here = exp.and_(sql.column("dataset", "r").eq(sql.text(dataset)), sql.column("tag", "r").eq(sql.text(tag)))
    columns = [sql.column(name, "r") for name in _COLUMNS]
    query = exp.select(*columns, exp.or_(*chosen)).from_(runs).where(here)
    return query.order_by(*(sql.ascending(sql.column(name, "r")) for name in ("finished_at", "run_id")))
