"""The SQL of a plan, statement by statement, for each of the three ways a selection can run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.plan.candidates import (
    CHOSEN,
    IN_PLAY,
    INPUTS,
    funnel_query,
    in_play_query,
    inputs_query,
    preselected_ids,
    tie_key,
)
from sqlsel.plan.ids import OBJECT_ID, SAMPLE_ID, ascending_ids, id_columns, same, same_sample
from sqlsel.plan.limits import limit_query
from sqlsel.plan.queries import queries_query
from sqlsel.plan.ranking import (
    RANK,
    balance_pool_query,
    balance_query,
    weights_pool_query,
    weights_query,
    with_file_names,
)
from sqlsel.plan.scores import predictions
from sqlsel.plan.sequences import (
    SEQUENCES,
    cut_query,
    frame_vectors_query,
    frames_query,
    in_sequences,
    sequences_query,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.facts import DatasetFacts
    from sqlsel.plan.model import InputStep, Plan

POSITION = "position"
FIRST = "first"
ORDER = "order"
PICKS = "sqlsel_picks"


def statements(plan: Plan) -> Mapping[str, exp.Expr]:
    """The statements by name, in the order they run.

    ``funnel`` counts what each filter removes. ``selection`` ranks where SQL alone decides. Otherwise ``inputs`` and
    ``in_play`` are temporary tables, ``columns`` is what numpy reads of every sample in play, ``first`` and ``order``
    tell the first and the order of those that tie where positions do not, ``vectors <input>`` and
    ``queries <objective>`` the vectors; ``picked`` gives the picks their ids. ``pool`` is what the picks are compared
    with in the summary, ``mixes <objective>`` the predictions of all that is chosen, and ``limit:<key>`` the values
    that are full. For sequences, ``sequences`` is the table of their frames, ``cut`` counts what that left over, and
    ``frames`` are those of the picks.
    """
    found = _greedy(plan) if plan.route == "greedy" else _ranked(plan)
    for objective in plan.objectives:
        if objective.input.task is not None:
            found[f"mixes {objective.name}"] = _mixes(plan, objective.input.task)
    for limit in plan.limits:
        found[limit.name] = _with_in_play(plan, limit_query(limit, plan.facts))
    return found


def _ranked(plan: Plan) -> dict[str, exp.Expr]:
    found: dict[str, exp.Expr] = {"funnel": sql.chain({INPUTS: inputs_query(plan)}, funnel_query(plan))}
    found["selection"] = weights_query(plan) if plan.route == "weights" else balance_query(plan)
    if plan.objectives:
        pool = weights_pool_query(plan) if plan.route == "weights" else balance_pool_query(plan)
        found["pool"] = _with_in_play(plan, pool)
    return found


def _with_in_play(plan: Plan, query: exp.Select) -> exp.Select:
    """A query over what is in play, which is a table only where numpy reads it."""
    if plan.route == "greedy":
        return query
    return sql.chain({INPUTS: inputs_query(plan), IN_PLAY: in_play_query(plan)}, query)


def _greedy(plan: Plan) -> dict[str, exp.Expr]:
    found: dict[str, exp.Expr] = {}
    inputs = inputs_query(plan)
    if plan.sequence_length is not None:
        found |= {"sequences": _temporary(SEQUENCES, sequences_query(plan)), "cut": cut_query()}
        inputs = in_sequences(plan, inputs)
    found |= {
        "inputs": _temporary(INPUTS, inputs),
        "funnel": funnel_query(plan),
        "in_play": _temporary(IN_PLAY, _positions(plan)),
        "columns": _columns(plan),
    }
    if plan.order_late:
        found |= {FIRST: _first(plan), ORDER: _order(plan)}
    for step in plan.inputs:
        if step.vectors is not None:
            of_frames = plan.sequence_length is not None
            found[f"vectors {step.column}"] = frame_vectors_query(step, POSITION) if of_frames else _vectors(step)
    for objective in plan.objectives:
        if objective.queries is not None:
            found[f"queries {objective.name}"] = queries_query(objective.queries)
    found["picked"] = _picked(plan)
    if plan.sequence_length is not None:
        found["frames"] = frames_query(plan)
    return found


def _temporary(name: str, query: exp.Query) -> exp.Create:
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    return exp.Create(this=sql.table(name), kind="TABLE", expression=query, properties=temporary)


def _positions(plan: Plan) -> exp.Select:
    """What is in play with its position: in the order of ties, or in any where that order is asked for late."""
    place = sql.over(exp.RowNumber(), ordered=None if plan.order_late else sql.order(*tie_key(plan)))
    position = exp.Sub(this=place, expression=sql.number(1))
    return in_play_query(plan, exp.alias_(position, POSITION, quoted=True), exp.Star())


def in_play_as_stored(plan: Plan, step: InputStep, row: str) -> exp.Create:
    """The statement ``in_play`` where the positions are those of the vectors in their table.

    Args:
        plan: A plan whose order is asked for late.
        step: The input with the samples' own vectors, of which no sample has two.
        row: What the engine calls the number of a row.
    """
    assert step.vectors is not None
    source = step.vectors
    stored = sql.table(source.facts.table, source.schema, source.catalog, alias="v")
    position = exp.alias_(sql.column(row, "v"), POSITION, quoted=True)
    everything = exp.Column(this=exp.Star(), table=sql.name("p"))
    query = exp.select(position, everything).from_(sql.subquery(in_play_query(plan), "p"))
    return _temporary(IN_PLAY, query.join(stored, on=same(SAMPLE_ID, "p", "v")))


def _first(plan: Plan) -> exp.Select:
    """Query with the position of the candidate that comes first of all."""
    candidates = _order(plan).where(exp.Not(this=sql.column("preselected")))
    return candidates.limit(1)


def _order(plan: Plan) -> exp.Select:
    """Query with the positions in the order of ties."""
    query = exp.select(sql.column(POSITION)).from_(sql.table(IN_PLAY))
    return query.order_by(*(sql.ascending(term) for term in tie_key(plan)))


def _columns(plan: Plan) -> exp.Select:
    names = [POSITION, "preselected", *(step.column for step in plan.inputs)]
    query = exp.select(*(sql.column(name) for name in names)).from_(sql.table(IN_PLAY))
    return query.order_by(sql.ascending(sql.column(POSITION)))


def _vectors(step: InputStep) -> exp.Select:
    assert step.vectors is not None
    source = step.vectors
    stored = sql.table(source.facts.table, source.schema, source.catalog, alias="v")
    on = same(OBJECT_ID if step.per_object else SAMPLE_ID, "p", "v")
    query = exp.select(sql.column(POSITION, "p"), sql.column("embedding", "v"))
    query = query.from_(stored).join(sql.table(IN_PLAY, alias="p"), on=on)
    if source.facts.task is None or step.per_object:
        return query
    return query.order_by(sql.ascending(sql.column(POSITION, "p")), sql.ascending(sql.column("object_index", "v")))


def _mixes(plan: Plan, task: str) -> exp.Select:
    """The predictions of a task for everything chosen, in the order of samples and objects."""
    if plan.facts.objects_of is not None:
        return _mixes_of_objects(plan, task)
    ids: exp.Query = exp.select(sql.column("sample_id")).from_(sql.table(CHOSEN))
    if plan.request.preselected is not None:
        ids = exp.union(ids, preselected_ids(plan.request.preselected, plan.facts), distinct=True)
    columns = [sql.column(name) for name in ("category", "probabilities")]
    chosen = exp.In(this=sql.column("sample_id"), query=exp.Subquery(this=ids))
    query = predictions(plan.facts, task, *columns).where(chosen, sql.present(sql.column("object_index")))
    return query.order_by(sql.ascending(sql.column("sample_id")), sql.ascending(sql.column("object_index")))


def _mixes_of_objects(plan: Plan, task: str) -> exp.Select:
    """The same where objects are chosen: of their own task their prediction, of another that of the image of each."""
    chosen: exp.Query = exp.select(*id_columns(plan.facts)).from_(sql.table(CHOSEN))
    if plan.request.preselected is not None:
        chosen = exp.union(chosen, preselected_ids(plan.request.preselected, plan.facts), distinct=True)
    rows = predictions(plan.facts, task, *(sql.column(name) for name in (*OBJECT_ID, "category", "probabilities")))
    rows = rows.where(sql.present(sql.column("object_index")))
    on = same(OBJECT_ID if task == plan.facts.objects_of else SAMPLE_ID, "c", "p")
    query = exp.select(sql.column("category", "p"), sql.column("probabilities", "p"))
    query = query.from_(sql.subquery(chosen, "c")).join(sql.subquery(rows, "p"), on=on)
    return query.order_by(*ascending_ids(plan.facts, "c"), sql.ascending(sql.column("object_index", "p")))


def places_query(facts: DatasetFacts) -> exp.Select:
    """Query with the position of each chosen sample, by rank."""
    on = same_sample(facts, "c", "p")
    query = exp.select(sql.column(POSITION, "p")).from_(sql.table(CHOSEN, alias="c"))
    query = query.join(sql.table(IN_PLAY, alias="p"), on=on)
    return query.order_by(sql.ascending(sql.column(RANK, "c")), *ascending_ids(facts, "c"))


def _picked(plan: Plan) -> exp.Select:
    on = exp.EQ(this=sql.column(POSITION, "n"), expression=sql.column(POSITION, "p"))
    query = exp.select(*id_columns(plan.facts, "p"), sql.column(RANK, "n")).from_(sql.table(PICKS, alias="n"))
    return with_file_names(plan, query.join(sql.table(IN_PLAY, alias="p"), on=on), RANK)
