"""The hand-written SQL that ships with sqlsel, by its path below ``sql/``."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def read_sql(name: str) -> str:
    """The text of one file, such as ``duckdb/functions.sql``.

    A wheel carries the folder inside the package; an editable install and a checkout have it beside the package.

    Raises:
        FileNotFoundError: If no such file ships with sqlsel.
    """
    package = Path(__file__).parent
    for folder in (package / "sql", package.parent / "sql"):
        path = folder / name
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError(f"sqlsel ships no SQL file {name!r}")
