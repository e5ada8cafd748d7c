"""The tables of a database behind a Spark session: where each lies, as a view of that session."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from sqlglot import exp

from sqlsel.engines.commits import LINK, path_name
from sqlsel.errors import EngineError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

    from sqlsel.engines.commits import Commit
    from sqlsel.engines.spark.folder import Folder

INFORMATION = "information_schema"
_KEPT = "sqlsel"
_LISTS = {
    "tables": ("table_catalog", "table_schema", "table_name", "table_type"),
    "schemata": ("catalog_name", "schema_name"),
}
_KIND = "BASE TABLE"

PARTITIONS = "spark.sql.shuffle.partitions"
MANY = 200
"""How many partitions there are at least where tables lie elsewhere, whose size is not known."""

Places = tuple[str, ...]


class Store:
    """One database, as all sessions of a connection see it.

    Attributes:
        catalog: What it is called in SQL.
        folder: Where its commits and files lie.
        fits: Whether the number of partitions is sqlsel's to choose, as the session does not say it.
    """

    def __init__(self, session: SparkSession, folder: Folder) -> None:
        self.folder = folder
        self.catalog = folder.name
        self._session = session
        self._views: dict[tuple[str, str, Places], str] = {}
        self.commit: Commit = folder.latest()
        self.fits = False

    @property
    def linked(self) -> bool:
        """Whether some of the tables lie elsewhere."""
        inside = [places for tables in self.commit.tables.values() for places in tables.values()]
        return any(place.startswith(LINK) for places in inside for place in places)

    def refresh(self) -> None:
        """See what others have committed."""
        self.commit = self.folder.latest()

    def has(self, schema: str, table: str) -> bool:
        """Whether there is such a table."""
        return table in self.commit.tables.get(schema, {})

    def places(self, schema: str, table: str) -> Places:
        """Where the rows of a table lie."""
        found = self.commit.tables.get(schema, {}).get(table)
        if found is None:
            raise EngineError(f"there is no table {schema}.{table}", sql=f"{schema}.{table}")
        return found

    def frame(self, places: Places, schema: StructType | None = None) -> DataFrame:
        """The rows that lie at some places, with the columns of the first."""
        linked = [place.removeprefix(LINK) for place in places if place.startswith(LINK)]
        folders = [self.folder.place(place) for place in places if not place.startswith(LINK)]
        reader = self._session.read if schema is None else self._session.read.schema(schema)
        frames = [self._session.table(name) for name in linked]
        if folders:
            frames.append(reader.parquet(*folders))
        first = frames[0]
        for other in frames[1:]:
            first = first.unionByName(other, allowMissingColumns=True)
        return first

    def relation(self, schema: str, table: str) -> exp.Expr:
        """What stands behind FROM for a table."""
        if schema == INFORMATION:
            return self._information(table)
        places = self.places(schema, table)
        return exp.Table(this=exp.to_identifier(self._view(schema, table, places), quoted=True))

    def _view(self, schema: str, table: str, places: Places) -> str:
        key = schema, table, places
        if key not in self._views:
            frame = self.frame(places)
            if schema == _KEPT:
                # tables of a few rows, which are asked for often
                frame = self._session.createDataFrame(frame.toArrow(), schema=frame.schema)
            self._views[key] = show(frame, f"{path_name(schema)}_{path_name(table)}")
        return self._views[key]

    def _information(self, table: str) -> exp.Expr:
        names = _LISTS[table]
        rows: list[tuple[str, ...]]
        if table == "schemata":
            rows = [(self.catalog, schema) for schema in self.commit.tables]
        else:
            tables = self.commit.tables.items()
            rows = [(self.catalog, schema, name, _KIND) for schema, inside in tables for name in inside]
        if not rows:
            nothing = exp.select(*(exp.alias_(exp.Literal.string(""), name) for name in names)).where(exp.false())
            return exp.Subquery(this=nothing)
        listed = exp.values([*rows], alias="listed", columns=names)
        return exp.Subquery(this=exp.select(exp.Star()).from_(listed))


def show(frame: DataFrame, purpose: str) -> str:
    """Make a frame queryable in its session; returns the name of the view."""
    name = f"sqlsel_{''.join(mark if mark.isalnum() else '_' for mark in purpose)}_{uuid4().hex}"
    frame.createOrReplaceTempView(name)
    return name
