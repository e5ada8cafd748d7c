"""The calls of the builders that make a config, as Python shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.config.building.arguments import BOUNDS, FIELDS
from sqlsel.config.inputs import (
    EmbeddingsInput,
    Input,
    MetadataInput,
    PredictionsInput,
    RandomInput,
    ScoresInput,
    SqlInput,
)
from sqlsel.config.strategies import ThresholdStrategy
from sqlsel.config.strategies.balance import BalanceStrategy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlsel.config.limits import Limit
    from sqlsel.config.models import Config, Objective
    from sqlsel.config.tiling import TilingTask

_WIDTH = 80
_INDENT = "    "
_ARGUMENTS = {field: argument for argument, field in FIELDS.items()}
_BOUNDS = {operation: argument for argument, operation in BOUNDS.items()}


def config_code(config: Config) -> str:
    """The call that makes a config; on one line where that has at most 80 characters."""
    parts = [objective_code(objective) for objective in config.strategies]
    listed = {"limits": map(limit_code, config.limits or ()), "auto_tasks": map(tiling_code, config.auto_tasks or ())}
    for name, value in config.to_dict().items():
        if name in listed:
            parts.append(f"{name}=[{', '.join(listed[name])}]")
        elif name != "strategies":
            parts.append(f"{name}={value!r}")
    flat = f"sqlsel.config({', '.join(parts)})"
    if len(flat) <= _WIDTH:
        return flat
    return "\n".join(["sqlsel.config(", *(f"{_INDENT}{part}," for part in parts), ")"])


def objective_code(objective: Objective) -> str:
    """The call that makes an objective."""
    source, strategy = objective.input, objective.strategy
    given = strategy.model_dump(mode="json", exclude_defaults=True)
    kind = given.pop("type")
    if isinstance(source, EmbeddingsInput):
        looked_at = source.model_dump(mode="json", exclude_defaults=True)
        return _call(kind.lower(), (), {**_without_type(looked_at), **given})
    if isinstance(strategy, ThresholdStrategy):
        return _call("threshold", _looked_at(source), {_BOUNDS[strategy.operation]: given["threshold"]})
    if isinstance(strategy, BalanceStrategy):
        wanted = given.pop("distribution", None) or given.pop("target", None)
        return _call("balance", (*_looked_at(source), repr(wanted)), given)
    if isinstance(source, RandomInput) and given.keys() <= {"strength"}:
        return _call("random", _seed(source), given)
    if bounds := given.get("target_range"):
        given["target_range"] = (bounds.get("min_sum"), bounds.get("max_sum"))
    return _call("weights", _looked_at(source), given)


def limit_code(limit: Limit) -> str:
    """The call that makes a limit."""
    if limit.key is None:
        return _call("limit", (), {"max": limit.max, "task": limit.task})
    return _call("limit", (repr(_key(limit.key)), repr(limit.max)), {})


def tiling_code(task: TilingTask) -> str:
    """The call that makes a task of tiles."""
    overlap = () if task.overlap == 0 else (repr(task.overlap),)
    return _call("tiling", (repr(task.name), repr(task.num_rows), repr(task.num_cols), *overlap), {})


def _looked_at(source: Input) -> tuple[str, ...]:
    """The arguments that name an input."""
    if isinstance(source, ScoresInput):
        return (repr(source.task), repr(source.score))
    if isinstance(source, MetadataInput):
        return (repr(_key(source.key)),)
    if isinstance(source, SqlInput):
        return (_call("expression", (repr(source.expression),), {}),)
    if isinstance(source, RandomInput):
        return (_call("random_number", _seed(source), {}),)
    assert isinstance(source, PredictionsInput)
    if source.name == "CLASS_DISTRIBUTION":
        return (_call("predictions", (repr(source.task),), {}),)
    categories = () if source.categories is None else (repr(list(source.categories)),)
    return (_call("count", (repr(source.task), *categories), {}),)


def _seed(source: RandomInput) -> tuple[str, ...]:
    return () if source.random_seed is None else (repr(source.random_seed),)


def _key(key: str | tuple[str, ...]) -> str | list[str]:
    return list(key) if isinstance(key, tuple) else key


def _without_type(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name != "type"}


def _named(given: dict[str, Any]) -> Iterable[str]:
    return (f"{_ARGUMENTS.get(name, name)}={value!r}" for name, value in given.items())


def _call(builder: str, values: tuple[str, ...], named: dict[str, Any]) -> str:
    return f"sqlsel.{builder}({', '.join([*values, *_named(named)])})"
