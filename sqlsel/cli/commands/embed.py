"""sqlsel embed: vectors for the images of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sqlsel.cli.examples import examples
from sqlsel.cli.failures import after_storing
from sqlsel.cli.feeding import feeding_options
from sqlsel.cli.options import database_option, dataset_option
from sqlsel.cli.progress import progress_bars
from sqlsel.cli.telling import say
from sqlsel.facts import DEFAULT_EMBEDDING

if TYPE_CHECKING:
    from sqlsel.vision.embedding import EmbedReport

KEPT = "what was computed is kept, and the same command goes on from there"


@click.command(
    "embed",
    short_help="Compute embeddings from images.",
    epilog=examples(
        "without a model: what the images look like",
        "sqlsel embed --db demo.duckdb --dataset digits --name looks",
        "the objects of a task, cut out of the images",
        "sqlsel embed --db demo.duckdb --dataset sheets \\",
        "    --task digit_detection --overwrite",
    ),
)
@database_option()
@dataset_option()
@click.option("--model", metavar="FILE", help="An ONNX model from an image to a vector; by default none is needed.")
@click.option(
    "--name",
    metavar="NAME",
    default=DEFAULT_EMBEDDING,
    show_default=True,
    help="Name of the embedding of whole images.",
)
@click.option("--task", metavar="TASK", help="Objects of this task, cut out by their boxes, instead of whole images.")
@click.option(
    "--images", metavar="FOLDER", help="The folder of the images, if they are not where they were ingested from."
)
@feeding_options(fit="crop")
@click.option(
    "--model-output",
    "output",
    metavar="NAME",
    help="The model's output that is the vector, where there are several.",
)
@click.option("--overwrite", is_flag=True, help="Compute all of them anew.")
def embed_command(database: str, dataset: str, **options: Any) -> None:  # noqa: ANN401 - as Database.embed has them
    """Compute the vectors of a dataset's images, or of the objects in them.

    With an ONNX model of your own, or without any: then vectors tell what images look like (layout, edges, colours,
    texture) and not what they show. What is there stays; images that cannot be read are left out and listed. A run that
    was ended is gone on with by the next one.
    """
    from sqlsel.cli.opening import open_existing

    with open_existing(database, writing=True) as db, progress_bars(db) as progress, after_storing(KEPT):
        report = db.embed(dataset, progress=progress, **options)
    for line in report_lines(report):
        say(line)


def report_lines(report: EmbedReport) -> list[str]:
    """What was computed, in lines for a terminal."""
    width = f" of {report.width} numbers" if report.width else ""
    before = f", {report.kept:,} were there" if report.kept else ""
    lines = [f"dataset {report.dataset}, {report.table}: {report.added:,} vectors{width} added{before}"]
    return [*lines, *(f"  note: {problem}" for problem in report.problems)]
