"""The vectors that objectives compare with: where they lie, and the query that reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import INITIAL_TAG, EmbeddingsInput, RankingStrategy, looked_at, query_embedding, task_looked_at
from sqlsel.plan.candidates import tagged_ids, tagged_objects
from sqlsel.plan.ids import OBJECT_ID, SAMPLE_ID, same
from sqlsel.plan.model import Queries, QueryFile, Vectors

if TYPE_CHECKING:
    from sqlsel.config import Catalog, Objective
    from sqlsel.facts import DatasetFacts

QUERIES = "sqlsel_queries"


def find_queries(objective: Objective, facts: DatasetFacts, catalog: Catalog, table: str) -> Queries | None:
    """The queries of an objective that has been checked; None if it compares with nothing.

    Args:
        objective: The objective.
        facts: The dataset that is selected from.
        catalog: Tells what other datasets hold.
        table: Name of the temporary table for queries of a file.
    """
    source = objective.input
    strategy = objective.strategy
    comparing = isinstance(strategy, RankingStrategy) and strategy.needs_queries
    if not isinstance(source, EmbeddingsInput) or not comparing:
        return None
    if source.query_file is not None:
        return Queries(label=f"the vectors of {source.query_file}", file=QueryFile(source.query_file, table))
    own = source.dataset_id is None or source.dataset_id == facts.name
    holder = facts if own else catalog.find(str(source.dataset_id))
    assert holder is not None
    looked = looked_at(source, facts)
    found = query_embedding(holder, task_looked_at(source, facts), looked.name if looked is not None else None)
    assert found is not None
    vectors = Vectors(catalog=holder.catalog, schema=holder.name, facts=found)
    name = holder.name if holder.catalog == facts.catalog else f"{holder.catalog}.{holder.name}"
    if source.query_sample_ids is not None:
        count = len(source.query_sample_ids)
        label = f"{count:,} given sample{'s' * (count != 1)} of {name}"
        return Queries(label=label, vectors=vectors, sample_ids=source.query_sample_ids)
    tag = source.tag_name or INITIAL_TAG
    of_objects = found.task is not None and holder.object_tags.get(tag) == found.task
    label = f"the {'objects' if of_objects else 'samples'} of tag {tag} of {name}"
    return Queries(label=label, vectors=vectors, tag=tag, tagged_objects=of_objects)


def queries_query(queries: Queries) -> exp.Select:
    """Query with the ``embedding`` of each query, in the order of the samples and objects or of the file."""
    if queries.file is not None:
        stored = exp.select(sql.column("embedding")).from_(sql.table(queries.file.table))
        return stored.order_by(sql.ascending(sql.column("row")))
    source = queries.vectors
    assert source is not None
    query = exp.select(sql.column("embedding", "v"))
    query = query.from_(sql.table(source.facts.table, source.schema, source.catalog, alias="v"))
    query = _of_samples(query, queries, source)
    order = [sql.ascending(sql.column("sample_id", "v"))]
    if source.facts.task is not None:
        order.append(sql.ascending(sql.column("object_index", "v")))
    return query.order_by(*order)


def _of_samples(query: exp.Select, queries: Queries, source: Vectors) -> exp.Select:
    """The query over vectors ``v``, for the samples or objects that are meant."""
    if queries.tag is None:
        ids = [sql.text(each) for each in queries.sample_ids]
        return query.where(exp.In(this=sql.varchar(sql.column("sample_id", "v")), expressions=ids))
    if queries.tagged_objects:
        tagged = tagged_objects(source.catalog, source.schema, str(source.facts.task), queries.tag)
    else:
        tagged = tagged_ids(source.catalog, source.schema, queries.tag)
    on = same(OBJECT_ID if queries.tagged_objects else SAMPLE_ID, "v", "t")
    return query.join(sql.subquery(tagged, "t"), on=on)
