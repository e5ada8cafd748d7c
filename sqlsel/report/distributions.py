"""How every score, metadata key and class is distributed: over all samples, the selected and a random selection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.plan.scores import predictions
from sqlsel.report.field import RANDOM, RANK
from sqlsel.report.labels import bytes_each, labels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts
    from sqlsel.report.columns import Column

BINS = 24
CLASSES = 20
"""The most classes that are told by name; the others are told together."""
FEW = 12
"""Whole numbers of at most so many different values are counted one by one."""

SETS = ("input", "selected", "random")

_OUTER = 0.005
_FAR = 8.0


def distributions(
    engine: Engine, field: exp.Table, columns: Sequence[Column], facts: DatasetFacts
) -> list[dict[str, Any]]:
    """The distribution of each column, and of the classes of each task whose samples have objects.

    Cost: a pass over the table for each column.

    Args:
        engine: The session.
        field: The report's table.
        columns: Its values.
        facts: What the dataset holds.

    Returns:
        For each ``group``, ``name``, ``kind``, ``missing`` (how many lack it, by set) and ``total``. Of numbers and
        times ``edges`` (one more than there are bins), the counts ``input``, ``selected`` and ``random``, ``mean`` by
        set, ``min`` and ``max`` of all samples, and ``clipped``: whether the first and the last bin hold what lies
        beyond. Of categories ``classes`` with the counts, largest first, and ``others``: what is not told by name.
    """
    totals = _one(engine, exp.select(*_counts(exp.Star())).from_(field.copy()))
    stats = _statistics(engine, field, [column for column in columns if column.kind != "category"])
    found = []
    for column in columns:
        told = stats.get(column.step.column)
        few = told is not None and column.whole and told["different"] <= FEW
        if told is None or few:
            found.append(_categories(engine, field, column, totals, by_value=few))
        else:
            found.append(_numbers(engine, field, column, told, totals))
    found += [
        _objects(engine, field, task.name, facts)
        for task in facts.tasks.values()
        if task.has_predictions and task.task_type not in ("classification", "object", None)
    ]
    most = bytes_each(CLASSES * sum("classes" in each for each in found))
    for each in found:
        if "classes" in each:
            each["classes"] = labels_of(map(str, each["classes"]), most)
    return sorted(found, key=lambda each: ("score", "class", "metadata").index(each["group"]))


def _numbers(
    engine: Engine, field: exp.Table, column: Column, told: dict[str, Any], totals: Sequence[int]
) -> dict[str, Any]:
    head = _head(column.group, column.name, column.kind, totals, told["known"])
    if not told["known"][0]:
        return {**head, "edges": [], **{name: [] for name in SETS}, "mean": told["mean"], "min": None, "max": None,
                "clipped": False}  # fmt: skip
    low, high, clipped = _range(told)
    width = (high - low) / BINS
    value = sql.column(column.step.column)
    place: exp.Expr = sql.number(0)
    if width > 0:
        scaled = exp.Div(
            this=exp.Paren(this=exp.Sub(this=value, expression=sql.number(low))), expression=sql.number(width)
        )
        last = exp.Least(this=exp.Floor(this=scaled), expressions=[sql.number(BINS - 1)])
        place = exp.Greatest(this=last, expressions=[sql.number(0)])
    binned = exp.select(named(exp.cast(place, "INT"), "bin"), sql.column(RANK), sql.column(RANDOM)).from_(field.copy())
    binned = binned.where(sql.present(value.copy()))
    query = exp.select(sql.column("bin"), *_counts(exp.Star())).from_(sql.subquery(binned, "binned"))
    rows = {row[0]: row[1:] for row in engine.rows(query.group_by(sql.column("bin")))}
    bins = BINS if width > 0 else 1
    edges = [low + width * step for step in range(BINS + 1)] if width > 0 else [low, high]
    counts = {name: [rows.get(at, (0, 0, 0))[index] for at in range(bins)] for index, name in enumerate(SETS)}
    return {**head, "edges": edges, **counts, "mean": told["mean"], "min": told["min"], "max": told["max"],
            "clipped": clipped}  # fmt: skip


def _range(told: dict[str, Any]) -> tuple[float, float, bool]:
    """Where the bins begin and end: at the outermost values, or before far outliers."""
    low, high, inner_low, inner_high = told["min"], told["max"], told["low"], told["high"]
    if inner_high > inner_low and high - low > _FAR * (inner_high - inner_low):
        return inner_low, inner_high, True
    return low, high, False


def _statistics(engine: Engine, field: exp.Table, columns: Sequence[Column]) -> dict[str, dict[str, Any]]:
    """What is to be known of numbers before they are put into bins, in one pass over all of them."""
    if not columns:
        return {}
    wanted: list[exp.Expr] = []
    for column in columns:
        value = sql.column(column.step.column)
        quantiles = [exp.Quantile(this=value, quantile=sql.number(share)) for share in (_OUTER, 1 - _OUTER)]
        different = exp.Count(this=exp.Distinct(expressions=[value])) if column.whole else sql.number(0)
        wanted += [*_counts(value), *_of_sets(exp.Avg(this=value)), exp.Min(this=value), exp.Max(this=value)]
        wanted += [*quantiles, different]
    row = _one(engine, exp.select(*(each.copy() for each in wanted)).from_(field.copy()))
    size = len(wanted) // len(columns)
    found = {}
    for number, column in enumerate(columns):
        own = row[number * size : (number + 1) * size]
        mean = dict(zip(SETS, own[3:6], strict=True))
        rest = dict(zip(("min", "max", "low", "high", "different"), own[6:], strict=True))
        found[column.step.column] = {"known": own[:3], "mean": mean, **rest}
    return found


def _categories(
    engine: Engine, field: exp.Table, column: Column, totals: Sequence[int], *, by_value: bool
) -> dict[str, Any]:
    """Texts by how many there are; whole numbers, if they are few, by their size."""
    value = sql.column(column.step.column)
    query = exp.select(value, *_counts(exp.Star())).from_(field.copy()).where(sql.present(value.copy()))
    rows = engine.rows(query.group_by(value.copy()))
    if by_value:
        rows = [(f"{row[0]:.0f}", *row[1:]) for row in sorted(rows)]
    else:
        rows.sort(key=_by_number if _are_few_numbers(rows) else _by_count)
    return _told_classes(column.group, column.name, rows, totals)


def _are_few_numbers(rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether classes are numbers that stand better in their own order."""
    return len(rows) <= CLASSES and all(row[0].lstrip("-").isdecimal() for row in rows)


