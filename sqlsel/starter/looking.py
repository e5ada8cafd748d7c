"""What the values of a dataset are like, as far as a config to start from needs to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.datasets.tables import SAMPLES, dataset_table

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts, MetadataKey


def class_counts(engine: Engine, facts: DatasetFacts, key: MetadataKey, limit: int) -> list[tuple[str, int]]:
    """The values of a metadata key as text with how many samples have each, most first; at most ``limit`` of them.

    Cost: one pass over the key's values.
    """
    value = named(sql.varchar(sql.field(sql.column("metadata"), key.path)), "value")
    values = exp.select(value).from_(dataset_table(engine.catalog, facts.name, SAMPLES)).subquery("v")
    text = sql.column("value")
    query = exp.select(text, sql.count()).from_(values).where(sql.present(text.copy())).group_by(text.copy())
    order = [sql.descending(sql.count()), sql.ascending(text.copy())]
    return [(str(name), int(count)) for name, count in engine.rows(query.order_by(*order).limit(limit))]


def quantile(engine: Engine, facts: DatasetFacts, key: MetadataKey, share: float) -> float | None:
    """The number that this share of the samples with the key lies below; None where none has it.

    Between two numbers it lies as far from them as the share does. Cost: two passes over the key's values.
    """
    own = named(sql.double(sql.field(sql.column("metadata"), key.path)), "value")
    value = sql.column("value")
    # the difference of a number to itself is 0, but for infinite ones and NaN
    finite = exp.Sub(this=value, expression=value.copy()).eq(0)
    values = exp.select(own).from_(dataset_table(engine.catalog, facts.name, SAMPLES)).subquery("v")
    numbers = exp.select(value.copy()).from_(values).where(finite)
    count: int = engine.rows(exp.select(sql.count()).from_(sql.subquery(numbers, "n")))[0][0]
    if not count:
        return None
    place: float = share * (count - 1)
    found = engine.rows(numbers.order_by(sql.ascending(value.copy())).limit(2).offset(int(place)))
    low, high = float(found[0][0]), float(found[-1][0])
    return low + (high - low) * (place - int(place))
