"""Opening the database that a command names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlsel.database import Database


def open_existing(path: str, *, writing: bool = False) -> Database:
    """The database at a path, for reading only unless the command writes. It is never made.

    Raises:
        UsageError: If there is none.
        DatabaseError: If it is locked by another process, no database, or made by a newer version.
    """
    from sqlsel.database import connect

    return connect(path, read_only=not writing, must_exist=True)
