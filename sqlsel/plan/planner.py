"""From a config and what a dataset holds to a plan."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sqlsel.config import (
    QUERY_FIELDS,
    Catalog,
    Config,
    EmbeddingsInput,
    RankingStrategy,
    ThresholdStrategy,
    looked_at,
    with_path_keys,
)
from sqlsel.plan.inputs import input_step
from sqlsel.plan.limits import class_look, limit_look
from sqlsel.plan.look import Look
from sqlsel.plan.model import InputStep, LimitStep, ObjectiveStep, Plan, Request, Route, ThresholdStep
from sqlsel.plan.names import objective_name
from sqlsel.plan.queries import QUERIES, find_queries
from sqlsel.plan.statements import statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.facts import DatasetFacts


def make_plan(config: Config, facts: DatasetFacts, catalog: Catalog, request: Request) -> Plan:
    """The plan of a config that has been checked against the dataset.

    Args:
        config: The declaration, checked with ``catalog`` and the dataset.
        facts: What the dataset holds.
        catalog: Tells what the datasets hold that queries come from.
        request: What the call asks beside the config.
    """
    facts = with_path_keys(facts, config.lightly_path_regex)
    length = config.selected_sequence_length
    length = None if length == 1 else length
    inputs = _inputs(config, facts, request)
    if length is not None:
        inputs = {key: _of_sequences(step) for key, step in inputs.items()}
    limits = _limits(config, facts, inputs)
    names = _names(config)
    thresholds: list[ThresholdStep] = []
    objectives: list[ObjectiveStep] = []
    for objective, name in zip(config.strategies, names, strict=True):
        step = inputs[_column(Look.of(objective), facts)]
        if isinstance(objective.strategy, ThresholdStrategy):
            thresholds.append(ThresholdStep(name, step, objective.strategy))
        elif isinstance(objective.strategy, RankingStrategy):
            queries = find_queries(objective, facts, catalog, f"{QUERIES}_{len(objectives) + 1}")
            more = {field: inputs[_column(look, facts)] for field, look in Look.more_of(objective).items()}
            objectives.append(ObjectiveStep(name, step, objective.strategy, queries, more))
    plan = Plan(
        config=config,
        facts=facts,
        request=request,
        n=_asked(config, facts, length or 1),
        inputs=tuple(inputs.values()),
        thresholds=tuple(thresholds),
        objectives=tuple(objectives),
        limits=limits,
        route=_route(objectives, limits) if length is None and request.per is None else "greedy",
        statements={},
        sequence_length=length,
        order_late=request.rows_in_order and length is None and len(objectives) == 1 and _seldom_ties(objectives[0]),
        per=None if request.per is None else inputs[_column(class_look(request.per), facts)],
    )
    return replace(plan, statements=statements(plan))


def _seldom_ties(step: ObjectiveStep) -> bool:
    vectors = step.input.vectors
    of_samples = vectors is not None and (vectors.facts.task is None or step.input.per_object)
    return of_samples and step.strategy.seldom_ties


def _asked(config: Config, facts: DatasetFacts, length: int) -> int:
    """How many samples, or sequences of some length, are asked for; a share is rounded up to whole sequences."""
    if config.n_samples is not None:
        return config.n_samples // length
    assert config.proportion_samples is not None
    share = Decimal(facts.n_samples) * config.proportion_samples
    samples = max(1, int(share.to_integral_value(rounding=ROUND_HALF_UP)))
    return -(-samples // length)


def _of_sequences(step: InputStep) -> InputStep:
    """The input where sequences are chosen: one has the classes of all its frames."""
    return replace(step, kind="classes") if step.kind == "class" else step


def _column(look: Look, facts: DatasetFacts) -> Look:
    """The look with everything left out that makes no difference to the column."""
    source = look.input
    if isinstance(source, EmbeddingsInput):
        # the queries belong to the objective: the vectors looked at are the same with and without them
        found = looked_at(source, facts)
        task, name = (source.task, None) if found is None else (found.task, found.name)
        source = source.model_copy(update={**dict.fromkeys(QUERY_FIELDS), "task": task, "embedding": name})
    return replace(look, input=source)


def _inputs(config: Config, facts: DatasetFacts, request: Request) -> dict[Look, InputStep]:
    steps: dict[Look, InputStep] = {}
    looks = [
        look for objective in config.strategies for look in (Look.of(objective), *Look.more_of(objective).values())
    ]
    groups = [] if request.per is None else [class_look(request.per)]
    limited = [*map(limit_look, config.limits or ())]
    for place, look in enumerate((*looks, *limited, *groups)):
        if _column(look, facts) not in steps:
            step = input_step(look, f"input_{len(steps) + 1}", facts, request)
            # what a limit alone looks at, nobody lacks
            steps[_column(look, facts)] = replace(step, optional=step.optional or place >= len(looks))
    return steps


def _names(config: Config) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for objective in config.strategies:
        name = objective_name(objective)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


def _limits(config: Config, facts: DatasetFacts, inputs: Mapping[Look, InputStep]) -> tuple[LimitStep, ...]:
    return tuple(
        LimitStep(f"limit:{limit.name}", limit.name, inputs[_column(limit_look(limit), facts)], limit.max)
        for limit in config.limits or ()
    )


def _route(objectives: list[ObjectiveStep], limits: tuple[LimitStep, ...]) -> Route:
    # one window function counts one limit; where several cross, who is let in depends on earlier picks
    if len(objectives) > 1 or len(limits) > 1:
        return "greedy"
    if not objectives:
        return "weights"
    route = objectives[0].strategy.sql_route(objectives[0].input.kind)
    if route == "balance" and any(limit.input.column != objectives[0].input.column for limit in limits):
        # a limit on another key makes the classes depend on each other's picks
        return "greedy"
    return route or "greedy"
