"""sqlsel export: a tag as a file or folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option, exclude_preselected_option, format_option, output_option
from sqlsel.cli.progress import progress_bars
from sqlsel.cli.telling import say
from sqlsel.errors import UsageError
from sqlsel.exports.exporting import EXPORTS, FOLDERS
from sqlsel.exports.formats import format_of
from sqlsel.exports.options import MEDIA

if TYPE_CHECKING:
    from sqlsel.exports.report import ExportReport


@click.command(
    "export",
    short_help="Write the samples of a tag to a file or folder.",
    epilog=examples(
        "the file names, one a line",
        "sqlsel export --db demo.duckdb --dataset digits --tag round-1 \\",
        "    --format filenames",
        "everything that is known of the chosen samples",
        "sqlsel export --db demo.duckdb --dataset digits --tag round-1 \\",
        "    -o round-1.parquet",
        "their image files, as links",
        "sqlsel export --db demo.duckdb --dataset digits --tag round-1 \\",
        "    --format images --media symlink -o round-1",
        "tasks for Label Studio, with the predictions to correct",
        "sqlsel export --db demo.duckdb --dataset digits --tag round-1 \\",
        "    --format labelstudio -o tasks.json",
    ),
)
@database_option()
@cluster_options
@dataset_option()
@click.option("--tag", metavar="TAG", required=True, help="The tag.")
@format_option(*EXPORTS, metavar="FORMAT", text=f"One of {', '.join(EXPORTS)}; by default as -o FILE is called.")
@exclude_preselected_option
@output_option("The file, replaced once all is written; - is stdout. For yolo and images a new folder.")
@click.option("--task", metavar="TASK", help="The task whose predictions or labels are written.")
@click.option("--source", metavar="FILE", help="coco, yolo: take a part of FILE, not of the ingested one.")
@click.option("--annotations", metavar="FILE", help="coco: images and categories of a list of detections.")
@click.option("--images", metavar="FOLDER", help="Where the image files are, if not where they were.")
@click.option("--media", type=click.Choice(MEDIA), help="images, yolo: what becomes of image files; usually copy.")
@click.option(
    "--on-error",
    type=click.Choice(["fail", "skip"]),
    help="What to do about images without a file, label or size: refuse (the default), or go on without them.",
)
@click.option("--overwrite", is_flag=True, help="images, yolo: replace the folder, if an export made it.")
@click.option("--all-objects", is_flag=True, help="Of a tag on objects, write all objects of its images.")
@click.option("--image-url", metavar="URL", help="labelstudio: what links to images begin with.")
@click.option("--model-version", metavar="NAME", help="labelstudio: who predicted; by default the model or task.")
@click.option("--from-name", metavar="NAME", help="labelstudio: the control; by default label or choice.")
@click.option("--to-name", metavar="NAME", help="labelstudio: the image; by default image.")
def export_command(
    database: str,
    dataset: str,
    tag: str,
    format_name: str | None,
    output: str | None,
    **options: Any,  # noqa: ANN401 - the options that Database.export has by the same names
) -> None:
    """Write the samples of a tag: new ones by rank, then preselected ones.

    csv, json, jsonl and parquet hold sample_id, file_name, rank, gain, terms and metadata. coco and yolo are a part of
    the files that the dataset was read from, every field as it was; if it was not, they are made of its predictions.
    labelstudio and cvat are for labelling, with the predictions to start from. images are the files themselves.
    """
    from sqlsel.cli.opening import open_existing
    from sqlsel.cli.printing import destination, is_stdout
    from sqlsel.engines.interrupts import interruptible
    from sqlsel.exports.exporting import export_tag
    from sqlsel.exports.options import ExportOptions

    format_name = _format(format_name, output)
    options = {name: _path(value) if name in _PATHS else value for name, value in options.items()}
    with open_existing(database) as db, progress_bars(db) as progress, interruptible(db.engine):
        asked = ExportOptions(**options, progress=progress)
        if is_stdout(output):
            with destination(None) as out:
                report = export_tag(db.engine, dataset, tag, format_name, out, asked)
        else:
            report = export_tag(db.engine, dataset, tag, format_name, str(output), asked)
    _tell(report, tag, output)


_PATHS = ("source", "annotations", "images")


def _format(format_name: str | None, output: str | None) -> str:
    from sqlsel.cli.printing import is_stdout

    if format_name is None:
        if is_stdout(output):
            raise UsageError("export to stdout needs --format", hint=f"name one: {', '.join(EXPORTS)}")
        return format_of(str(output))
    if format_name in FOLDERS and is_stdout(output):
        raise UsageError(f"{format_name} is a folder", hint="name one that is yet to be made: -o FOLDER")
    return format_name


def _path(value: str | None) -> Any:  # noqa: ANN401 - a path or None
    from pathlib import Path

    return None if value is None else Path(value)


def _tell(report: ExportReport, tag: str, output: str | None) -> None:
    from sqlsel.cli.printing import is_stdout

    written = "" if is_stdout(output) else f" written to {output}"
    say(f"{report.samples:,} samples of tag {tag}{written}")
    for problem in report.problems:
        say(f"  note: {problem}")
