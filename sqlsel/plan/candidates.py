"""Who may be chosen: every input of every sample, the condition to be in play, and what each filter removes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config import DATAPOOL, INITIAL_TAG
from sqlsel.plan.ids import OBJECT_ID, SAMPLE_ID, ascending_ids, id_columns, id_text, same, same_sample
from sqlsel.plan.objects import OBJECTS, from_samples, objects_query
from sqlsel.plan.predicate import parse_predicate

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts
    from sqlsel.plan.model import InputStep, Plan, Preselected, Request, ThresholdStep

INPUTS = "sqlsel_inputs"
IN_PLAY = "sqlsel_in_play"
PRESELECTED_IDS = "sqlsel_preselected"
CHOSEN = "sqlsel_chosen"
AMONG_IDS = "sqlsel_among"

_OPERATIONS = {"SMALLER": exp.LT, "SMALLER_EQUAL": exp.LTE, "BIGGER": exp.GT, "BIGGER_EQUAL": exp.GTE}


def inputs_query(plan: Plan) -> exp.Select:
    """Query with every sample that the request admits, and the preselected: ids and inputs."""
    facts = plan.facts
    sample = "s" if facts.objects_of is None else OBJECTS
    chosen = sql.present(sql.column("sample_id", "preselected")) if plan.request.preselected else exp.false()
    query = exp.select(
        *id_columns(facts, sample),
        exp.alias_(chosen, "preselected", quoted=True),
        *(exp.alias_(step.value.copy(), step.column, quoted=True) for step in plan.inputs),
    )
    query = from_samples(query, facts)
    if plan.request.preselected:
        earlier = preselected_ids(plan.request.preselected, facts)
        query = _join(query, earlier, "preselected", same_sample(facts, sample, "preselected"))
    for step in plan.inputs:
        if step.relation is not None:
            on = same_sample(facts, sample, step.column) if step.per_object else same(SAMPLE_ID, "s", step.column)
            query = _join(query, step.relation.copy(), step.column, on)
    conditions = _admitted(plan.request, facts)
    if conditions:
        admitted = exp.Paren(this=sql.every(conditions)) if len(conditions) > 1 else conditions[0]
        query = query.where(exp.or_(chosen.copy(), admitted) if plan.request.preselected else admitted)
    return query


def _admitted(request: Request, facts: DatasetFacts) -> list[exp.Expr]:
    """What the call asks of a sample ``s`` for it to be a candidate."""
    conditions: list[exp.Expr] = []
    if request.where is not None:
        conditions.append(exp.Paren(this=parse_predicate(request.where, facts)))
    if request.among is not None:
        conditions.append(_among(request.among.tag, facts))
    if request.since is not None and not request.since.everything:
        later = exp.GT(this=sql.column("added_at"), expression=sql.moment(request.since.moment))
        arrivals = exp.select(sql.column("sample_id")).from_(sql.table("arrivals", facts.name, facts.catalog))
        conditions.append(_one_of(arrivals.where(later)))
    return conditions


def _among(tag: str | None, facts: DatasetFacts) -> exp.Expr:
    """Whether a sample is of a tag, or has one of the given ids; an object also where its image is or has."""
    if tag is None:
        return _one_of(exp.select(sql.column("sample_id")).from_(sql.table(AMONG_IDS)))
    if facts.objects_of is None or facts.object_tags.get(tag) != facts.objects_of:
        return _one_of(tagged_ids(facts.catalog, facts.name, tag))
    own = exp.Tuple(expressions=[sql.column(name, OBJECTS) for name in OBJECT_ID])
    tagged = tagged_objects(facts.catalog, facts.name, facts.objects_of, tag)
    return exp.In(this=own, query=exp.Subquery(this=tagged))


def _one_of(ids: exp.Select) -> exp.In:
    return exp.In(this=sql.column("sample_id", "s"), query=exp.Subquery(this=ids))


def preselected_ids(preselected: Preselected, facts: DatasetFacts) -> exp.Select:
    """Query with the ids of the preselected samples.

    Where objects are the samples, a tag on objects of their task means these, and any other all objects on the images
    of the tag; the datapool has both.
    """
    tag = preselected.tag
    if tag is None:
        return exp.select(*id_columns(facts)).from_(sql.table(PRESELECTED_IDS))
    if facts.objects_of is None:
        return tagged_ids(facts.catalog, facts.name, tag)
    if facts.object_tags.get(tag) == facts.objects_of:
        return tagged_objects(facts.catalog, facts.name, facts.objects_of, tag)
    images = sql.subquery(tagged_ids(facts.catalog, facts.name, tag), "t")
    objects = exp.select(*id_columns(facts, OBJECTS)).from_(sql.subquery(objects_query(facts), OBJECTS))
    objects = objects.join(images, on=same(SAMPLE_ID, OBJECTS, "t"))
    if tag != DATAPOOL or facts.objects_of not in facts.object_tags.values():
        return objects
    chosen = tagged_objects(facts.catalog, facts.name, facts.objects_of)
    return exp.select(*id_columns(facts)).from_(sql.subquery(exp.union(objects, chosen, distinct=True), "pool"))


def tagged_objects(catalog: str, dataset: str, task: str, tag: str | None = None) -> exp.Select:
    """Query with the ids of the objects of a task that have a tag, or any."""
    query = exp.select(*(sql.column(name) for name in OBJECT_ID)).from_(sql.table("selected_objects", dataset, catalog))
    query = query.where(exp.EQ(this=sql.column("task"), expression=sql.text(task)))
    return query if tag is None else query.where(exp.EQ(this=sql.column("tag"), expression=sql.text(tag)))


def tagged_ids(catalog: str, dataset: str, tag: str) -> exp.Select:
    """Query with the ids of the samples of a tag."""
    ids = exp.select(sql.column("sample_id"))
    if tag == INITIAL_TAG:
        return ids.from_(sql.table("samples", dataset, catalog))
    tags = ids.from_(sql.table("tags", dataset, catalog))
    if tag != DATAPOOL:
        return tags.where(exp.EQ(this=sql.column("tag"), expression=sql.text(tag)))
    made = exp.select(sql.column("tag")).from_(sql.table("selections", dataset, catalog))
    return tags.distinct().where(exp.In(this=sql.column("tag"), query=exp.Subquery(this=made)))


def in_play_query(plan: Plan, *columns: exp.Expr) -> exp.Select:
    """Query with the preselected samples and the candidates: those that have every input and pass every threshold."""
    conditions = [
        *(_has(step) for step in plan.inputs if not step.optional),
        *(_passes(step) for step in plan.thresholds),
    ]
    query = exp.select(*(columns or (exp.Star(),))).from_(sql.table(INPUTS))
    if not conditions:
        return query
    return query.where(exp.or_(sql.column("preselected"), exp.Paren(this=sql.every(conditions))))


def funnel_query(plan: Plan) -> exp.Select:
    """Query with one row of counts over the samples that are not preselected.

    Columns: ``preselected``, ``admitted`` (by ``where``), ``missing_<input>`` for each input that can be lacked,
    ``complete`` (lack nothing), ``removed_<i>`` for each threshold (complete ones that fail it, whatever the others
    say) and ``candidates``.
    """
    candidate = exp.Not(this=sql.column("preselected"))
    needed = [step for step in plan.inputs if not step.optional]
    complete = [candidate, *(_has(step) for step in needed)]
    counts: list[tuple[str, exp.Expr]] = [
        ("preselected", sql.count(sql.column("preselected"))),
        ("admitted", sql.count(candidate)),
    ]
    counts += [(f"missing_{step.column}", sql.count(exp.and_(candidate, _lacks(step)))) for step in needed]
    counts.append(("complete", sql.count(sql.every(complete))))
    for index, threshold in enumerate(plan.thresholds, start=1):
        fails = exp.Not(this=exp.Paren(this=_passes(threshold)))
        counts.append((f"removed_{index}", sql.count(sql.every([*complete, fails]))))
    passed = [*complete, *(_passes(step) for step in plan.thresholds)]
    counts.append(("candidates", sql.count(sql.every(passed))))
    columns = [exp.alias_(value.copy(), name, quoted=True) for name, value in counts]
    return exp.select(*columns).from_(sql.table(INPUTS))


def remaining_query(plan: Plan) -> exp.Select:
    """Query with one row: how many that are not preselected are left after each filter, one after the other.

    The first column counts before all filters; then comes one for each input that can be lacked, and one for each
    threshold.
    """
    conditions: list[exp.Expr] = [exp.Not(this=sql.column("preselected"))]
    counts = [sql.count(conditions[0])]
    for condition in (
        *(_has(step) for step in plan.inputs if not step.optional),
        *(_passes(step) for step in plan.thresholds),
    ):
        conditions.append(condition)
        counts.append(sql.count(sql.every(conditions)))
    return exp.select(*(count.copy() for count in counts)).from_(sql.table(INPUTS))


def lacking_query(plan: Plan, step: InputStep, limit: int) -> exp.Select:
    """Query with the lowest ids of the samples that lack an input, as ties and messages write them."""
    lacks = exp.and_(exp.Not(this=sql.column("preselected")), _lacks(step))
    query = exp.select(id_text(plan.facts)).from_(sql.table(INPUTS)).where(lacks)
    return query.order_by(*ascending_ids(plan.facts)).limit(limit)


def tie_key(plan: Plan) -> list[exp.Expr]:
    """What breaks ties, first to last; ends in the id."""
    if plan.request.seed is None:
        return id_columns(plan.facts)
    return [sql.call("sqlsel_tie", id_text(plan.facts), sql.number(plan.request.seed)), *id_columns(plan.facts)]


def _join(query: exp.Select, relation: exp.Query, alias: str, on: exp.Expr) -> exp.Select:
    return sql.left_join(query, sql.subquery(relation, alias), on)


def _has(step: InputStep) -> exp.Expr:
    return sql.present(sql.column(step.column))


def _lacks(step: InputStep) -> exp.Expr:
    return sql.absent(sql.column(step.column))


def _passes(step: ThresholdStep) -> exp.Expr:
    operation = _OPERATIONS[step.strategy.operation]
    return operation(this=sql.column(step.input.column), expression=sql.number(step.strategy.bound))
