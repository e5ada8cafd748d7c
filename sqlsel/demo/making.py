"""The demo from beginning to end: make the data, ingest it, select from it, write what was chosen."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.demo.belonging import MARK, check_files, is_own_database
from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from sqlsel.database import Database
    from sqlsel.selection import Selection
    from sqlsel.selection.outcome import Progress

DATABASE = "demo.duckdb"
FILES = "demo-files"
TAG = "round-1"
DATASET = "digits"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Demo:
    """What the demo made.

    Attributes:
        updated: Whether it was there already and was brought up to date.
        selection: What was selected from ``digits``.
        database: The database.
        files: Files that were written, with what they hold.
        wrong_in_pool: Share of all digits that the classifier misreads.
        wrong_in_selection: Share of the selected ones.
    """

    updated: bool
    selection: Selection
    database: Path
    files: dict[Path, str]
    wrong_in_pool: float
    wrong_in_selection: float


def make_demo(folder: Path, *, say: Say = lambda _line: None, progress: Progress | None = None) -> Demo:
    """Make ``demo.duckdb`` and ``demo-files/`` in a folder, or update them.

    Args:
        folder: Where; it is made if there is none.
        say: Told what is done, in lines.
        progress: Told of the stages of ingesting and selecting.

    Raises:
        UsageError: If a library of the extra ``demo`` is missing, or something of those names is there that is not the
            demo's.
        DatabaseError: If another process has the database open.
    """
    _check_libraries()
    database, files = folder / DATABASE, folder / FILES
    check_files(files)
    folder.mkdir(parents=True, exist_ok=True)
    with _own_database(database) as (db, updated):
        if updated:
            say(f"{database} is there already and is brought up to date.")
        _make_data(db, files, say, progress)
        config = _write_config(files)
        selection = db.select(config, dataset=DATASET, tag=TAG, overwrite=True, progress=progress)
        written = {config: "what was asked for", **_write_selection(db, config.parent)}
        report = selection.report(config.parent / "report.html")
        written[report] = "what it is worth: open it in a browser"
        pool, chosen = _misread_shares(db)
    return Demo(updated, selection, database, written, pool, chosen)


def _check_libraries() -> None:
    missing = [name for name in ("sklearn", "PIL", "jinja2", "plotly") if find_spec(name) is None]
    if missing:
        raise UsageError(f"the demo needs {missing[0]}, which is not installed", hint="pip install 'sqlsel[demo]'")


@contextmanager
def _own_database(path: Path) -> Iterator[tuple[Database, bool]]:
    from sqlsel.connecting import connect

    if path.exists():
        with connect(path, read_only=True) as db:
            if not is_own_database(db):
                raise UsageError(
                    f"{path} is there and is not the demo's; it was left as it is",
                    hint="make the demo in another folder: sqlsel demo --dir DIR",
                )
    with connect(path) as db:
        yield db, DATASET in db.datasets()


def _make_data(db: Database, files: Path, say: Say, progress: Progress | None) -> None:
    from sqlsel.demo.datasets import make_folders
    from sqlsel.demo.folders import write_folder

    files.mkdir(exist_ok=True)
    (files / MARK).write_text(_README, encoding="utf-8")
    say(f"Made in {files}, and ingested as datasets:")
    for folder in make_folders():
        shutil.rmtree(files / folder.name, ignore_errors=True)
        root = write_folder(folder, files)
        db.ingest(root, dataset=folder.name, progress=progress)
        say(f"  {folder.name:8}{len(folder.entries):5,} {folder.about}")


def _write_config(files: Path) -> Path:
    target = files / TAG / "config.json"
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("config.json"), target)
    return target


def _write_selection(db: Database, folder: Path) -> dict[Path, str]:
    names, table = folder / "filenames.txt", folder / "selection.parquet"
    db.export(DATASET, TAG, "filenames", names)
    db.export(DATASET, TAG, "parquet", table)
    return {
        names: "the selected, by rank",
        table: "with rank, gain, terms and metadata",
    }


def _misread_shares(db: Database) -> tuple[float, float]:
    """Share of the digits that the classifier reads wrongly: of all, and of the selected."""
    pool, chosen = db.engine.rows(_MISREAD)[0]
    return float(pool), float(chosen)


_MISREAD = """
SELECT avg(CAST(wrong AS INTEGER)), avg(CAST(wrong AS INTEGER)) FILTER (WHERE rank IS NOT NULL)
FROM (
    SELECT p.category <> CAST(s.metadata.digit AS VARCHAR) AS wrong, t.rank
    FROM digits.samples AS s
    JOIN digits.predictions AS p ON p.sample_id = s.sample_id AND p.task = 'digit_classification'
    LEFT JOIN digits.tags AS t ON t.sample_id = s.sample_id AND t.tag = 'round-1'
)
"""

_README = """These files were made by `sqlsel demo`, which may replace them.

digits/   1,000 handwritten digits to select from
sheets/   sheets of paper with several digits on them
misread/  digits that the classifier got wrong
round-1/  what was selected from digits, the config that asked for it, and a report

The digits are those of scikit-learn (the test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and
C. Kaynak, UCI Machine Learning Repository, CC BY 4.0), enlarged.
"""
