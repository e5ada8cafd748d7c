"""sqlsel tags: list the tags of a database, and put tags together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sqlsel.cli.clusters import cluster_options
from sqlsel.cli.commands.listings import FORMATS, HOW, print_rows
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option, format_option, output_option
from sqlsel.cli.telling import say

if TYPE_CHECKING:
    from collections.abc import Callable


@click.group(
    "tags",
    short_help="List the tags of a database, or combine some.",
    invoke_without_command=True,
    subcommand_metavar="[union|intersection|difference TAG TAG... --tag NEW]",
    epilog=examples(
        "the tags of all datasets, and of one",
        "sqlsel tags --db demo.duckdb",
        "sqlsel tags --db demo.duckdb --dataset digits --format json",
        "a tag on everything that no selection has picked yet",
        "sqlsel tags difference initial-tag datapool --tag unlabelled \\",
        "    --db demo.duckdb --dataset digits",
    ),
)
@database_option(required=False)
@cluster_options
@dataset_option(required=False, text="Only the tags of this dataset.")
@format_option(*FORMATS, text=HOW)
@output_option()
@click.pass_context
def tags_command(
    ctx: click.Context, database: str | None, dataset: str | None, format_name: str | None, output: str | None
) -> None:
    """List the tags of a database with the number of their samples, or put tags together as a new one.

    A tag on single objects is counted by their images, with the number of objects beside it. Two tags are in every
    dataset without being listed: initial-tag has all samples, datapool those of all selections that were kept under a
    tag.
    """
    ctx.obj = {"database": database, "dataset": dataset}
    if ctx.invoked_subcommand is not None:
        return
    if database is None:
        raise click.MissingParameter(ctx=ctx, param_type="option", param_hint="'--db'")
    from sqlsel.cli.opening import open_existing

    with open_existing(database) as db:
        rows = [
            {
                "dataset": name,
                "tag": tag.tag,
                "selected": tag.selected,
                "preselected": tag.preselected,
                "objects": tag.objects or None,
            }
            for name in ([dataset] if dataset is not None else db.datasets())
            for tag in db.tags(name)
        ]
    if not any(row["objects"] for row in rows):
        rows = [{key: value for key, value in row.items() if key != "objects"} for row in rows]
    print_rows(rows, format_name, output, empty="no tags; `sqlsel select` with --tag makes one")


def _combining(operation: str, short_help: str, text: str, example: str) -> Callable[..., Any]:
    """The subcommand of one operation."""

    @tags_command.command(
        operation,
        short_help=short_help,
        help=text,
        epilog=examples(
            example,
            f"sqlsel tags {operation} initial-tag round-1 --tag {operation}-of-two \\",
            "    --db demo.duckdb --dataset digits",
        ),
    )
    @click.argument("tags", metavar="TAG TAG...", nargs=-1, required=True)
    @click.option("--tag", metavar="NEW", required=True, help="Name of the tag to make.")
    @click.option("--overwrite", is_flag=True, help="Replace a tag of that name, unless a selection made it.")
    @database_option(required=False)
    @cluster_options
    @dataset_option(required=False)
    @click.pass_context
    def command(
        ctx: click.Context, tags: tuple[str, ...], tag: str, overwrite: bool, database: str | None, dataset: str | None
    ) -> None:
        database, dataset = database or ctx.obj["database"], dataset or ctx.obj["dataset"]
        for name, value in (("--db", database), ("--dataset", dataset)):
            if value is None:
                raise click.MissingParameter(ctx=ctx, param_type="option", param_hint=f"'{name}'")
        assert database is not None
        assert dataset is not None
        from sqlsel.cli.opening import open_existing

        with open_existing(database, writing=True) as db:
            made = db.combine_tags(dataset, operation, tags, tag=tag, overwrite=overwrite)
        say(f"tag {made.tag} of dataset {dataset}: {made.selected:,} samples")

    return command


_combining(
    "union", "Tag the samples of any of the tags.", "Tag the samples that are in any of the tags.", "all of both"
)
_combining(
    "intersection",
    "Tag the samples of all the tags.",
    "Tag the samples that are in every one of the tags.",
    "what both have",
)
_combining(
    "difference",
    "Tag the samples of the first tag alone.",
    "Tag the samples of the first tag that are in none of the others.",
    "what the first has and the second has not",
)
