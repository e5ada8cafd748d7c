"""sqlsel link: a dataset of tables that lie where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.examples import examples
from sqlsel.cli.mappings import classes_by_task, places_by_embedding, places_by_task
from sqlsel.cli.options import database_option, dataset_option
from sqlsel.cli.telling import say

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts


@click.command(
    "link",
    short_help="Make a dataset of tables on Spark, without a copy.",
    epilog=examples(
        "files in the shape of a dataset's tables, here written by DuckDB",
        'sqlsel sql "FROM digits.samples" --db demo.duckdb -o samples.parquet',
        'sqlsel sql "FROM digits.embeddings" --db demo.duckdb \\',
        "    -o vectors.parquet",
        "a dataset of them, and what a config can name in it",
        "sqlsel link --db lake --dataset numbers --samples ./samples.parquet \\",
        "    --embeddings ./vectors.parquet --master local[2]",
        "sqlsel info --db lake --master local[2]",
    ),
)
@database_option(text="The folder of Parquet for tags and runs; it is made where there is none.")
@cluster_options
@dataset_option(text="The dataset to make.")
@click.option(
    "--samples", metavar="TABLE|PATH", required=True, help="sample_id, file_name, and perhaps a struct metadata."
)
@click.option(
    "--embeddings",
    metavar="[NAME=]TABLE|PATH",
    multiple=True,
    help="sample_id, embedding ARRAY<FLOAT>; with names, several embeddings.",
)
@click.option(
    "--object-embeddings",
    metavar="TASK=TABLE|PATH",
    multiple=True,
    help="sample_id, object_index, embedding: vectors of the objects of a task.",
)
@click.option(
    "--predictions",
    metavar="TABLE|PATH",
    help="sample_id, task, object_index, category, score, probabilities, bbox, area, keypoint_confidence.",
)
@click.option("--scores", metavar="TABLE|PATH", help="sample_id, task, score, value.")
@click.option("--classes", metavar="TASK=a,b,c", multiple=True, help="Class names, as the probabilities are ordered.")
def link_command(
    database: str,
    dataset: str,
    samples: str,
    embeddings: tuple[str, ...],
    object_embeddings: tuple[str, ...],
    predictions: str | None,
    scores: str | None,
    classes: tuple[str, ...],
) -> None:
    """Make a dataset of tables of Spark, or of Parquet, that have the shape of a dataset's tables.

    Nothing is copied, and what changes in them changes in the dataset. TABLE is named as Spark names it
    (catalog.schema.table); PATH has a slash in it (s3a://lake/vectors, ./vectors).
    """
    from sqlsel.cli.opening import open_folder

    with open_folder(database) as db:
        db.link(
            dataset,
            samples=samples,
            embeddings=places_by_embedding(embeddings),
            object_embeddings=places_by_task(object_embeddings),
            predictions=predictions,
            scores=scores,
            categories=classes_by_task(classes),
        )
        for line in _made_lines(db.dataset(dataset).facts):
            say(line)


def _made_lines(facts: DatasetFacts) -> list[str]:
    """What the dataset holds, in lines for a terminal."""
    samples = "sample" if facts.n_samples == 1 else "samples"
    lines = [f"new dataset {facts.name}: {facts.n_samples:,} {samples}, of tables that stay where they are"]
    lines += [f"  embedding {name}: {each.width} dimensions" for name, each in facts.embeddings.items()]
    lines += [f"  task {name}: {len(task.categories)} classes" for name, task in facts.tasks.items()]
    return lines
