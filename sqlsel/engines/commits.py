"""A database as a folder of Parquet: which files are which table, told by numbered commits.

Files are never changed. A commit says for every table which folders hold its rows, so that a reader sees all of a
change or nothing of it, and one number can be taken once only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlsel.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMITS = "sqlsel-commits"
FORMAT = 1
LINK = "table:"
"""What stands before the name of a table that lies elsewhere, in the place of a folder."""

_NAME = re.compile(r"(\d{8})\.json")


@dataclass(frozen=True, slots=True)
class Commit:
    """What a database holds.

    Attributes:
        number: Counts commits from 1; 0 before the first.
        tables: By schema and table, where the rows lie: folders below the database's, or ``table:NAME``.
    """

    number: int = 0
    tables: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def next(self, changed: Mapping[tuple[str, str], tuple[str, ...]]) -> Commit:
        """The commit after this one, where some tables lie elsewhere."""
        tables = {schema: dict(inside) for schema, inside in self.tables.items()}
        for (schema, table), places in changed.items():
            tables.setdefault(schema, {})[table] = places
        return Commit(self.number + 1, tables)

    def text(self) -> str:
        """The commit as its file holds it."""
        return json.dumps({"format": FORMAT, "tables": self.tables}, indent=1)


def commit_path(number: int) -> str:
    """Where a commit lies below the folder of the database."""
    return f"{COMMITS}/{number:08d}.json"


def commit_number(file_name: str) -> int | None:
    """The number of the commit that a file is called after; None for another file."""
    found = _NAME.fullmatch(file_name)
    return int(found[1]) if found else None


def read_commit(number: int, text: str, folder: str) -> Commit:
    """What the file of a commit says.

    Raises:
        DatabaseError: If a newer sqlsel wrote it, or it is none.
    """
    try:
        found = json.loads(text)
        version = found["format"]
        tables = {
            schema: {table: tuple(places) for table, places in inside.items()}
            for schema, inside in found["tables"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DatabaseError(
            f"{folder}: {commit_path(number)} is not readable", hint="copy the database again, or remove that file"
        ) from None
    if version > FORMAT:
        raise DatabaseError(f"{folder}: made by a newer sqlsel", hint="pip install --upgrade sqlsel")
    return Commit(number, tables)


def new_place(schema: str, table: str) -> str:
    """A folder for rows of a table that nothing else has."""
    return f"{path_name(schema)}/{path_name(table)}/{uuid4().hex}"


def path_name(name: str) -> str:
    """A name as every file system takes it: everything but letters, digits and ``._-`` is its code in ``~``."""
    return re.sub(r"[^\w.-]|^[._]", lambda mark: f"~{ord(mark[0]):x}~", name)


def link_to(place: str) -> str:
    """What stands for a table by its name, or for a folder of Parquet by its path, in the place of a folder."""
    return f"{LINK}parquet.`{place}`" if "/" in place else f"{LINK}{place}"
