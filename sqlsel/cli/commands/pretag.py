"""sqlsel pretag: predictions of the user's model for the images of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sqlsel.cli.commands.embed import KEPT
from sqlsel.cli.examples import examples
from sqlsel.cli.failures import after_storing
from sqlsel.cli.feeding import feeding_options
from sqlsel.cli.options import database_option, dataset_option
from sqlsel.cli.progress import progress_bars
from sqlsel.cli.telling import say
from sqlsel.vision.asked import CONFIDENCE, IOU, PRETAGGING

if TYPE_CHECKING:
    from sqlsel.vision.pretagging import PretagReport

_SHARE = click.FloatRange(0, 1)


@click.command(
    "pretag",
    short_help="Run a detector or classifier over images.",
    epilog=examples(
        "how well that went: classes, objects, scores",
        "sqlsel info --db demo.duckdb --dataset sheets",
    ),
)
@database_option()
@dataset_option()
@click.option("--model", metavar="FILE", required=True, help="An ONNX model: a classifier or a detector.")
@click.option("--task", metavar="TASK", default=PRETAGGING, show_default=True, help="Name of the task.")
@click.option("--classes", metavar="a,b,c|FILE", help="Class names, or a file with one a line; else the model's own.")
@click.option("--confidence", type=_SHARE, default=CONFIDENCE, show_default=True, help="The lowest score of an object.")
@click.option(
    "--iou",
    type=_SHARE,
    default=IOU,
    show_default=True,
    help="Objects of a class that share more of their union are one.",
)
@click.option("--first-label", metavar="N", type=click.IntRange(0), help="Label of the first class; by default 1 or 0.")
@click.option("--crops", is_flag=True, help="Compute embeddings of the objects too, without a model.")
@click.option(
    "--images", metavar="FOLDER", help="The folder of the images, if they are not where they were ingested from."
)
@feeding_options(fit="letterbox for detectors, crop for classifiers")
@click.option("--overwrite", is_flag=True, help="Look at all images anew.")
def pretag_command(database: str, dataset: str, **options: Any) -> None:  # noqa: ANN401 - as Database.pretag has them
    """Run an ONNX detector or classifier over a dataset's images and store what it predicts.

    What the model is, is made out by what it gives: a number for each class; YOLO's boxes and class scores; or boxes,
    labels and scores. Class names are those of --classes, else the model's, else Lightly's seven of a model with seven.
    A run that was ended is gone on with by the next one.

      sqlsel pretag --db my.duckdb --dataset photos --model yolo.onnx
    """
    from sqlsel.cli.opening import open_existing

    with open_existing(database, writing=True) as db, progress_bars(db) as progress, after_storing(KEPT):
        report = db.pretag(dataset, progress=progress, **options)
    for line in _report_lines(report):
        say(line)


def _report_lines(report: PretagReport) -> list[str]:
    """What was found, in lines for a terminal."""
    before = f", {report.kept:,} were there" if report.kept else ""
    found = f", {report.objects:,} objects" if report.task_type != "classification" else ""
    lines = [f"dataset {report.dataset}, task {report.task} ({report.task_type})"]
    lines.append(f"  {report.added:,} images looked at{found}{before}")
    if report.vectors is not None:
        lines.append(f"  {report.vectors:,} vectors of objects added")
    return [*lines, *(f"  note: {problem}" for problem in report.problems)]
