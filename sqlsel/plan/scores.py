"""Scores as relations of ``sample_id`` and ``value``: stored ones, and those computed from predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts, TaskFacts

_PER_VECTOR = ("uncertainty_least_confidence", "uncertainty_margin", "uncertainty_entropy")


def score_relation(facts: DatasetFacts, task: TaskFacts, score: str) -> exp.Query:
    """Query with one row a sample that has the score; a stored score goes before a computed one of the same name."""
    if score in task.scores:
        return _stored(facts, task, score)
    if task.task_type == "classification":
        return _of_vectors(facts, task, score)
    if score in _PER_VECTOR:
        uncertainty = sql.call(f"sqlsel_{score}", sql.column("probabilities"))
        mean = task.task_type in ("instance-segmentation", "semantic-segmentation")
        return per_sample(facts, task.name, _mean(uncertainty) if mean else _largest(uncertainty))
    if score == "objectness_least_confidence":
        return per_sample(facts, task.name, _doubt(sql.column("score")))
    if score == "mean_uncertainty":
        return per_sample(facts, task.name, _doubt(sql.column("keypoint_confidence")))
    return _object_frequency(facts, task)


def predictions(facts: DatasetFacts, task: str, *columns: exp.Expr) -> exp.Select:
    """Query over the rows of one task's predictions."""
    rows = sql.table("predictions", facts.name, facts.catalog)
    return exp.select(*columns).from_(rows).where(exp.EQ(this=sql.column("task"), expression=sql.text(task)))


def per_sample(facts: DatasetFacts, task: str, value: exp.Expr) -> exp.Select:
    """Query with one aggregated ``value`` for each sample that has a prediction of the task, empty ones included."""
    sample_id = sql.column("sample_id")
    return predictions(facts, task, sample_id, _named(value)).group_by(sample_id)


def in_object_order(value: exp.Expr) -> exp.Expr:
    """The values of a sample's objects as a list in the order of the objects; NULL where there are none.

    Sums over such a list are the same in every run, which SUM over doubles is not.
    """
    listed = exp.ArrayAgg(this=exp.Order(this=value, expressions=[sql.ascending(sql.column("object_index"))]))
    return exp.Filter(this=listed, expression=exp.Where(this=sql.present(sql.column("object_index"))))


def _named(value: exp.Expr) -> exp.Expr:
    return exp.alias_(value, "value", quoted=True)


def _stored(facts: DatasetFacts, task: TaskFacts, score: str) -> exp.Query:
    return (
        exp.select(sql.column("sample_id"), sql.column("value"))
        .from_(sql.table("scores", facts.name, facts.catalog))
        .where(exp.EQ(this=sql.column("task"), expression=sql.text(task.name)))
        .where(exp.EQ(this=sql.column("score"), expression=sql.text(score)))
    )


def _of_vectors(facts: DatasetFacts, task: TaskFacts, score: str) -> exp.Query:
    value = sql.call(f"sqlsel_{score}", sql.column("probabilities"))
    return predictions(facts, task.name, sql.column("sample_id"), _named(value))


def _largest(value: exp.Expr) -> exp.Expr:
    """The largest over the objects of a sample, 0 for none."""
    return exp.Coalesce(this=exp.Max(this=value), expressions=[sql.number(0.0)])


def _mean(value: exp.Expr) -> exp.Expr:
    """The mean over the objects of a sample, 0 for none."""
    return exp.Coalesce(this=sql.call("sqlsel_mean", in_object_order(value)), expressions=[sql.number(0.0)])


def _doubt(confidence: exp.Expr) -> exp.Expr:
    """1 - the mean confidence of a sample's objects, 0 for none; NULL where an object carries no confidence."""
    mean = sql.call("sqlsel_mean", in_object_order(confidence))
    doubt = exp.Coalesce(this=exp.Sub(this=sql.number(1.0), expression=mean), expressions=[sql.number(0.0)])
    objects, known = exp.Count(this=sql.column("object_index")), exp.Count(this=confidence.copy())
    return exp.Case(ifs=[exp.If(this=exp.EQ(this=objects, expression=known), true=doubt)])


def _object_frequency(facts: DatasetFacts, task: TaskFacts) -> exp.Query:
    category = sql.column("category")
    kinds = exp.Count(this=exp.Distinct(expressions=[category]))
    raw = sql.call("sqlsel_object_frequency", kinds, exp.Count(this=category))
    counted = sql.subquery(per_sample(facts, task.name, raw), "counted")
    value = sql.column("value")
    least = sql.over(exp.Min(this=value))
    most = sql.over(exp.Max(this=value.copy()))
    rescaled = sql.call("sqlsel_rescale", value.copy(), least, most, sql.number(0.9), sql.number(1.0))
    return exp.select(sql.column("sample_id"), _named(rescaled)).from_(counted)
