"""One spelling for every config: the two names of a field, and ``strength`` where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.config.findings import Finding, notice
from sqlsel.config.kinds import INPUTS, STRATEGIES, all_fields
from sqlsel.config.models import Config
from sqlsel.config.strategies import TargetRange
from sqlsel.config.tiling import AUTO_TASKS, TilingTask
from sqlsel.config.values import camel_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlsel.config.places import Path


def snake_case(config: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """The config by snake_case names, and the fields that are given twice.

    A ``strength`` beside ``strategy`` is moved into it; ``$schema`` is left out. Nothing else is changed.
    """
    findings: list[Finding] = []
    top = _renamed(config, Config.model_fields, (), findings)
    if isinstance(top.get("$schema"), str):
        del top["$schema"]
    if isinstance(top.get("strategies"), list):
        top["strategies"] = [
            _objective(entry, ("strategies", index), findings) if isinstance(entry, dict) else entry
            for index, entry in enumerate(top["strategies"])
        ]
    if isinstance(top.get(AUTO_TASKS), list):
        top[AUTO_TASKS] = [
            _renamed(task, TilingTask.model_fields, (AUTO_TASKS, index), findings) if isinstance(task, dict) else task
            for index, task in enumerate(top[AUTO_TASKS])
        ]
    return top, findings


def _renamed(part: dict[str, Any], fields: Iterable[str], path: Path, findings: list[Finding]) -> dict[str, Any]:
    names = {camel_name(field): field for field in fields}
    renamed: dict[str, Any] = {}
    for key, value in part.items():
        field = names.get(key, key)
        if field != key and field in part:
            message = f"the same field as {field!r}, which is given too; keep one of them"
            findings.append(Finding((*path, key), message, at_key=True))
        else:
            renamed[field] = value
    return renamed


def _objective(entry: dict[str, Any], path: Path, findings: list[Finding]) -> dict[str, Any]:
    objective = dict(entry)
    for name, kinds in (("input", INPUTS), ("strategy", STRATEGIES)):
        if isinstance(entry.get(name), dict):
            objective[name] = _renamed(entry[name], all_fields(kinds), (*path, name), findings)
    strategy = objective.get("strategy")
    if isinstance(strategy, dict):
        _move_strength(objective, strategy, path, findings)
        within = strategy.get("target_range")
        if isinstance(within, dict):
            at = (*path, "strategy", "target_range")
            strategy["target_range"] = _renamed(within, TargetRange.model_fields, at, findings)
    return objective


def _move_strength(objective: dict[str, Any], strategy: dict[str, Any], path: Path, findings: list[Finding]) -> None:
    if "strength" not in objective:
        return
    strength = objective.pop("strength")
    if strength is None:
        return
    if "strength" in strategy:
        message = "'strength' is given here and inside 'strategy'; keep the one inside"
        findings.append(Finding((*path, "strength"), message, at_key=True))
        return
    strategy["strength"] = strength
    findings.append(
        notice((*path, "strength"), "'strength' belongs inside 'strategy'; it is taken as if it stood there")
    )
