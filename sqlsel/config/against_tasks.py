"""Whether a dataset has the scores and predictions an objective looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.config.findings import Finding
from sqlsel.config.names import unknown_name
from sqlsel.config.scorers import SCORERS, computed_scores, missing_for
from sqlsel.config.strategies import StrategyPart
from sqlsel.words import quoted, show

if TYPE_CHECKING:
    from sqlsel.config.inputs import PredictionsInput, ScoresInput
    from sqlsel.config.outline import Pair
    from sqlsel.facts import DatasetFacts, TaskFacts

NO_TASKS = "the dataset has none; ingest predictions or scores"
MOST_NAMES = 20


def check_scores(pair: Pair, source: ScoresInput, facts: DatasetFacts) -> list[Finding]:
    """Findings about one objective on a score."""
    task = facts.tasks.get(source.task)
    if task is None:
        return [_unknown_task(pair, source.task, facts)]
    computed = computed_scores(task)
    if source.score in task.scores or source.score in computed:
        return []
    path = (*pair.input.path, "score")
    known = tuple(dict.fromkeys((*task.scores, *computed)))
    scorer = next((scorer for scorer in SCORERS if scorer.name == source.score), None)
    if scorer is None:
        return [
            unknown_name(path, f"score of task {show(task.name)}", source.score, known, none="ingest scores for it")
        ]
    others = f"there is: {quoted(known)}" if known else "ingest it as a score"
    message = f"task {show(task.name)} has no score {source.score}: {missing_for(scorer, task)}; {others}"
    return [Finding(path, message)]


def check_predictions(pair: Pair, source: PredictionsInput, facts: DatasetFacts) -> list[Finding]:
    """Findings about one objective on predictions."""
    task = facts.tasks.get(source.task)
    if task is None:
        return [_unknown_task(pair, source.task, facts)]
    path = pair.input.path
    if not task.has_predictions:
        message = f"task {show(task.name)} has scores only; ingest its predictions, or look at its SCORES"
        return [Finding((*path, "task"), message)]
    if source.name == "CLASS_DISTRIBUTION":
        return [*_probabilities(pair, task), *_target(pair, task)]
    return [
        unknown_name((*path, "categories", index), f"class in task {show(task.name)}", name, task.categories, none="")
        for index, name in enumerate(source.categories or ())
        if task.categories and name not in task.categories
    ]


def _unknown_task(pair: Pair, name: str, facts: DatasetFacts) -> Finding:
    what = f"task in dataset {show(facts.name)}"
    return unknown_name((*pair.input.path, "task"), what, name, tuple(facts.tasks), none=NO_TASKS)


def _probabilities(pair: Pair, task: TaskFacts) -> list[Finding]:
    strategy = pair.strategy.model
    if task.has_probabilities or (isinstance(strategy, StrategyPart) and strategy.predicted):
        return []
    what = "classes" if task.task_type == "classification" else "objects"
    message = (
        f"CLASS_DISTRIBUTION adds up class probabilities, and not all {what} of task {show(task.name)} carry them; "
        'ingest predictions with \'probabilities\', or count the predicted classes with "count": "PREDICTED"'
    )
    return [Finding((*pair.input.path, "name"), message)]


def _target(pair: Pair, task: TaskFacts) -> list[Finding]:
    strategy = pair.strategy.model
    shares = strategy.named_shares if isinstance(strategy, StrategyPart) else {}
    if not task.categories:
        return []
    path = (*pair.strategy.path, "target")
    what = f"class in task {show(task.name)}"
    unknown = [name for name in shares if name not in task.categories]
    found = [
        unknown_name((*path, name), what, name, task.categories, none="", at_key=True) for name in unknown[:MOST_NAMES]
    ]
    if len(unknown) > MOST_NAMES:
        found.append(Finding(path, f"{len(unknown) - MOST_NAMES} more of its names are no {what}"))
    return found
