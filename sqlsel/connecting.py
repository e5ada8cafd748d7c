"""Opening a database, and checking a config against one or none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.database import Database
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from sqlsel.errors import Problem
    from sqlsel.selecting import ConfigSource


def connect(
    database: object = ":memory:",
    *,
    spark: object | None = None,
    read_only: bool = False,
    must_exist: bool = False,
    memory_limit: str | None = None,
) -> Database:
    """Open a database.

    Args:
        database: Path of a file (made where there is none), ``:memory:``, or an open DuckDB connection, which is never
            closed by sqlsel. With ``spark`` the folder of Parquet that ``copy_to`` made, anywhere that Spark reaches
            (``hdfs:``, ``s3a:``, a path); by default ``sqlsel`` in the session's warehouse.
        spark: A SparkSession, which stays the caller's: selections run on its cluster.
        read_only: Open the file for reading only, as many processes can at a time.
        must_exist: Refuse a file that does not exist instead of making it.
        memory_limit: How much memory may be used, ``2GB`` or ``500MiB``, by DuckDB and by the vectors that a selection
            looks at; Python and its libraries come on top. Vectors that do not fit are read from a temporary file. By
            default 80 % of the machine's; on a connection of your own, what its ``memory_limit`` is set to.

    Raises:
        UsageError: If the file must exist and does not, or the limit is no size.
        DatabaseError: If it is locked by another process, no database, or made by a newer version.
    """
    if spark is not None:
        from sqlsel.engines.spark.opening import open_folder

        if not isinstance(database, str | Path):
            raise UsageError(f"a {type(database).__name__} is no folder", hint="name the folder that copy_to made")
        if memory_limit is not None:
            raise UsageError("memory_limit is for this machine", hint="set spark.executor.memory in your session")
        return Database(open_folder(spark, None if database == ":memory:" else str(database), must_exist=must_exist))
    from sqlsel.engines.duckdb import adopt_connection, open_database

    adopted = adopt_connection(database)
    if adopted is not None:
        if memory_limit is not None:
            raise UsageError("memory_limit is a setting of your connection", hint="SET memory_limit = '2GB' on it")
        return Database(adopted)
    if not isinstance(database, str | Path):
        raise UsageError(
            f"cannot connect to a {type(database).__name__}", hint="pass a path, ':memory:' or a DuckDB connection"
        )
    made = None if str(database) == ":memory:" or Path(database).exists() else Path(database).absolute()
    engine = open_database(database, read_only=read_only, must_exist=must_exist, memory_limit=memory_limit)
    return Database(engine, made)


def validate(config: ConfigSource, db: Database | None = None, dataset: str | None = None) -> list[Problem]:
    """Every problem and notice of a config at once; empty if there is none.

    Args:
        config: The declaration: a dict, JSON text, the path of a JSON file, or what ``sqlsel.config`` made.
        db: With ``dataset``, names of tasks, scores, keys, classes, datasets and tags are checked too.
        dataset: The dataset it is meant for.
    """
    from sqlsel.config import check_config
    from sqlsel.queries import Lookup

    catalog = Lookup(db.engine) if db is not None else None
    return list(check_config(config, catalog=catalog, dataset=dataset))
