"""sqlsel sql: any SQL, with sqlsel's functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, format_option, output_option, stdin_text
from sqlsel.errors import DatabaseError, EngineError, SqlselError

if TYPE_CHECKING:
    from typing import BinaryIO

_ROWS_SHOWN = 40
# what the engine answers to statements that have no rows of their own
_NOTHING_TO_SHOW = (["Count"], ["Success"])


@click.command(
    "sql",
    short_help="Run SQL with sqlsel's functions.",
    epilog=examples(
        "what was chosen, by ink",
        'sqlsel sql "SELECT metadata.ink.amount, count(*) FROM digits.samples \\',
        "    JOIN digits.tags USING (sample_id) WHERE tag = 'round-1' \\",
        '    GROUP BY ALL ORDER BY ALL" --db demo.duckdb',
        "a selection as a table; nothing is stored",
        "sqlsel sql \"FROM sqlsel_select('digits', 'demo-files/round-1/config.json') \\",
        '    WHERE rank <= 5" --db demo.duckdb',
    ),
)
@click.argument("query", metavar="QUERY")
@database_option(text="The DuckDB file.")
@cluster_options
@format_option(
    "table", "csv", "json", "jsonl", "parquet", text="How to print the rows; by default as -o is called, or a table."
)
@output_option()
def sql_command(query: str, database: str, format_name: str | None, output: str | None) -> None:
    """Run QUERY, or with - what stdin holds, on a database with sqlsel's functions.

    A table shows the first rows, the other formats all. The database is opened for reading, and for writing only if the
    query needs that.
    """
    from sqlsel.cli.printing import chosen_format, destination, is_stdout

    text = stdin_text() if query == "-" else query
    written_as = chosen_format(format_name, output)
    limit = _ROWS_SHOWN if is_stdout(output) else None
    with destination(output) as out:
        try:
            _run(text, database, written_as, out, limit, writing=False)
        except DatabaseError as failure:
            if "reading only" not in failure.message:
                raise
            _run(text, database, written_as, out, limit, writing=True)


def _run(text: str, database: str, format_name: str, out: BinaryIO, limit: int | None, *, writing: bool) -> None:
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import write
    from sqlsel.engines.interrupts import interruptible
    from sqlsel.exports.rows import Rows
    from sqlsel.functions import prepare_functions
    from sqlsel.functions.misnamed import misnamed

    with open_existing(database, writing=writing) as db, interruptible(db.engine):
        prepare_functions(db.engine)
        try:
            schema, batches = db.engine.stream(text)
            rows = Rows(schema, batches).with_names_once()
            if schema.names in _NOTHING_TO_SHOW:
                rows.head(0)
            else:
                write(rows, format_name, out, limit=limit)
        except EngineError as failure:
            if (told := misnamed(text, db.engine.dialect, str(failure.__cause__))) is not None:
                raise told from failure
            raise SqlselError(str(failure.__cause__ or failure).strip(), hint=failure.hint) from failure
