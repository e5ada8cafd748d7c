"""--engine and --master: where the commands run that only read a dataset and keep selections of it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_ENGINE = "sqlsel.engine"
_MASTER = "sqlsel.master"
DEFAULT_MASTER = "local[*]"


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--engine and --master."""
    engine = click.option(
        "--engine",
        type=click.Choice(["duckdb", "spark"]),
        expose_value=False,
        callback=_keep(_ENGINE),
        help="What runs it; spark where DB is a folder that `sqlsel copy` made.",
    )
    master = click.option(
        "--master",
        metavar="URL",
        expose_value=False,
        callback=_keep(_MASTER),
        help=f"Spark's master: local[2], spark://HOST:7077, yarn; by default {DEFAULT_MASTER}.",
    )
    return engine(master(command))


def _keep(key: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    def keep(context: click.Context, _option: click.Parameter, value: str | None) -> None:
        if value is not None:
            context.meta[key] = value

    return keep


@contextmanager
def chosen_cluster(database: str, usual: str = "duckdb") -> Iterator[object | None]:
    """A Spark session where the command runs on one, ended with the command; None on this machine.

    One that is on in this process already is used, and stays on.

    Args:
        database: The file or folder.
        usual: The engine where nothing says which.

    Raises:
        UsageError: If pyspark or Java is missing, a master is named for a database file, or another session is on.
    """
    context = click.get_current_context(silent=True)
    meta = context.meta if context is not None else {}
    engine = meta.get(_ENGINE) or ("spark" if is_folder(database) or _MASTER in meta else usual)
    if engine != "spark":
        if _MASTER in meta:
            raise UsageError("--master is for --engine spark", hint="leave it out")
        yield None
        return
    if Path(database).is_file():
        raise UsageError(
            f"{database}: Spark reads folders of Parquet, and this is a file",
            hint=f"sqlsel copy --db {database} FOLDER, and then --db FOLDER",
        )
    from sqlsel.engines.spark.session import session_that_is_on, start_session

    session = session_that_is_on(meta.get(_MASTER))
    if session is None:
        session = start_session(meta.get(_MASTER, DEFAULT_MASTER))
        if context is not None:
            context.find_root().call_on_close(session.stop)
    yield session


def is_folder(database: str) -> bool:
    """Whether a path is a database as a folder of Parquet."""
    from sqlsel.engines.commits import COMMITS

    return (Path(database) / COMMITS).is_dir()
