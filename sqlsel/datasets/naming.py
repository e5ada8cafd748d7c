"""Which names a new dataset may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.tables import CATALOG_SCHEMA
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine

# Schemas and catalogs of the engine's own: a dataset of such a name could not be told from them.
_RESERVED = frozenset({"main", "temp", "system", "information_schema", "pg_catalog", "pg_temp", "memory"})


def check_dataset_name(name: str, engine: Engine) -> None:
    """Raise UsageError, offering a name that works, unless a dataset has this name or may be made under it.

    Refused are: no name at all, the name of the database file or of another attached database (``clothing.samples``
    would then be ambiguous), ``sqlsel``, the engine's own schemas and catalogs, schemas that are no datasets, and names
    that differ from an existing dataset's by case alone. Everything else will do: blanks, quotes, any script.
    """
    datasets = DatasetCatalog(engine).dataset_names()
    if name in datasets:
        return
    if not name.strip() or "\0" in name:
        raise UsageError(f"{name!r} is no name for a dataset", hint="name it after what it holds: 'clothing'")
    folded = name.casefold()
    if same := next((other for other in datasets if other.casefold() == folded), None):
        raise UsageError(
            f"dataset name {name!r} differs from the existing {same!r} by case alone",
            hint=f"use {same!r} to add to that dataset, or another name",
        )
    taken = _taken_names(engine)
    if folded in taken:
        raise UsageError(f"a dataset cannot be called {name!r}: {taken[folded]}", hint=_free_name(name, engine))


def _taken_names(engine: Engine) -> dict[str, str]:
    """Names that no dataset may have, folded, with the reason."""
    schemata = exp.select(sql.column("catalog_name"), sql.column("schema_name")).from_(
        exp.table_("schemata", db="information_schema")
    )
    taken: dict[str, str] = {}
    for catalog, schema in engine.rows(schemata):
        if catalog == engine.catalog:
            taken.setdefault(schema.casefold(), "the database has a schema of that name which is no dataset")
    for catalog, _ in engine.rows(schemata):
        taken[catalog.casefold()] = "an attached database has that name, and SQL could not tell them apart"
    taken[engine.catalog.casefold()] = "the database file has that name, and SQL could not tell them apart"
    taken.update(dict.fromkeys(_RESERVED, "the name is the engine's own"))
    taken[CATALOG_SCHEMA] = "sqlsel keeps its catalog under that name"
    return taken


def _free_name(name: str, engine: Engine) -> str:
    taken = {*_taken_names(engine), *(other.casefold() for other in DatasetCatalog(engine).dataset_names())}
    numbered = (f"{name}_data_{number}" for number in range(2, len(taken) + 3))
    free = next(other for other in (f"{name}_data", *numbered) if other.casefold() not in taken)
    return f"call it {free!r}"
