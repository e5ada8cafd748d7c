"""What must hold between the fields of a config, as JSON Schema says it."""

from __future__ import annotations

from sqlsel.config.kinds import COMPARING, GOES_WITH, PREDICTIONS_GO_WITH, STRATEGIES, looking_at, owners
from sqlsel.config.queries import NOT_BESIDE, QUERY_FIELDS, QUERY_SOURCES
from sqlsel.config.schema_parts import Schema, given, given_by_either_name, left_out, side_is, strategy_with, when
from sqlsel.config.sequences import LENGTH, NOT_OF_SEQUENCES
from sqlsel.config.values import camel_name


def how_many_condition() -> list[Schema]:
    """For ``oneOf``: exactly one of the number and the share, by either name."""
    return [*given_by_either_name("n_samples", "integer"), *given_by_either_name("proportion_samples", "number")]


def sequence_conditions() -> list[Schema]:
    """For ``allOf`` of the whole config: what has no place beside a length of sequences."""
    sums = [
        when({"properties": {"type": {"const": kind}}}, left_out(*model.not_of_sequences))
        for kind, model in STRATEGIES.items()
        if model.not_of_sequences
    ]
    none = sums[0] if len(sums) == 1 else {"allOf": sums}
    without = left_out(*NOT_OF_SEQUENCES)
    without["properties"]["strategies"] = {"items": {"properties": {"strategy": when({"type": "object"}, none)}}}
    several = {"type": "integer", "minimum": 2}
    return [when({"properties": {name: several}, "required": [name]}, without) for name in (LENGTH, camel_name(LENGTH))]


def objective_conditions() -> list[Schema]:
    """For ``allOf``: which input goes with which strategy, and what each of them needs then."""
    conditions = [when(side_is("input", "type", kind), _strategies(usable)) for kind, usable in GOES_WITH.items()]
    conditions += [
        when(side_is("input", "name", name), _strategies(usable)) for name, usable in PREDICTIONS_GO_WITH.items()
    ]
    for kind in COMPARING:
        conditions += _query_conditions(kind)
    none = {"properties": {"input": left_out(*QUERY_FIELDS)}}
    others = (kind for kind in GOES_WITH["EMBEDDINGS"] if kind not in COMPARING)
    conditions += [when(side_is("strategy", "type", kind), none) for kind in others]
    of_objects = {"properties": {"input": given("task", "string")}}
    conditions.append(when(of_objects, {"properties": {"input": left_out("embedding")}}))
    no_categories = {"properties": {"input": left_out("categories")}}
    conditions.append(when(side_is("input", "name", "CLASS_DISTRIBUTION"), no_categories))
    conditions.append(_several_keys())
    for model in STRATEGIES.values():
        conditions += model.objective_conditions(tuple(GOES_WITH))
    return [*conditions, *_strength_conditions()]


def _query_conditions(comparing: str) -> list[Schema]:
    """Where a strategy that compares with queries has them from."""
    kinds = {name: "array" if name == "query_sample_ids" else "string" for name in QUERY_SOURCES}
    ways = [way for name, kind in kinds.items() for way in given_by_either_name(name, kind)]
    similar = side_is("strategy", "type", comparing)
    conditions = [when(similar, {"properties": {"input": {"anyOf": ways}}})]
    for name, excluded in NOT_BESIDE.items():
        for way in given_by_either_name(name, kinds[name]):
            source = {"properties": {"input": way}, "required": ["input"]}
            conditions.append(when({"allOf": [similar, source]}, {"properties": {"input": left_out(*excluded)}}))
    return conditions


def _several_keys() -> Schema:
    """Several keys go with strategies that look at classes, and only with them shares are nested."""
    several = {"type": "object", "properties": {"key": {"type": "array", "minItems": 2}}, "required": ["key"]}
    joint = {"properties": {"input": several}, "required": ["input"]}
    flat = {"additionalProperties": {"not": {"type": "object", "minProperties": 1}}}
    return {"if": joint, "then": _strategies(looking_at("classes")), "else": strategy_with({"target": flat})}


def _strength_conditions() -> list[Schema]:
    """A strength beside the strategy only where the strategy has none of its own, and may have one."""
    beside = given("strength", "number")
    conditions = [when(beside, {"properties": {"strategy": {"not": {"required": ["strength"]}}}})]
    without = [kind for kind in STRATEGIES if kind not in owners(STRATEGIES, "strength")]
    return conditions + [when(side_is("strategy", "type", kind), {"not": beside}) for kind in without]


def _strategies(kinds: tuple[str, ...]) -> Schema:
    return strategy_with({"type": {"enum": list(kinds)}})
