"""What the names in an expression stand for: the sample's id, file name, metadata and scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import computed_scores
from sqlsel.expressions import ExpressionError
from sqlsel.plan.objects import metadata_value
from sqlsel.words import did_you_mean, quoted, show

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts

SAMPLE_COLUMNS = ("sample_id", "file_name")
METADATA = "metadata"
SCORES = "scores"


@dataclass(slots=True)
class ScoreColumns:
    """Scores that an expression names: columns of a relation beside the samples.

    Attributes:
        relation: Name of the relation.
        found: By task and score, the column.
    """

    relation: str
    found: dict[tuple[str, str], str] = field(default_factory=dict)

    def column(self, task: str, score: str) -> exp.Column:
        """The column of a score; a new one the first time."""
        return sql.column(self.found.setdefault((task, score), f"score_{len(self.found) + 1}"), self.relation)


def with_columns(expression: exp.Expr, facts: DatasetFacts, scores: ScoreColumns | None = None) -> exp.Expr:
    """The expression over the samples ``s``; metadata is written with or without ``metadata.`` before the key.

    Args:
        expression: As ``parse_expression`` gives it.
        facts: What the dataset holds.
        scores: Takes the scores that are named, as ``scores.<task>.<score>``; None where there is no place for any.

    Raises:
        ExpressionError: If it names something that the samples do not have.
    """

    def resolve(node: exp.Expr) -> exp.Expr:
        path = _path(node)
        return node if path is None else _value(path, facts, scores)

    return expression.transform(resolve)


def _path(node: exp.Expr) -> list[str] | None:
    """The names of a dotted chain that starts at a column; None for anything else."""
    if isinstance(node, exp.Column):
        return [part.name for part in node.parts]
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        front = _path(node.this)
        return None if front is None else [*front, node.expression.name]
    return None


def _value(path: list[str], facts: DatasetFacts, scores: ScoreColumns | None) -> exp.Expr:
    first = path[0].lower()
    if len(path) == 1 and first in SAMPLE_COLUMNS:
        return sql.column(first, "s")
    key = ".".join(path[1:] if first == METADATA and len(path) > 1 else path)
    if key in facts.keys:
        return metadata_value(key, facts)
    if first == SCORES and scores is not None:
        return _score(path, facts, scores)
    known = [*SAMPLE_COLUMNS, *facts.keys]
    inside = [name for name in facts.keys if name.startswith(f"{key}.")]
    if inside:
        raise ExpressionError(f"{show(key)} is a group of keys; name one of them: {quoted(inside)}")
    raise ExpressionError(f"the samples have no {show(key)}{did_you_mean(key, known) or ';'} there is: {quoted(known)}")


def _score(path: list[str], facts: DatasetFacts, scores: ScoreColumns) -> exp.Expr:
    """``scores.task.score``; a task whose name is no plain word stands in double quotes."""
    task = facts.tasks.get(path[1]) if len(path) == 3 else None
    if task is None:
        tasks = f"tasks: {quoted(facts.tasks)}" if facts.tasks else "the dataset has no tasks"
        raise ExpressionError(f"a score is written scores.task.score, with names in double quotes; {tasks}")
    if task.name == facts.objects_of:
        raise ExpressionError(f"the objects of task {show(task.name)} are the samples here; look at object.score")
    known = tuple(dict.fromkeys((*task.scores, *computed_scores(task))))
    if path[2] not in known:
        guess = did_you_mean(path[2], known) or ";"
        there = f"{guess} there is: {quoted(known)}" if known else ""
        raise ExpressionError(f"task {show(task.name)} has no score {show(path[2])}{there}")
    return scores.column(task.name, path[2])
