"""Selections that SQL decides alone: the top n by one weight, and the balance of one category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.config.strategies.balance import BalanceStrategy
from sqlsel.plan.candidates import IN_PLAY, INPUTS, in_play_query, inputs_query, tie_key
from sqlsel.plan.ids import SAMPLE_ID, ascending_ids, id_columns, same
from sqlsel.plan.limits import WITHIN, within_query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlsel.plan.model import Plan

RANK = "rank"
CLASS = "class"
SHARE = "share"
TURN = "turn"
VALUE = "value"
CLASSIFIED = "sqlsel_classified"
SHARED = "sqlsel_shared"
LIMITED = "sqlsel_limited"
PLACED = "sqlsel_placed"
FIRST = "sqlsel_first"


def weights_query(plan: Plan) -> exp.Select:
    """Query with ``sample_id, file_name, rank, value`` of the n best by one number.

    These are the candidates of the highest (negative strength: lowest) value, ties by the tie key.
    Without an objective the tie key alone ranks and the value is NULL. Of the values of a limited key the first are
    taken, as many as the preselected leave room for.
    """
    assert len(plan.limits) < 2
    by: list[exp.Expr] = [sql.ascending(term) for term in tie_key(plan)]
    value: exp.Expr = exp.cast(exp.Null(), "DOUBLE")
    if plan.objectives:
        objective = plan.objectives[0]
        value = sql.column(objective.input.column)
        if objective.strategy.strength:
            by.insert(0, (sql.descending if objective.strategy.strength > 0 else sql.ascending)(value.copy()))
    steps = {INPUTS: inputs_query(plan), IN_PLAY: in_play_query(plan)}
    source = IN_PLAY
    for limit in plan.limits:
        steps[LIMITED] = within_query(limit, source, by)
        source = LIMITED
    steps[FIRST] = _first(plan, source, by)
    return sql.chain(steps, _ranked(plan, by, value))


def balance_query(plan: Plan) -> exp.Select:
    """Query with ``sample_id, file_name, rank, value``: the n candidates whose classes come nearest to the target.

    The j-th sample of a class in tie order has the key (j - 1/2) / share, preselected samples being the first; picks go
    by ascending key, then larger share, then class name. Classes that the target does not list are one class. A class
    of share 0 and samples without a class come last. The value is the sample's class. A limit on the very key leaves
    the first of each value in the deal.
    """
    strategy = plan.objectives[0].strategy
    assert isinstance(strategy, BalanceStrategy)
    found = sql.column(plan.objectives[0].input.column)
    labelled = exp.alias_(sql.present(found), "labelled", quoted=True)
    classified = in_play_query(plan, exp.Star(), exp.alias_(_class(strategy, found), CLASS, quoted=True), labelled)
    shared = exp.select(exp.Star(), exp.alias_(_share(strategy), SHARE, quoted=True)).from_(sql.table(CLASSIFIED))
    ties = [sql.ascending(term) for term in tie_key(plan)]
    place = sql.over(
        exp.RowNumber(),
        by=[sql.column("labelled"), sql.column(CLASS)],
        ordered=sql.order(sql.descending(sql.column("preselected")), *ties),
    )
    dealt, limited = _limited(plan, ties)
    placed = exp.select(exp.Star(), exp.alias_(place, "place", quoted=True)).from_(sql.table(dealt))
    if limited:
        placed = placed.where(exp.or_(sql.column("preselected"), sql.column(WITHIN)))
    by = [*_balance_order(), *(term.copy() for term in ties)]
    halfway = exp.Paren(this=exp.Sub(this=sql.column("place"), expression=sql.number(0.5)))
    turn = exp.alias_(exp.Div(this=halfway, expression=sql.column(SHARE)), TURN, quoted=True)
    steps = {
        INPUTS: inputs_query(plan),
        CLASSIFIED: classified,
        SHARED: shared,
        **limited,
        PLACED: placed,
        FIRST: _first(plan, PLACED, by, turn),
    }
    return sql.chain(steps, _ranked(plan, by, found))


def _limited(plan: Plan, ties: Sequence[exp.Expr]) -> tuple[str, dict[str, exp.Select]]:
    """What places are dealt from, and the step that makes it where a limit is on the key that is balanced."""
    if not plan.limits:
        return SHARED, {}
    return LIMITED, {LIMITED: within_query(plan.limits[0], SHARED, ties)}


def _balance_order() -> list[exp.Expr]:
    """By turn, then larger share, then name; samples of no share keep the order of ties, whatever their class."""
    share = sql.column(SHARE)
    wanted = exp.Case(ifs=[exp.If(this=sql.present(share), true=sql.column(CLASS))])
    return [sql.ascending(sql.column(TURN)), sql.descending(share.copy()), sql.ascending(wanted)]


def _class(strategy: BalanceStrategy, found: exp.Expr) -> exp.Expr:
    if strategy.distribution != "TARGET":
        return found.copy()
    listed = exp.In(this=found.copy(), expressions=[sql.text(name) for name in strategy.shares])
    return exp.Case(ifs=[exp.If(this=listed, true=found.copy())])


def _share(strategy: BalanceStrategy) -> exp.Expr:
    """The share of a sample's class; NULL for a share of 0 and for samples without a class."""
    labelled = sql.column("labelled")
    if strategy.distribution == "TARGET":
        shares = strategy.shares
        ifs = [
            exp.If(this=exp.EQ(this=sql.column(CLASS), expression=sql.text(name)), true=_or_null(share))
            for name, share in shares.items()
        ]
        return exp.Case(ifs=[*ifs, exp.If(this=labelled, true=_or_null(strategy.rest))])
    if strategy.distribution == "INPUT":
        own = sql.over(sql.count(), by=[sql.column(CLASS)])
        share: exp.Expr = exp.Div(this=sql.double(own), expression=sql.over(sql.count(labelled)))
    else:
        kinds = exp.select(exp.Count(this=exp.Distinct(expressions=[sql.column(CLASS)]))).from_(sql.table(CLASSIFIED))
        share = exp.Div(this=sql.number(1.0), expression=exp.Subquery(this=kinds))
    return exp.Case(ifs=[exp.If(this=labelled.copy(), true=share)])


