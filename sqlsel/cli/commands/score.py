"""sqlsel score: compute scores from predictions and store them."""

from __future__ import annotations

from dataclasses import asdict

import click

from sqlsel.cli.commands.listings import FORMATS, HOW, print_rows
from sqlsel.cli.examples import examples
from sqlsel.cli.options import database_option, dataset_option, format_option, output_option
from sqlsel.cli.telling import say


@click.command(
    "score",
    short_help="Compute scores from predictions and store them.",
    epilog=examples(
        "all scores of all tasks",
        "sqlsel score --db demo.duckdb --dataset digits",
        "one of them, and the most doubtful samples by it",
        "sqlsel score --db demo.duckdb --dataset digits \\",
        "    --score uncertainty_entropy",
        'sqlsel sql --db demo.duckdb "SELECT value, sample_id FROM digits.scores \\',
        "    WHERE score = 'uncertainty_entropy' ORDER BY ALL DESC LIMIT 5\"",
    ),
)
@database_option()
@dataset_option()
@click.option("--task", "tasks", metavar="TASK", multiple=True, help="Only the scores of this task. Repeatable.")
@click.option("--score", "scores", metavar="SCORE", multiple=True, help="Only the scores of this name. Repeatable.")
@format_option(*FORMATS, text=HOW)
@output_option()
def score_command(
    database: str,
    dataset: str,
    tasks: tuple[str, ...],
    scores: tuple[str, ...],
    format_name: str | None,
    output: str | None,
) -> None:
    """Compute scores from predictions, store them in the dataset's table `scores`, and print how they are spread.

    Selections need none of this: they compute the scores that a config names. Stored scores are for SQL, and ingest
    keeps them true to the predictions.
    """
    from sqlsel.cli.opening import open_existing

    with open_existing(database, writing=True) as db:
        found = db.compute_scores(dataset, tasks=tasks or None, scores=scores or None)
    print_rows([asdict(each) for each in found], format_name, output, empty="no scores")
    say(f"stored in {dataset}.scores: {len(found)} score{'' if len(found) == 1 else 's'}")
