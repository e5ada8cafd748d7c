"""How predictions and scores enter a dataset, and what is refused of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel.datasets.refusal import reasons, refuse
from sqlsel.datasets.tables import PREDICTIONS, SCORES
from sqlsel.datasets.target import cast, matching
from sqlsel.plan import nodes as sql

if TYPE_CHECKING:
    from sqlsel.datasets.target import Target

# Probabilities may miss a sum of 1 by this much, and exceed 1 by the rounding of single precision.
SUM_TOLERANCE = 1e-3
_LARGEST = 1 + 1e-6

_TYPES = {
    "task": "VARCHAR",
    "object_index": "INTEGER",
    "category": "VARCHAR",
    "score": "DOUBLE",
    "probabilities": "DOUBLE[]",
    "bbox": "DOUBLE[]",
}


def forget_predictions(target: Target, query: exp.Query, predicted: exp.Query | None) -> None:
    """Remove the predictions that a source replaces.

    Args:
        target: The dataset.
        query: The intake's predictions.
        predicted: Whose predictions of which task are replaced; None for those that ``query`` names.
    """
    if not target.new:
        _forget(target, PREDICTIONS, predicted or query)


def write_predictions(target: Target, query: exp.Query) -> None:
    """Store the predictions of a source, unchecked; those that they replace are gone."""
    rows: dict[str, exp.Expr] = {"sample_id": target.sample_id()}
    rows |= {name: cast(sql.column(name), kind) for name, kind in _TYPES.items()}
    target.insert(PREDICTIONS, rows, query.subquery("source"))


def write_scores(target: Target, query: exp.Query) -> None:
    """Store the scores of a source; those that the named samples had are replaced. NULL and NaN are no scores.

    Raises:
        IngestError: If a score is infinite.
    """
    if not target.new:
        _forget(target, SCORES, query, "score")
    value = cast(sql.column("value"), "DOUBLE")
    rows: dict[str, exp.Expr] = {
        "sample_id": target.sample_id(),
        "task": sql.varchar(sql.column("task")),
        "score": sql.varchar(sql.column("score")),
        "value": value,
    }
    there = exp.and_(sql.present(sql.column("value")), exp.Not(this=sql.call("isnan", value.copy())))
    target.insert(
        SCORES, rows, sql.subquery(exp.select(exp.Star()).from_(query.subquery("given")).where(there), "source")
    )
    name = sql.call("concat", sql.text("score "), sql.column("task"), sql.text("/"), sql.column("score"))
    infinite = (sql.call("isinf", sql.column("value")), sql.call("concat", name, sql.text(" is infinite")))
    refuse(
        target.engine,
        _judged(target, SCORES, [infinite]),
        "scores",
        message="the source has scores that cannot be used:",
        hint="leave them out: NULL means that the sample has none",
    )


def check_predictions(target: Target, task: str, categories: tuple[str, ...]) -> None:
    """Raise IngestError if predictions of a task cannot be used, with the reasons and the first few samples.

    Refused are unknown categories, objects without one, scores that are no numbers, probabilities that are not one for
    each category, leave [0, 1] or miss a sum of 1 by more than 0.001, boxes that are not four numbers, and two objects
    of one sample with the same index.
    """
    cases = [*_category_cases(categories), *_probability_cases(len(categories)), *_box_cases()]
    refuse(
        target.engine,
        _judged(target, PREDICTIONS, cases, sql.column("task").eq(task)),
        f"task {task!r}",
        message="the source has predictions that cannot be used:",
        hint="correct them in the source; a sample without a prediction has NULL there",
    )
    same = exp.select(sql.column("sample_id"), sql.column("object_index")).from_(target.table(PREDICTIONS))
    twice = exp.GT(this=sql.count(), expression=sql.number(1))
    same = same.where(sql.column("task").eq(task)).group_by(sql.column("sample_id"), sql.column("object_index"))
    doubles = exp.select(
        exp.alias_(sql.varchar(sql.column("sample_id")), "place", quoted=True),
        exp.alias_(sql.column("sample_id"), "position", quoted=True),
        exp.alias_(sql.text("two predictions of one sample have the same object index"), "reason", quoted=True),
    ).from_(sql.subquery(same.having(twice), "doubles"))
    refuse(
        target.engine,
        doubles,
        f"task {task!r}",
        message="the source has predictions twice:",
        hint="give each sample one prediction, and each of its objects an index of its own",
    )


def _category_cases(categories: tuple[str, ...]) -> list[tuple[exp.Expr, exp.Expr]]:
    category, score = sql.column("category"), sql.column("score")
    known = exp.In(this=category, expressions=[sql.text(name) for name in categories]) if categories else exp.false()
    is_object = sql.present(sql.column("object_index"))
    finite = exp.Or(this=sql.call("isnan", score), expression=sql.call("isinf", score.copy()))
    return [
        (exp.and_(is_object, sql.absent(category.copy())), sql.text("an object without a category")),
        (exp.Not(this=known), sql.call("concat", sql.text("unknown category "), category.copy())),
        (finite, sql.text("a score that is NaN or infinite")),
    ]


def _probability_cases(number: int) -> list[tuple[exp.Expr, exp.Expr]]:
    probabilities, x = sql.column("probabilities"), exp.column("x")
    length = sql.call("len", probabilities)
    inside = exp.and_(
        exp.GTE(this=x, expression=sql.number(0)), exp.LTE(this=x.copy(), expression=sql.number(_LARGEST))
    )
    outside = exp.Not(this=sql.call("coalesce", inside, exp.false()))
    total = sql.call("list_sum", probabilities.copy())
    away = exp.Abs(this=exp.Sub(this=total, expression=sql.number(1)))
    return [
        (
            exp.NEQ(this=length, expression=sql.number(number)),
            sql.call("concat", length.copy(), sql.text(f" probabilities for {number} classes")),
        ),
        (_any(probabilities.copy(), outside), sql.text("a probability that is not between 0 and 1")),
        (
            exp.GT(this=away, expression=sql.number(SUM_TOLERANCE)),
            sql.call("concat", sql.text("probabilities that sum to "), sql.call("round", total.copy(), sql.number(4))),
        ),
    ]


def _box_cases() -> list[tuple[exp.Expr, exp.Expr]]:
    box, x = sql.column("bbox"), exp.column("x")
    broken = exp.Or(this=sql.absent(x), expression=exp.Not(this=sql.call("isfinite", x.copy())))
    return [
        (exp.NEQ(this=sql.call("len", box), expression=sql.number(4)), sql.text("a box that is not four numbers")),
        (_any(box.copy(), broken), sql.text("a box with a number that is missing, NaN or infinite")),
    ]


def _any(values: exp.Expr, condition: exp.Expr) -> exp.Expr:
    """Whether a condition on ``x`` holds for one of the values."""
    holding = sql.call("list_filter", values, exp.Lambda(this=condition, expressions=[exp.to_identifier("x")]))
    return exp.GT(this=sql.call("len", holding), expression=sql.number(0))


def _judged(
    target: Target,
    table: str,
    cases: list[tuple[exp.Expr, exp.Expr]],
    condition: exp.Expr | None = None,
) -> exp.Select:
    """Rows of a table with what is wrong about them."""
    rows = exp.select(
        exp.alias_(sql.varchar(sql.column("sample_id")), "place", quoted=True),
        exp.alias_(sql.column("sample_id"), "position", quoted=True),
        exp.alias_(reasons(*cases), "reason", quoted=True),
    ).from_(target.table(table))
    return rows.where(condition) if condition is not None else rows


def _forget(target: Target, table: str, query: exp.Query, *further: str) -> None:
    """Remove what a table has for the samples and tasks that a query names."""
    columns = [target.sample_id(), sql.column("task"), *(sql.column(name) for name in further)]
    named = sql.subquery(exp.select(*columns).from_(query.subquery("source")), "named")
    target.delete(table, matching(target.table(table), named, "sample_id", "task", *further))
