"""Whether files and a database of the demo's names are the demo's own, so that nobody else's are touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlsel.database import Database

MARK = "README.txt"
_FIRST_WORDS = "These files were made by `sqlsel demo`"


def check_files(folder: Path) -> None:
    """Raise UsageError if the folder is there and was not made by the demo."""
    if not folder.exists():
        return
    mark = folder / MARK
    if folder.is_dir() and (not any(folder.iterdir()) or _says_so(mark)):
        return
    raise UsageError(
        f"{folder} is there and is not the demo's; it was left as it is",
        hint="make the demo in another folder: sqlsel demo --dir DIR",
    )


def _says_so(mark: Path) -> bool:
    return mark.is_file() and mark.read_text(encoding="utf-8", errors="replace").startswith(_FIRST_WORDS)


def is_own_database(db: Database) -> bool:
    """Whether a database holds the demo's digits, or no table of anybody's (an earlier demo was stopped)."""
    from sqlsel.datasets.catalog import DatasetCatalog
    from sqlsel.datasets.tables import CATALOG_SCHEMA

    catalog = DatasetCatalog(db.engine)
    if "digits" in catalog.dataset_names():
        facts = catalog.facts("digits")
        return "digit_classification" in facts.tasks and "ink.amount" in facts.keys
    tables = db.engine.rows(
        "SELECT table_schema FROM information_schema.tables WHERE table_catalog = current_catalog()"
    )
    return all(schema == CATALOG_SCHEMA for (schema,) in tables)
