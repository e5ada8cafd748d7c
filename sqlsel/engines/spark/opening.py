"""Opening a folder of Parquet through the session of a user."""

from __future__ import annotations

from pyspark.sql import SparkSession

from sqlsel.engines.spark.engine import SparkEngine
from sqlsel.engines.spark.failures import told
from sqlsel.engines.spark.folder import Folder, check_folder
from sqlsel.engines.spark.store import MANY, PARTITIONS, Store
from sqlsel.errors import UsageError

PIECE_BYTES = 1 << 24
MOST_PIECES = 1000
"""About how large a partition is, as each is one object that is copied a few times on its way, and the most of them."""

_SETTINGS = {
    # what cannot be computed is NULL, times have no zone unless they say so, and moments are in UTC
    "spark.sql.ansi.enabled": "false",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}


def open_folder(session: object, path: str | None, *, must_exist: bool = False) -> SparkEngine:
    """An engine on a folder of Parquet, through a session of its own beside the user's, who keeps it.

    Args:
        session: The user's SparkSession.
        path: The folder; None for ``sqlsel`` in the session's warehouse.
        must_exist: Refuse a folder that is no database yet.

    Raises:
        UsageError: If it is no session that can be used, or no database where it must be one.
        DatabaseError: If the session is gone, or a newer sqlsel made the folder.
    """
    if not isinstance(session, SparkSession):
        kind = f"{type(session).__module__}.{type(session).__name__}"
        raise UsageError(f"spark=: a {kind} is no SparkSession of a driver", hint="connect where the driver runs")
    with told(f"open {path}"):
        own = session.newSession()
        # a session beside another starts without what was set on that
        theirs = {key: value for key, value in session.conf.getAll.items() if own.conf.isModifiable(key)}
        for key, value in {**theirs, **_SETTINGS}.items():
            own.conf.set(key, value)
        folder = Folder(own, path or f"{own.conf.get('spark.sql.warehouse.dir')}/sqlsel")
        if must_exist:
            check_folder(folder)
        store = Store(own, folder)
        store.fits = PARTITIONS not in theirs
        sizes = _sizes(folder.size(), own.sparkContext.defaultParallelism, linked=store.linked)
        for key, value in sizes.items():
            if key not in theirs:
                own.conf.set(key, value)
        return SparkEngine(own, store)


def _sizes(total: int, cores: int, *, linked: bool) -> dict[str, str]:
    """How many partitions a database of so many bytes has, where the session does not say.

    How large tables are that lie elsewhere is not known: there are many then, and Spark joins those that are small.
    """
    size = max(PIECE_BYTES, total // MOST_PIECES)
    return {
        PARTITIONS: str(max(total // size, 2 * cores, MANY if linked else 0)),
        "spark.sql.adaptive.advisoryPartitionSizeInBytes": str(size),
    }
