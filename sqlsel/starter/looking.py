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

    Cost: one pass over the key's values.
    """
    value = sql.double(sql.field(sql.column("metadata"), key.path))
    finite = exp.Filter(
        this=sql.call("quantile_cont", value, sql.number(share)),
        expression=exp.Where(this=sql.call("isfinite", value.copy())),
    )
    found = engine.rows(exp.select(finite).from_(dataset_table(engine.catalog, facts.name, SAMPLES)))[0][0]
    return None if found is None else float(found)
