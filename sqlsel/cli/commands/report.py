"""sqlsel report: what a selection is worth, as one page or as JSON."""

from __future__ import annotations

from pathlib import Path

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.options import attach_option, database_option, dataset_option, format_option, output_option
from sqlsel.cli.telling import say
from sqlsel.errors import UsageError

_THUMBNAILS = 1_000


@click.command(
    "report",
    short_help="Write a page, or JSON, on what a selection is worth.",
    epilog=examples(
        "a page that works without a network, to look at and to send",
        "sqlsel report --db demo.duckdb --dataset digits --tag round-1 \\",
        "    -o report.html",
        "the same numbers for another program (sqlsel schema report explains them)",
        "sqlsel report --db demo.duckdb --dataset digits --tag round-1 \\",
        "    -o report.json",
        "without images, if they are nobody else's business",
        "sqlsel report --db demo.duckdb --dataset digits --tag round-1 \\",
        "    --thumbnails 0 -o report.html",
    ),
)
@database_option()
@cluster_options
@dataset_option()
@click.option("--tag", metavar="TAG", required=True, help="The tag that holds the selection.")
@format_option("html", "json", text="A page, or its numbers; by default as -o FILE is called.")
@click.option(
    "--projection",
    type=click.Choice(["auto", "pca", "umap"]),
    default="auto",
    show_default=True,
    help="The map of the embeddings; auto has UMAP beside PCA where umap-learn is installed.",
)
@click.option(
    "--thumbnails",
    type=click.IntRange(min=0),
    metavar="N",
    default=_THUMBNAILS,
    show_default=True,
    help="The most images that the map shows at the pointer; 0 leaves all images out.",
)
@attach_option
@output_option()
def report_command(
    database: str,
    dataset: str,
    tag: str,
    format_name: str | None,
    projection: str,
    thumbnails: int,
    attach: tuple[str, ...],
    output: str | None,
) -> None:
    """Write what a selection is worth: asked and reached beside all candidates and a random selection.

    The page holds each objective, the distributions of every score, class and metadata key, a map of the embeddings,
    distance and coverage against rank, the first picks, near samples that were left out, what every filter removed, the
    config, its plan and the runs. It is one file and loads nothing from anywhere.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import destination, is_stdout
    from sqlsel.cli.progress import progress_bars
    from sqlsel.report import options_of
    from sqlsel.reporting.recorded import report_tag

    if format_name is None and is_stdout(output):
        raise UsageError("a report to stdout needs --format", hint="name one: html, json; or a file: -o report.html")
    options = options_of(output or "-", format_name=format_name, projection=projection, thumbnails=thumbnails)
    with open_existing(database, attach=attach) as db, destination(output) as out, progress_bars(db) as progress:
        report_tag(db.engine, dataset, tag, out, options, progress)
    if not is_stdout(output):
        say(f"report on tag {tag} written to {output}, {Path(str(output)).stat().st_size / 1e6:.1f} MB")
