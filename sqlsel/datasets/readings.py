"""What was measured on image files, kept so that an ingest that was cut off, or comes again, measures only the rest.

The table ``sqlsel.readings`` has a row for each image that was measured, by folder and file name. It holds as long as
the file has the size and the time of its last change that it had then. Nothing else reads it: it can be emptied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.staging import fresh_name
from sqlsel.datasets.tables import CATALOG_SCHEMA, catalog_table, make_catalog

if TYPE_CHECKING:
    import pyarrow as pa

    from sqlsel.engines.base import Engine

READINGS = "readings"
KEYS = ("file_name", "size", "modified")


class KeptReadings:
    """The readings of the images of one folder.

    Args:
        engine: The session, not in a transaction.
        folder: The folder, by its whole path.
        version: Version of the measures; readings of another are not looked at.
    """

    def __init__(self, engine: Engine, folder: str, version: int) -> None:
        self._engine = engine
        self._folder = folder
        self._version = version
        self._table = catalog_table(engine.catalog, READINGS)

    def count(self) -> int:
        """How many there are."""
        if not has_readings(self._engine):
            return 0
        found = exp.select(sql.count()).from_(self._table.copy()).where(*self._mine())
        number: int = self._engine.rows(found)[0][0]
        return number

    def of(self, files: exp.Expr) -> exp.Select:
        """Query with the readings, all columns, of the ``files`` (``file_name, size, modified``) that are unchanged."""
        same = exp.and_(*(sql.column(name, "k").eq(sql.column(name, "f")) for name in KEYS))
        mine = exp.select(exp.Star()).from_(self._table.copy()).where(*self._mine())
        query = exp.select(exp.Column(this=exp.Star(), table=sql.name("k"))).from_(sql.subquery(mine, "k"))
        return query.join(exp.alias_(files, "f", table=True, quoted=True), on=same)

    def keep(self, readings: pa.Table) -> None:
        """Keep readings, in place of those of the same files; they are there to stay when this returns.

        Args:
            readings: ``file_name, size, modified, content`` and the measures.
        """
        name = fresh_name("readings")
        constants = {"folder": sql.text(self._folder), "version": sql.number(self._version)}
        columns = [*constants, *readings.column_names]
        values = [*constants.values(), *(sql.column(column) for column in readings.column_names)]
        new = exp.select(sql.column("file_name")).from_(sql.table(name))
        replaced = exp.In(this=sql.column("file_name"), query=exp.Subquery(this=new))
        with self._engine.bind({name: readings}), self._engine.transaction():
            make_catalog(self._engine)
            self._engine.execute(exp.delete(self._table.copy()).where(sql.column("folder").eq(self._folder), replaced))
            into = exp.Schema(this=self._table.copy(), expressions=[sql.name(column) for column in columns])
            self._engine.execute(exp.Insert(this=into, expression=exp.select(*values).from_(sql.table(name))))

    def _mine(self) -> tuple[exp.Expr, exp.Expr]:
        return sql.column("folder").eq(self._folder), sql.column("version").eq(self._version)


def has_readings(engine: Engine) -> bool:
    """Whether the database has readings of any folder."""
    tables = exp.table_("tables", db="information_schema")
    here = {"table_catalog": engine.catalog, "table_schema": CATALOG_SCHEMA, "table_name": READINGS}
    conditions = [sql.column(name).eq(value) for name, value in here.items()]
    if not engine.rows(exp.select(sql.number(1)).from_(tables).where(*conditions)):
        return False
    first = exp.select(sql.number(1)).from_(catalog_table(engine.catalog, READINGS)).limit(1)
    return bool(engine.rows(first))
