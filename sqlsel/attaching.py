"""Other database files, attached for reading so that a config can name their datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.errors import DatabaseError, EngineError, UsageError

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine


def attach(engine: Engine, path: str | Path, name: str | None = None) -> str:
    """Attach a database file for reading; returns the name of its catalog.

    Args:
        engine: The session; all cursors of its database see the other one.
        path: The file.
        name: Name of the catalog; by default that of the file, without its ending.

    Raises:
        UsageError: If there is no such file, or the name is taken.
        DatabaseError: If it is no database.
    """
    file = Path(path)
    called = file.stem if name is None else name
    if not file.is_file():
        raise UsageError(f"{path}: no such database", hint="attach a file that `sqlsel ingest` made")
    if called.casefold() in {each.casefold() for each in (*engine.catalogs(), "system", "temp")} or not called:
        raise UsageError(
            f"{path} cannot be attached as {called!r}: the name is taken", hint=f"name it: {called or 'other'}2={path}"
        )
    try:
        engine.attach(str(file), called)
    except EngineError as failure:
        raise DatabaseError(
            f"{path}: cannot be attached: {failure.message.strip()}", hint="attach a file that `sqlsel ingest` made"
        ) from None
    return called
