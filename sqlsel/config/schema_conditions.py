"""What must hold between the fields of a config, as JSON Schema says it."""

from __future__ import annotations

from typing import Any

from sqlsel.config.kinds import GOES_WITH, PREDICTIONS_GO_WITH, STRATEGIES, owners
from sqlsel.config.queries import NOT_BESIDE, QUERY_FIELDS, QUERY_SOURCES
from sqlsel.config.sequences import LENGTH, NOT_OF_SEQUENCES, SUMS
from sqlsel.config.values import camel_name

Schema = dict[str, Any]

_NULL: Schema = {"type": "null"}


def how_many_condition() -> list[Schema]:
    """For ``oneOf``: exactly one of the number and the share, by either name."""
    return [
        _given(name, kind)
        for field, kind in (("n_samples", "integer"), ("proportion_samples", "number"))
        for name in (field, camel_name(field))
    ]


def range_condition() -> list[Schema]:
    """For ``anyOf``: at least one bound."""
    return [_given(name, "number") for field in ("min_sum", "max_sum") for name in (field, camel_name(field))]


def sequence_conditions() -> list[Schema]:
    """For ``allOf`` of the whole config: what has no place beside a length of sequences."""
    sums = {"if": {"properties": {"type": {"const": "WEIGHTS"}}}, "then": _left_out(*SUMS)}
    entries = {"items": {"properties": {"strategy": {"if": {"type": "object"}, "then": sums}}}}
    without = _left_out(*NOT_OF_SEQUENCES)
    without["properties"]["strategies"] = entries
    several = {"type": "integer", "minimum": 2}
    return [
        _when({"properties": {name: several}, "required": [name]}, without) for name in (LENGTH, camel_name(LENGTH))
    ]


def target_condition() -> Schema:
    """A target for the distribution TARGET, which is the default, and none for the others."""
    other = {"properties": {"distribution": {"enum": ["UNIFORM", "INPUT"]}}, "required": ["distribution"]}
    return {"if": other, "then": _left_out("target"), "else": _given("target", "object")}


def objective_conditions() -> list[Schema]:
    """For ``allOf``: which input goes with which strategy, and what each of them needs then."""
    conditions = [_when(_side("input", "type", kind), _strategies(usable)) for kind, usable in GOES_WITH.items()]
    conditions += [
        _when(_side("input", "name", name), _strategies(usable)) for name, usable in PREDICTIONS_GO_WITH.items()
    ]
    conditions += _query_conditions()
    of_objects = {"properties": {"input": _given("task", "string")}}
    conditions.append(_when(of_objects, {"properties": {"input": _left_out("embedding")}}))
    no_categories = {"properties": {"input": _left_out("categories")}}
    conditions.append(_when(_side("input", "name", "CLASS_DISTRIBUTION"), no_categories))
    conditions += _metadata_conditions()
    for kind in GOES_WITH:
        if kind != "PREDICTIONS":
            no_count = {"properties": {"strategy": _left_out("count")}}
            conditions.append(_when(_side("input", "type", kind), no_count))
    return [*conditions, *_strength_conditions()]


def _query_conditions() -> list[Schema]:
    """Where SIMILARITY has its queries from, and that nothing else has any."""
    kinds = {name: "array" if name == "query_sample_ids" else "string" for name in QUERY_SOURCES}
    ways = [_given(each, kind) for name, kind in kinds.items() for each in (name, camel_name(name))]
    similar = _side("strategy", "type", "SIMILARITY")
    conditions = [_when(similar, {"properties": {"input": {"anyOf": ways}}})]
    for name, excluded in NOT_BESIDE.items():
        for each in (name, camel_name(name)):
            given = {"properties": {"input": _given(each, kinds[name])}, "required": ["input"]}
            conditions.append(_when({"allOf": [similar, given]}, {"properties": {"input": _left_out(*excluded)}}))
    none = {"properties": {"input": _left_out(*QUERY_FIELDS)}}
    others = (kind for kind in GOES_WITH["EMBEDDINGS"] if kind != "SIMILARITY")
    return conditions + [_when(_side("strategy", "type", kind), none) for kind in others]


def shares_definition(share: Schema) -> Schema:
    """For ``$defs``: shares inside shares, to any depth."""
    inner = {"anyOf": [share, {"$ref": "#/$defs/Shares"}]}
    names = {"minLength": 1}
    return {
        "type": "object",
        "properties": {},
        "minProperties": 1,
        "propertyNames": names,
        "additionalProperties": inner,
    }


def no_shares_definition() -> Schema:
    """For ``$defs``: shares that are all 0, to any depth."""
    inner = {"anyOf": [{"const": 0}, {"$ref": "#/$defs/NoShares"}]}
    return {"type": "object", "properties": {}, "additionalProperties": inner}


def _metadata_conditions() -> list[Schema]:
    """Several keys go with BALANCE, and only with them shares are nested; only metadata holds times."""
    several = {"type": "object", "properties": {"key": {"type": "array", "minItems": 2}}, "required": ["key"]}
    joint = {"properties": {"input": several}, "required": ["input"]}
    flat = {"additionalProperties": {"not": {"type": "object", "minProperties": 1}}}
    one_level = {"properties": {"strategy": {"properties": {"target": flat}}}}
    conditions = [{"if": joint, "then": _strategies(("BALANCE",)), "else": one_level}]
    number = {"properties": {"strategy": {"properties": {"threshold": {"type": "number"}}}}}
    conditions += [_when(_side("input", "type", kind), number) for kind in GOES_WITH if kind != "METADATA"]
    return conditions


def _strength_conditions() -> list[Schema]:
    """A strength beside the strategy only where the strategy has none of its own, and may have one."""
    beside = _given("strength", "number")
    conditions = [_when(beside, {"properties": {"strategy": {"not": {"required": ["strength"]}}}})]
    without = [kind for kind in STRATEGIES if kind not in owners(STRATEGIES, "strength")]
    return conditions + [_when(_side("strategy", "type", kind), {"not": beside}) for kind in without]


def _when(condition: Schema, then: Schema) -> Schema:
    return {"if": condition, "then": then}


def _side(side: str, field: str, value: str) -> Schema:
    """That the input or the strategy has a field of this value."""
    has = {"type": "object", "properties": {field: {"const": value}}, "required": [field]}
    return {"properties": {side: has}, "required": [side]}


def _strategies(kinds: tuple[str, ...]) -> Schema:
    return {"properties": {"strategy": {"properties": {"type": {"enum": list(kinds)}}}}}


def _given(name: str, kind: str) -> Schema:
    return {"properties": {name: {"type": kind}}, "required": [name]}


def _left_out(*fields: str) -> Schema:
    return {"properties": {name: _NULL for field in fields for name in {field: 0, camel_name(field): 0}}}
