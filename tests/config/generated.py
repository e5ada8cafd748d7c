"""Hypothesis strategies: JSON texts written in many ways, valid configs, and configs with something changed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=12,
)

_GAPS = st.sampled_from(["", " ", "\n", "\t \r\n", "// {\n", "# ] \" 'x'\n", "/* , \n * } */", " // a\n  # b\n"])
_INT = st.integers(-(2**63), 2**63 - 1)
_COUNT = st.integers(1, 2**63 - 1)
_NUMBER = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6)
_AT_LEAST_ZERO = st.floats(0, 1e300, allow_nan=False) | st.integers(0, 10**6)
_STRENGTH = st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9)
_TASK = st.text("abcXYZ019_+=,.@:/-", min_size=1, max_size=8)
_TAG = st.tuples(st.sampled_from("aZ9"), st.text("aZ9 .:;=@_-", min_size=2, max_size=8)).map("".join)
_TEXT = st.text(min_size=1, max_size=8)
_IDS = st.lists(_TEXT | st.integers(), min_size=1, max_size=3)
_TARGET = st.dictionaries(_TEXT, st.floats(0, 1e6) | st.integers(0, 100), min_size=1, max_size=4).filter(
    lambda target: any(share > 0 for share in target.values())
)


@st.composite
def commented_texts(draw: st.DrawFn, value: Any) -> str:
    """A text of a JSON value with comments, space and trailing commas wherever they may stand."""

    def gap() -> str:
        return draw(_GAPS)

    def closing(empty: bool) -> str:
        return gap() + ("," if not empty and draw(st.booleans()) else "") + gap()

    def write(part: Any) -> str:
        if isinstance(part, dict):
            members = [f"{gap()}{json.dumps(key)}{gap()}:{gap()}{write(child)}" for key, child in part.items()]
            return "{" + ",".join(members) + closing(not members) + "}"
        if isinstance(part, list):
            return "[" + ",".join(gap() + write(child) for child in part) + closing(not part) + "]"
        return json.dumps(part, ensure_ascii=draw(st.booleans()))

    return gap() + write(value) + gap()


def _fields(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional={name: kind | st.none() for name, kind in optional.items()})


def _typed(kind: str, required: dict[str, Any] | None = None, **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return _fields({"type": st.just(kind), **(required or {})}, optional)


_RANGES = st.tuples(_AT_LEAST_ZERO, _AT_LEAST_ZERO).map(
    lambda pair: {"min_sum": min(pair), "max_sum": max(pair)}
) | st.fixed_dictionaries({"maxSum": _AT_LEAST_ZERO})

_WEIGHTS = _typed("WEIGHTS", strength=_STRENGTH, stopping_condition_max_sum=_AT_LEAST_ZERO, targetRange=_RANGES)
_OPERATIONS = st.sampled_from(["SMALLER", "SMALLER_EQUAL", "BIGGER", "BIGGER_EQUAL"])
_THRESHOLD = _typed("THRESHOLD", {"threshold": _NUMBER, "operation": _OPERATIONS})
_BALANCE = _typed("BALANCE", {"target": _TARGET}, strength=_STRENGTH, distribution=st.just("TARGET")) | _typed(
    "BALANCE", {"distribution": st.sampled_from(["UNIFORM", "INPUT"])}, strength=_STRENGTH
)
_SPREAD = _typed("DIVERSITY", strength=_STRENGTH, stopping_condition_minimum_distance=_AT_LEAST_ZERO) | _typed(
    "TYPICALITY",
    strength=_STRENGTH,
    numNearestNeighbors=st.integers(2, 1000),
    stopping_condition_minimum_typicality=st.floats(0, 1, exclude_min=True),
)
_NUMBERS = _typed("METADATA", {"key": _TEXT}) | _typed("SCORES", {"task": _TASK, "score": _TASK})
_SPREAD = _SPREAD | _typed("COVERAGE", strength=_STRENGTH, referenceSamples=_COUNT, weight=_NUMBERS)
_NUMERIC = _WEIGHTS | _THRESHOLD
_CATEGORIES = st.lists(_TEXT, min_size=1, max_size=4, unique=True)

_SINCE = _typed("THRESHOLD", {"threshold": st.datetimes().map(datetime.isoformat), "operation": _OPERATIONS})
_PLAIN = st.text("ab c.é", min_size=1, max_size=4)


@st.composite
def _keys_and_shares(draw: st.DrawFn) -> tuple[Any, Any]:
    """Several keys with shares for combinations of their values, nested or joined."""
    keys = draw(st.lists(_TEXT, min_size=2, max_size=3, unique=True))
    classes = draw(st.lists(st.tuples(*[_PLAIN] * len(keys)), min_size=1, max_size=4, unique=True))
    target: dict[str, Any] = {}
    for parts in classes:
        if draw(st.booleans()):
            target["+".join(parts)] = draw(st.integers(1, 9))
            continue
        place = target
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1]] = draw(st.integers(1, 9))
    return draw(_typed("METADATA", {"key": st.just(keys)})), draw(_typed("BALANCE", {"target": st.just(target)}))


_EXPRESSIONS = st.sampled_from(["a.b * 2", "integer", "if(a > 1, 'x', \"y z\")", "-- c\n 1.5e3", "file_name LIKE 'é%'"])

_PAIRS = st.one_of(
    st.tuples(_typed("EMBEDDINGS", task=_TASK), _SPREAD),
    st.tuples(_typed("EMBEDDINGS", embedding=_TEXT), _SPREAD),
    st.tuples(
        _typed("EMBEDDINGS", {"dataset_id": _TEXT}, task=_TASK, tag_name=_TAG), _typed("SIMILARITY", strength=_STRENGTH)
    ),
    st.tuples(_typed("EMBEDDINGS", {"datasetId": _TEXT}, tagName=_TAG), _typed("SIMILARITY")),
    st.tuples(_typed("EMBEDDINGS", {"query_file": _TEXT}, task=_TASK), _typed("SIMILARITY")),
    st.tuples(_typed("EMBEDDINGS", {"querySampleIds": _IDS}, dataset_id=_TEXT), _typed("SIMILARITY")),
    st.tuples(_typed("SCORES", {"task": _TASK, "score": _TASK}), _NUMERIC),
    st.tuples(_typed("METADATA", {"key": _TEXT}), _NUMERIC | _SINCE | _BALANCE),
    _keys_and_shares(),
    st.tuples(_typed("PREDICTIONS", {"task": _TASK, "name": st.just("CLASS_DISTRIBUTION")}), _BALANCE),
    st.tuples(
        _typed("PREDICTIONS", {"task": _TASK, "name": st.just("CATEGORY_COUNT")}, categories=_CATEGORIES), _NUMERIC
    ),
    st.tuples(_typed("SQL", {"expression": _EXPRESSIONS}), _NUMERIC | _BALANCE),
    st.tuples(_typed("RANDOM", random_seed=_INT) | _typed("RANDOM", randomSeed=_INT), _NUMERIC),
)


@st.composite
def _entries(draw: st.DrawFn) -> dict[str, Any]:
    source, strategy = draw(_PAIRS)
    beside = strategy["type"] != "THRESHOLD" and "strength" not in strategy and draw(st.booleans())
    return {"input": source, "strategy": strategy, **({"strength": draw(_STRENGTH)} if beside else {})}


_AMOUNTS = st.one_of(
    st.fixed_dictionaries({"n_samples": _COUNT}, optional={"proportion_samples": st.none()}),
    st.fixed_dictionaries({"nSamples": _COUNT}),
    st.fixed_dictionaries({"proportion_samples": st.floats(0, 1, exclude_min=True)}),
    st.fixed_dictionaries({"proportionSamples": st.just(1)}, optional={"$schema": _TEXT}),
)


_REGEXES = st.fixed_dictionaries(
    {}, optional={"lightly_path_regex": st.sampled_from(["(?P<site>[^/]+)/.*", "(?<a>x)|(?P<b>y)", None])}
)


def _limited(limit):
    """What a limit is on."""
    if "task" in limit:
        return ("task", limit["task"])
    return frozenset(limit["key"] if isinstance(limit["key"], list) else [limit["key"]])


_LIMIT_LISTS = st.lists(
    st.fixed_dictionaries({"key": _TEXT | st.lists(_TEXT, min_size=1, max_size=3, unique=True), "max": _COUNT})
    | st.fixed_dictionaries({"task": _TASK, "max": _COUNT}, optional={"key": st.none()}),
    min_size=1,
    max_size=3,
    unique_by=_limited,
)
_LIMITS = st.just({}) | st.fixed_dictionaries({"limits": _LIMIT_LISTS | st.none()})


_TILING = _typed("TILING", {"name": _TASK, "num_rows": _COUNT, "numCols": _COUNT}, overlap=st.floats(0, 0.99))
_OBJECTS = _fields(
    {},
    {
        "select_objects_of": _TASK,
        "autoTasks": st.lists(_TILING, max_size=2, unique_by=lambda task: task["name"]),
    },
)


@st.composite
def configs(draw: st.DrawFn) -> dict[str, Any]:
    """Configs that are right, by either of the names of each field."""
    strategies = draw(st.lists(_entries(), min_size=1, max_size=3))
    whole = {**draw(_AMOUNTS), **draw(_REGEXES), **draw(_LIMITS), **draw(_OBJECTS)}
    return {**whole, "strategies": strategies}


_ODD_VALUES = st.one_of(
    JSON_VALUES,
    st.builds(list),
    st.builds(dict),
    st.sampled_from([-1, 0, 1.5, True, "", "EMBEDDINGS", "DIVERSIFY", 10**400, float("nan"), float("inf")]),
)
_ODD_KEYS = st.sampled_from(
    [
        "type",
        "typ",
        "task",
        "key",
        "target",
        "strength",
        "nSamples",
        "n_samples",
        "dataset_id",
        "datasetId",
        "query_file",
        "input",
    ]
) | st.text(max_size=6)


def _places(value: Any, found: list[Any]) -> list[Any]:
    found.append(value)
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            _places(child, found)
    return found


@st.composite
def mutated_configs(draw: st.DrawFn) -> dict[str, Any]:
    """Configs with a few keys or values added, changed or taken away; most of them are wrong."""
    config: dict[str, Any] = json.loads(json.dumps(draw(configs())))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(_places(config, [])))
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        if steps and draw(st.booleans()):
            step = draw(st.sampled_from(steps))
            if draw(st.booleans()):
                place[step] = draw(_ODD_VALUES)
            else:
                del place[step]
        elif isinstance(place, dict):
            place[draw(_ODD_KEYS)] = draw(_ODD_VALUES)
        else:
            place.append(draw(_ODD_VALUES))
    return config
