"""From an input of the config to a column that every sample has a value in, or lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import (
    EmbeddingsInput,
    MetadataInput,
    PredictionsInput,
    RandomInput,
    ScoresInput,
    SqlInput,
    looked_at,
)
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.plan.ids import id_columns, id_text
from sqlsel.plan.metadata import class_step, number_step
from sqlsel.plan.model import PLAIN_LABEL, InputStep, Request, Vectors
from sqlsel.plan.objects import OBJECTS, metadata_value, own_input
from sqlsel.plan.scores import in_object_order, per_sample, predictions, score_relation
from sqlsel.plan.sql_input import sql_step

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts, EmbeddingFacts
    from sqlsel.plan.look import Look


def input_step(look: Look, column: str, facts: DatasetFacts, request: Request) -> InputStep:
    """The step that computes an input under the name ``column``, as it is looked at."""
    source = look.input
    own = own_input(look, column, facts)
    if own is not None:
        return own
    if isinstance(source, EmbeddingsInput):
        return _vectors(source, column, facts)
    if isinstance(source, ScoresInput):
        return _score(source, column, facts)
    if isinstance(source, MetadataInput):
        return _metadata(source, column, facts, categorical=look.values == "classes")
    if isinstance(source, PredictionsInput):
        if source.name == "CATEGORY_COUNT":
            return _category_count(source, column, facts)
        return _predicted(source, column, facts) if look.predicted else _mix(source, column, facts)
    if isinstance(source, RandomInput):
        return _random(source, column, facts, request)
    if isinstance(source, SqlInput):
        return sql_step(source, column, facts, categorical=look.values == "classes")
    assert_never(source)


def _vectors(source: EmbeddingsInput, column: str, facts: DatasetFacts) -> InputStep:
    found = looked_at(source, facts)
    assert found is not None
    if facts.objects_of is not None and found.task == facts.objects_of:
        return _own_vectors(found, column, facts)
    sample_id = sql.column("sample_id")
    stored = exp.select(sample_id).from_(sql.table(found.table, facts.name, facts.catalog))
    relation: exp.Query = stored
    if source.task and source.task in facts.tasks and facts.tasks[source.task].has_predictions:
        relation = exp.union(stored, predictions(facts, source.task, sample_id.copy()), distinct=True)
    elif source.task:
        relation = stored.distinct()
    has = exp.Case(ifs=[exp.If(this=sql.present(sql.column("sample_id", column)), true=exp.true())])
    plain = found.name == DEFAULT_EMBEDDING and len(facts.embeddings) < 2
    label = PLAIN_LABEL if plain else f"embedding {found.name}"
    if source.task:
        label = f"embeddings of the objects of task {source.task}"
    vectors = Vectors(catalog=facts.catalog, schema=facts.name, facts=found)
    return InputStep(column=column, label=label, kind="vectors", value=has, relation=relation, vectors=vectors)


def _own_vectors(found: EmbeddingFacts, column: str, facts: DatasetFacts) -> InputStep:
    """The vectors of the objects that are the samples."""
    stored = exp.select(*id_columns(facts)).from_(sql.table(found.table, facts.name, facts.catalog))
    has = exp.Case(ifs=[exp.If(this=sql.present(sql.column("sample_id", column)), true=exp.true())])
    vectors = Vectors(catalog=facts.catalog, schema=facts.name, facts=found)
    return InputStep(column, "embeddings of the objects", "vectors", has, stored, vectors=vectors, per_object=True)


def _score(source: ScoresInput, column: str, facts: DatasetFacts) -> InputStep:
    task = facts.tasks[source.task]
    return InputStep(
        column=column,
        label=f"score {source.score} of task {source.task}",
        kind="number",
        value=sql.column("value", column),
        relation=score_relation(facts, task, source.score),
        computed=None if source.score in task.scores else (task.name, source.score),
    )


def _metadata(source: MetadataInput, column: str, facts: DatasetFacts, *, categorical: bool) -> InputStep:
    values = [metadata_value(name, facts) for name in source.keys]
    if categorical:
        return class_step(source, column, facts, values)
    return number_step(source, column, facts, values[0])


def _category_count(source: PredictionsInput, column: str, facts: DatasetFacts) -> InputStep:
    category = sql.column("category")
    counted: exp.Expr = exp.Count(this=category)
    if source.categories:
        listed = exp.In(this=category.copy(), expressions=[sql.text(name) for name in source.categories])
        counted = sql.count(listed)
    what = ", ".join(source.categories) if source.categories else "all categories"
    return InputStep(
        column=column,
        label=f"count of {what} in task {source.task}",
        kind="number",
        value=sql.double(sql.column("value", column)),
        relation=per_sample(facts, source.task, counted),
    )


def _mix(source: PredictionsInput, column: str, facts: DatasetFacts) -> InputStep:
    task = facts.tasks[source.task]
    probabilities = sql.column("probabilities")
    nothing = exp.Array(expressions=[])
    if task.task_type == "classification":
        own = exp.alias_(exp.Coalesce(this=probabilities, expressions=[nothing]), "value", quoted=True)
        relation = predictions(facts, source.task, sql.column("sample_id"), own)
    else:
        summed = sql.call("sqlsel_sum_vectors", in_object_order(probabilities))
        relation = per_sample(facts, source.task, exp.Coalesce(this=summed, expressions=[nothing]))
    return InputStep(
        column=column,
        label=f"class distribution of task {source.task}",
        kind="distribution",
        value=sql.column("value", column),
        relation=relation,
        categories=task.categories,
        task=source.task,
    )


def _predicted(source: PredictionsInput, column: str, facts: DatasetFacts) -> InputStep:
    task = facts.tasks[source.task]
    label = f"predicted classes of task {source.task}"
    value = sql.column("value", column)
    if task.task_type == "classification":
        category = exp.alias_(sql.column("category"), "value", quoted=True)
        relation = predictions(facts, source.task, sql.column("sample_id"), category)
        return InputStep(column, label, "class", value, relation, categories=task.categories, task=source.task)
    counts = [
        sql.double(sql.count(exp.EQ(this=sql.column("category"), expression=sql.text(name))))
        for name in task.categories
    ]
    relation = per_sample(facts, source.task, exp.Array(expressions=counts))
    return InputStep(column, label, "distribution", value, relation, categories=task.categories, task=source.task)


def _random(source: RandomInput, column: str, facts: DatasetFacts, request: Request) -> InputStep:
    seed = source.random_seed if source.random_seed is not None else (request.seed or 0)
    value = sql.call("sqlsel_uniform", id_text(facts, "s" if facts.objects_of is None else OBJECTS), sql.number(seed))
    return InputStep(column, f"random numbers of seed {seed}", "number", value, of_first=True)
