"""sqlsel demo: the whole job on data that it makes itself."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlsel.cli.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.demo import Demo

_ROWS_SHOWN = 5


@click.command(
    "demo",
    short_help="Make data, ingest it, select from it: the whole job.",
    epilog=examples("in this folder, or in another one", "sqlsel demo", "sqlsel demo --dir trial"),
)
@click.option(
    "--dir",
    "folder",
    metavar="FOLDER",
    default=".",
    show_default=True,
    help="Where to make demo.duckdb and demo-files/.",
)
def demo_command(folder: str) -> None:
    """Make real data, ingest it, select from it, and say what to try next.

    The data are the handwritten digits that come with scikit-learn, as images with metadata, embeddings and the
    predictions of a classifier that is trained on the spot. Nothing is downloaded. Running it again brings everything
    up to date.
    """
    from sqlsel.cli.failures import after_storing
    from sqlsel.cli.printing import destination
    from sqlsel.cli.progress import progress_bars
    from sqlsel.cli.ranking import write_ranking
    from sqlsel.demo import make_demo

    with after_storing("`sqlsel demo` makes the rest when it is run again"):
        with progress_bars() as progress:
            demo = make_demo(Path(folder), say=click.echo, progress=progress)
        click.echo(f"\n{demo.selection}\n")
        with destination(None) as out:
            table = next(path for path in demo.files if path.suffix == ".parquet")
            write_ranking(demo.selection, out, limit=_ROWS_SHOWN, rest_in=table)
        for line in closing_lines(demo):
            click.echo(line)


def closing_lines(demo: Demo) -> Iterator[str]:
    """What the selection is worth, what was written, and what to try next."""
    yield ""
    yield (
        f"The classifier misreads {demo.wrong_in_pool:.0%} of all digits and {demo.wrong_in_selection:.0%} of the "
        "selected."
    )
    yield ""
    yield "Written:"
    width = max(len(str(path)) for path in demo.files)
    for path, about in demo.files.items():
        yield f"  {path!s:{width}}  {about}"
    yield ""
    yield "Next:"
    for about, command in next_commands(demo):
        yield f"  # {about}"
        yield f"  {command}"


def next_commands(demo: Demo) -> Iterator[tuple[str, str]]:
    """Commands that work as they are, with what they do."""
    database, config = (shlex.quote(str(path)) for path in (demo.database, next(iter(demo.files))))
    yield "what a config can name", f"sqlsel info --db {database}"
    yield "the plan, or with --sql the SQL", f"sqlsel explain {config} \\\n      --db {database} --dataset digits"
    again = f"--db {database} --dataset digits \\\n      --preselected round-1 --tag round-2 --overwrite"
    yield "100 more, unlike the first", f"sqlsel select {config} \\\n      {again}"
    query = '"SELECT metadata.digit, count(*) FROM digits.samples JOIN digits.tags'
    rest = "USING (sample_id) WHERE tag = 'round-1' GROUP BY ALL ORDER BY ALL\""
    yield "any SQL", f"sqlsel sql --db {database} \\\n      {query} \\\n      {rest}"
