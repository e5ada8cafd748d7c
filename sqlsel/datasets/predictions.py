"""How predictions and scores enter a dataset, and what is refused of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import ITEM, any_item, case, cast, matching, named
from sqlsel.datasets.refusal import SKIP, refuse
from sqlsel.datasets.tables import PREDICTIONS, SCORES

if TYPE_CHECKING:
    from sqlsel.datasets.target import Target

# By how much probabilities may miss a sum of 1.
SUM_TOLERANCE = 1e-3
# A probability of 1 in single precision may come out a little larger.
_LARGEST = 1 + 1e-6

_TYPES = {
    "task": "VARCHAR",
    "object_index": "INTEGER",
    "category": "VARCHAR",
    "score": "DOUBLE",
    "probabilities": "DOUBLE[]",
    "bbox": "DOUBLE[]",
    "area": "DOUBLE",
    "keypoint_confidence": "DOUBLE",
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
    """Store the predictions of a source, unchecked, where those that they replace are gone.

    What the source has no column for is NULL.
    """
    source = query.subquery("source")
    given = target.engine.columns(source)
    rows: dict[str, exp.Expr] = {"sample_id": target.sample_id()}
    rows |= {name: cast(sql.column(name), kind) for name, kind in _TYPES.items() if name in given}
    target.insert(PREDICTIONS, rows, source)


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
        hint=f"write NULL where a sample has none, {SKIP}",
    )


def check_predictions(target: Target, task: str, categories: tuple[str, ...]) -> None:
    """Raise IngestError if predictions of a task cannot be used, with the reasons and the first few samples.

    Refused are unknown categories, objects without one, scores that are no numbers, probabilities that are not one for
    each category, leave [0, 1] or miss a sum of 1 by more than 0.001, boxes that are not four numbers, areas and
    keypoint confidences out of their range, and two objects of one sample with the same index.
    """
    refuse(
        target.engine,
        _judged(target, PREDICTIONS, prediction_faults(categories), sql.column("task").eq(task)),
        f"task {task!r}",
        message="the source has predictions that cannot be used:",
        hint=f"correct them in the source (a sample without a prediction has NULL there), {SKIP}",
    )
    same = exp.select(sql.column("sample_id"), sql.column("object_index")).from_(target.table(PREDICTIONS))
    twice = exp.GT(this=sql.count(), expression=sql.number(1))
    same = same.where(sql.column("task").eq(task)).group_by(sql.column("sample_id"), sql.column("object_index"))
    doubles = exp.select(
        named(sql.varchar(sql.column("sample_id")), "place"),
        named(sql.column("sample_id"), "position"),
        named(sql.text("two predictions of one sample have the same object index"), "reason"),
    ).from_(sql.subquery(same.having(twice), "doubles"))
    refuse(
        target.engine,
        doubles,
        f"task {task!r}",
        message="the source has predictions twice:",
        hint=f"give each sample one prediction, and each of its objects an index of its own, {SKIP}",
    )


def prediction_faults(categories: tuple[str, ...]) -> list[tuple[exp.Expr, exp.Expr]]:
    """Conditions on a row of predictions of a task with these categories under which it is refused, and the reasons."""
    return [*_probability_cases(len(categories)), *_category_cases(categories), *_box_cases(), *_measure_cases()]


def _category_cases(categories: tuple[str, ...]) -> list[tuple[exp.Expr, exp.Expr]]:
    category, score = sql.column("category"), sql.column("score")
    known = exp.In(this=category, expressions=[sql.text(name) for name in categories]) if categories else exp.false()
    is_object = sql.present(sql.column("object_index"))
    finite = sql.call("isfinite", score)
    return [
        (exp.and_(is_object, sql.absent(category.copy())), sql.text("an object without a category")),
        (exp.Not(this=known), sql.call("concat", sql.text("unknown category "), category.copy())),
        (exp.Not(this=finite), sql.text("a score that is NaN or infinite")),
    ]


def _probability_cases(number: int) -> list[tuple[exp.Expr, exp.Expr]]:
    probabilities = sql.column("probabilities")
    length = sql.call("len", probabilities)
    inside = exp.and_(
        exp.GTE(this=ITEM.copy(), expression=sql.number(0)), exp.LTE(this=ITEM.copy(), expression=sql.number(_LARGEST))
    )
    outside = exp.Not(this=sql.call("coalesce", inside, exp.false()))
    total = sql.call("list_sum", probabilities.copy())
    away = exp.Abs(this=exp.Sub(this=total, expression=sql.number(1)))
    return [
        (
            exp.NEQ(this=length, expression=sql.number(number)),
            sql.call("concat", length.copy(), sql.text(f" probabilities for {number} classes")),
        ),
        (any_item(probabilities.copy(), outside), sql.text("a probability that is not between 0 and 1")),
        (exp.GT(this=away, expression=sql.number(SUM_TOLERANCE)), sql.text("probabilities that do not sum to 1")),
    ]


def _box_cases() -> list[tuple[exp.Expr, exp.Expr]]:
    box = sql.column("bbox")
    broken = exp.Or(this=sql.absent(ITEM.copy()), expression=exp.Not(this=sql.call("isfinite", ITEM.copy())))
    return [
        (exp.NEQ(this=sql.call("len", box), expression=sql.number(4)), sql.text("a box that is not four numbers")),
        (any_item(box.copy(), broken), sql.text("a box with a number that is missing, NaN or infinite")),
    ]


def _measure_cases() -> list[tuple[exp.Expr, exp.Expr]]:
    area, confidence = sql.column("area"), sql.column("keypoint_confidence")
    sure = exp.Between(this=confidence, low=sql.number(0), high=sql.number(_LARGEST))
    sized = exp.and_(sql.call("isfinite", area), exp.GTE(this=area.copy(), expression=sql.number(0)))
    return [
        (exp.Not(this=exp.paren(sized)), sql.text("an area that is negative, NaN or infinite")),
        (exp.Not(this=sure), sql.text("a keypoint confidence that is not between 0 and 1")),
    ]


def _judged(
    target: Target,
    table: str,
    cases: list[tuple[exp.Expr, exp.Expr]],
    condition: exp.Expr | None = None,
) -> exp.Select:
    """Rows of a table with what is wrong about them."""
    rows = exp.select(
        named(sql.varchar(sql.column("sample_id")), "place"),
        named(sql.column("sample_id"), "position"),
        named(case(*cases), "reason"),
    ).from_(target.table(table))
    return rows.where(condition) if condition is not None else rows


def _forget(target: Target, table: str, query: exp.Query, *further: str) -> None:
    """Remove what a table has for the samples and tasks that a query names."""
    columns = [target.sample_id(), sql.column("task"), *(sql.column(name) for name in further)]
    named = sql.subquery(exp.select(*columns).from_(query.subquery("source")), "named")
    target.delete(table, matching(target.table(table), named, "sample_id", "task", *further))