def _or_null(share: float) -> exp.Expr:
    return sql.number(float(share)) if share > 0 else exp.Null()


def _first(plan: Plan, source: str, by: list[exp.Expr], *more: exp.Expr) -> exp.Select:
    """The first n rows that are not preselected."""
    query = exp.select(exp.Star(), *more).from_(sql.table(source)).where(exp.Not(this=sql.column("preselected")))
    if source == LIMITED:
        query = query.where(sql.column(WITHIN))
    return query.order_by(*(term.copy() for term in by)).limit(plan.n)


def _ranked(plan: Plan, by: list[exp.Expr], value: exp.Expr) -> exp.Select:
    rank = sql.over(exp.RowNumber(), ordered=exp.Order(expressions=[term.copy() for term in by]))
    query = exp.select(
        *id_columns(plan.facts), exp.alias_(rank, RANK, quoted=True), exp.alias_(value.copy(), VALUE, quoted=True)
    )
    return with_file_names(plan, query.from_(sql.table(FIRST)), RANK, VALUE)


def with_file_names(plan: Plan, ranked: exp.Select, *columns: str) -> exp.Select:
    """The picks with the names of their files: few rows meet the samples, not many."""
    samples = sql.table("samples", plan.facts.name, plan.facts.catalog, alias="s")
    own = id_columns(plan.facts, "k")
    query = exp.select(*own, sql.column("file_name", "s"), *(sql.column(name, "k") for name in columns))
    query = query.from_(sql.subquery(ranked, "k")).join(samples, on=same(SAMPLE_ID, "k", "s"))
    return query.order_by(sql.ascending(sql.column(RANK, "k")), *ascending_ids(plan.facts, "k"))


def weights_pool_query(plan: Plan) -> exp.Select:
    """Query with the mean of the candidates' values."""
    value = sql.column(plan.objectives[0].input.column)
    query = exp.select(exp.alias_(exp.Avg(this=value), "mean", quoted=True)).from_(sql.table(IN_PLAY))
    return query.where(exp.Not(this=sql.column("preselected")))


def balance_pool_query(plan: Plan) -> exp.Select:
    """Query with the classes in play, by name: how many candidates and how many preselected samples each has."""
    found = sql.column(plan.objectives[0].input.column)
    preselected = sql.column("preselected")
    return (
        exp.select(
            exp.alias_(found, CLASS, quoted=True),
            exp.alias_(sql.count(exp.Not(this=preselected)), "candidates", quoted=True),
            exp.alias_(sql.count(preselected.copy()), "preselected", quoted=True),
        )
        .from_(sql.table(IN_PLAY))
        .group_by(found.copy())
        .order_by(sql.ascending(found.copy()))
    )