def _by_number(row: tuple[Any, ...]) -> tuple[int, str]:
    return int(row[0]), row[0]


def _by_count(row: tuple[Any, ...]) -> tuple[int, str]:
    return -row[1], row[0]


def _objects(engine: Engine, field: exp.Table, task: str, facts: DatasetFacts) -> dict[str, Any]:
    """The classes of the objects that a task predicts on the samples."""
    category = sql.column("category")
    rows_of = predictions(facts, task, sql.column("sample_id"), category).where(sql.present(category.copy()))
    on = exp.EQ(this=sql.column("sample_id", "p"), expression=sql.column("sample_id", "f"))
    query = exp.select(sql.column("category", "p"), *_counts(exp.Star(), "f"))
    query = query.from_(sql.subquery(rows_of, "p")).join(exp.alias_(field.copy(), "f", table=True, quoted=True), on=on)
    rows = sorted(engine.rows(query.group_by(sql.column("category", "p"))), key=_by_count)
    totals = [sum(row[place] for row in rows) for place in (1, 2, 3)]
    return {**_told_classes("class", task, rows, totals), "of": "objects"}


def _told_classes(group: str, name: str, rows: Sequence[tuple[Any, ...]], totals: Sequence[int]) -> dict[str, Any]:
    known = [sum(row[place] for row in rows) for place in (1, 2, 3)]
    shown, rest = rows[:CLASSES], rows[CLASSES:]
    others = None
    if rest:
        counts = {each: sum(row[place] for row in rest) for place, each in enumerate(SETS, start=1)}
        others = {"classes": len(rest), **counts}
    return {
        **_head(group, name, "category", totals, known),
        "classes": [row[0] for row in shown],
        **{each: [row[place] for row in shown] for place, each in enumerate(SETS, start=1)},
        "others": others,
    }


def _head(group: str, name: str, kind: str, totals: Sequence[int], known: Sequence[int]) -> dict[str, Any]:
    missing = {each: totals[place] - known[place] for place, each in enumerate(SETS)}
    return {
        "group": group,
        "name": name,
        "kind": kind,
        "of": "samples",
        "total": dict(zip(SETS, totals, strict=True)),
        "missing": missing,
    }


def _counts(value: exp.Expr, table: str | None = None) -> list[exp.Expr]:
    """How many there are in each of the sets."""
    return _of_sets(exp.Count(this=value), table)


def _of_sets(aggregate: exp.Expr, table: str | None = None) -> list[exp.Expr]:
    return [aggregate.copy(), *(_where(aggregate, sql.column(name, table)) for name in (RANK, RANDOM))]


def _where(aggregate: exp.Expr, known: exp.Expr) -> exp.Expr:
    return exp.Filter(this=aggregate.copy(), expression=exp.Where(this=sql.present(known)))


def _one(engine: Engine, query: exp.Select) -> tuple[Any, ...]:
    return engine.rows(query)[0]
