"""Opening the database that a command names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.cli.options import chosen_memory_limit
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlsel.database import Database


def open_existing(path: str, *, writing: bool = False, attach: Iterable[str] = ()) -> Database:
    """The database at a path, for reading only unless the command writes. It is never made.

    Args:
        path: The file, or the folder of Parquet where a cluster selects.
        writing: Whether the command writes.
        attach: Other databases to read queries from: ``FILE`` or ``NAME=FILE``.

    Raises:
        UsageError: If there is none.
        DatabaseError: If it is locked by another process, no database, or made by a newer version.
    """
    from sqlsel.cli.clusters import chosen_cluster
    from sqlsel.connecting import connect

    limit = chosen_memory_limit()
    with chosen_cluster(path) as spark:
        if spark is not None and limit is not None:
            raise UsageError("--memory-limit is for this machine", hint="leave it out, or set spark.executor.memory")
        db = connect(path, spark=spark, read_only=not writing, must_exist=True, memory_limit=limit)
    try:
        for each in attach:
            name, equals, file = each.partition("=")
            if equals and not Path(each).exists():
                db.attach(file, name)
            else:
                db.attach(each)
    except BaseException:
        db.close()
        raise
    return db


def open_folder(path: str) -> Database:
    """A database on Spark, which is made where there is none.

    Raises:
        UsageError: If it is a file, or not for Spark, or pyspark or Java is missing.
        DatabaseError: If Spark does not start, or a newer version made it.
    """
    from sqlsel.cli.clusters import chosen_cluster
    from sqlsel.connecting import connect

    refusal = UsageError(
        "only datasets on Spark are made of tables by their names",
        hint="sqlsel ingest TABLE --views makes a dataset of a database file of views of a table",
    )
    if Path(path).is_file():
        raise refusal
    with chosen_cluster(path, usual="spark") as spark:
        if spark is None:
            raise refusal
        return connect(path, spark=spark)
