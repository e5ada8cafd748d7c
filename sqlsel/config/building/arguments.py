"""Arguments of the builders: what each is called in a config, and what is said about one that is wrong."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from sqlsel.config.check import read_config
from sqlsel.config.values import Part
from sqlsel.errors import ConfigError, Problem, UsageError
from sqlsel.words import did_you_mean, listing, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlsel.config.models import Config, Objective

FIELDS = {
    "min_distance": "stopping_condition_minimum_distance",
    "max_sum": "stopping_condition_max_sum",
    "min_typicality": "stopping_condition_minimum_typicality",
    "neighbors": "num_nearest_neighbors",
    "dataset": "dataset_id",
    "tag": "tag_name",
    "sample_ids": "query_sample_ids",
    "file": "query_file",
    "seed": "random_seed",
}
"""The fields of a config that arguments are shorter for."""

BOUNDS = {"above": "BIGGER", "at_least": "BIGGER_EQUAL", "below": "SMALLER", "at_most": "SMALLER_EQUAL"}
"""The arguments of a threshold, and the operations that they stand for."""

_ARGUMENTS = {field: argument for argument, field in FIELDS.items()}
_PLACE = re.compile(r"strategies\[0\]\.?(?:input|strategy)?\.?")
_QUOTED = re.compile(r"'(\w+)'")

Parameters = ParamSpec("Parameters")
Made = TypeVar("Made")


def builder(function: Callable[Parameters, Made]) -> Callable[Parameters, Made]:
    """A builder that tells the nearest argument where it is called with one that it does not have."""
    known = tuple(inspect.signature(function).parameters)

    @wraps(function)
    def call(*values: Parameters.args, **named: Parameters.kwargs) -> Made:
        for name in named:
            if name not in known:
                raise UsageError(
                    f"sqlsel.{function.__name__}() has no argument {show(name)}{_meant(name, known)}",
                    hint=f"it has: {listing(known)}",
                )
        return function(*values, **named)

    return call


def _meant(name: str, known: tuple[str, ...]) -> str:
    called = _ARGUMENTS.get(name)
    return f"; it is called {called!r} here" if called in known else did_you_mean(name, known)


def objective(
    name: str,
    source: Mapping[str, Any] | Part,
    strategy: Mapping[str, Any],
    called: Mapping[str, str] | None = None,
    null: Sequence[str] = (),
) -> Objective:
    """The objective of an input and a strategy, checked as a config is.

    Args:
        name: The builder that is asked for it.
        source: The input: a model, or its fields by the names that the arguments have; None counts as left out.
        strategy: The fields of the strategy, likewise.
        called: Fields that have another name here than elsewhere.
        null: Fields of the strategy of which None is a value.

    Raises:
        ConfigError: If a value is wrong, or the two do not go together, with the arguments in question.
    """
    pair = {
        "input": source if isinstance(source, Part) else fields(source),
        "strategy": {**fields(strategy), **dict.fromkeys(null)},
    }
    return checked(name, {"n_samples": 1, "strategies": [pair]}, called or {}).strategies[0]


def fields(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, by the names that a config has for it."""
    return {FIELDS.get(name, name): value for name, value in arguments.items() if value is not None}


def checked(name: str, config: Mapping[str, Any], called: Mapping[str, str]) -> Config:
    """The config; what is wrong with it is said of the arguments of a builder, which fields are called by."""
    try:
        return read_config(config)[0]
    except ConfigError as failure:
        problems = tuple(_of_argument(problem, called) for problem in failure.problems)
        raise ConfigError(problems, source=f"sqlsel.{name}()", hint=failure.hint) from None


def _of_argument(problem: Problem, called: Mapping[str, str]) -> Problem:
    arguments = {**_ARGUMENTS, **called}
    place = _PLACE.sub("", problem.where, count=1)
    word = re.match(r"\w*", place)
    assert word is not None
    where = "" if place == "type" else arguments.get(word.group(), word.group()) + place[word.end() :]
    said = _QUOTED.sub(lambda quoted: repr(arguments.get(quoted[1], quoted[1])), problem.message)
    return replace(problem, where=where, message=said)
