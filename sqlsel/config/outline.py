"""A config taken apart: every piece checked by itself, so that what is wrong with one hides nothing about another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from sqlsel.config.fields import check_fields, unknown_keys
from sqlsel.config.findings import Finding
from sqlsel.config.kinds import INPUTS, OLD_WORDS, STRATEGIES, all_fields, owners
from sqlsel.config.limits import check_limits
from sqlsel.config.models import Config, FromFileNames, HowMany, InSequences, Objective, What
from sqlsel.config.tiling import check_auto_tasks
from sqlsel.config.wording import missing_message, unknown_word
from sqlsel.words import listing, nearest, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.config.places import Path
    from sqlsel.config.strategies import Values
    from sqlsel.config.values import Part

SideName = Literal["input", "strategy"]
KINDS: dict[SideName, Mapping[str, type[Part]]] = {"input": INPUTS, "strategy": STRATEGIES}
OTHER_SIDE: dict[SideName, SideName] = {"input": "strategy", "strategy": "input"}


@dataclass(frozen=True, slots=True)
class Side:
    """The input or the strategy of one objective.

    Attributes:
        path: Where it stands.
        data: Its fields; empty where it is no object.
        kind: Its type, or the one that was plainly meant; None where that cannot be said.
        model: What it is; None where something is wrong with it.
        values: What a strategy looks at, where that is not what its type says.
    """

    path: Path
    data: dict[str, Any]
    kind: str | None = None
    model: Part | None = None
    values: Values | None = None

    @property
    def looks_at(self) -> Values | None:
        """What a strategy of the type looks at; None where there is no type, and for inputs."""
        if self.values is not None:
            return self.values
        return STRATEGIES[self.kind].looks_at if self.kind in STRATEGIES else None


@dataclass(frozen=True, slots=True)
class Pair:
    """One objective."""

    input: Side
    strategy: Side


@dataclass(frozen=True, slots=True)
class Outline:
    """A config taken apart.

    Attributes:
        top: Its fields by snake_case names.
        pairs: Its objectives.
        findings: What is wrong with single pieces.
    """

    top: dict[str, Any]
    pairs: tuple[Pair, ...]
    findings: tuple[Finding, ...]


def take_apart(top: dict[str, Any]) -> Outline:
    """Check the pieces of a config whose fields go by their snake_case names."""
    fields = {key: value for key, value in top.items() if key != "$schema"}
    findings = unknown_keys(fields, Config.model_fields, (), others={})
    if top.get("$schema") is not None:
        findings.append(Finding(("$schema",), f"must be text, not {show(top['$schema'])}"))
    for model in (HowMany, What, InSequences, FromFileNames):
        given = {key: value for key, value in top.items() if key in model.model_fields}
        findings += check_fields(model, given, ()).findings
    findings += [*check_auto_tasks(top), *check_limits(top)]
    pairs = []
    for index, entry in enumerate(_entries(top, findings)):
        pairs.append(_pair(entry, ("strategies", index), findings))
    return Outline(top, tuple(pairs), tuple(findings))


def _entries(top: dict[str, Any], findings: list[Finding]) -> list[Any]:
    entries = top.get("strategies")
    if "strategies" not in top:
        if not any(nearest(key, ("strategies",)) for key in top):
            findings.append(Finding((), missing_message(Config, "strategies")))
    elif not isinstance(entries, list):
        findings.append(Finding(("strategies",), f"must be a list of objectives, not {show(entries)}"))
    elif not entries:
        findings.append(Finding(("strategies",), "must not be empty; give at least one objective"))
    return entries if isinstance(entries, list) else []


def _pair(entry: Any, path: Path, findings: list[Finding]) -> Pair:  # noqa: ANN401
    if not isinstance(entry, dict):
        message = f"must be an object with 'input' and 'strategy', not {show(entry)}"
        findings.append(Finding(path, message))
        return Pair(Side((*path, "input"), {}), Side((*path, "strategy"), {}))
    findings += unknown_keys(entry, Objective.model_fields, path, others=_homes(None, None))
    return Pair(_side(entry, path, "input", findings), _side(entry, path, "strategy", findings))


def _side(entry: dict[str, Any], path: Path, name: SideName, findings: list[Finding]) -> Side:
    at = (*path, name)
    data = entry.get(name)
    if isinstance(data, dict):
        kind = _kind(data, at, name, findings)
        model = _check_side(data, at, name, kind, findings)
        return Side(at, data, kind, model)
    if name in entry:
        findings.append(Finding(at, f"must be an object, not {show(data)}"))
    elif not any(nearest(key, (name,)) for key in entry):
        findings.append(Finding(path, missing_message(Objective, name)))
    return Side(at, {})


def _kind(data: dict[str, Any], path: Path, name: SideName, findings: list[Finding]) -> str | None:
    """The type of an input or a strategy, or what was plainly meant by it."""
    words = tuple(KINDS[name])
    known = all_fields(KINDS[name])
    mistyped = (key for key in data if key not in known and nearest(key, ("type",)))
    key = "type" if "type" in data else next(mistyped, None)
    if key is None:
        findings.append(Finding(path, f"missing 'type'; allowed: {listing(words)}"))
        return None
    found = data[key]
    if isinstance(found, str) and found in KINDS[OTHER_SIDE[name]]:
        message = f"{found} is a type of {OTHER_SIDE[name]}, not of {name}; allowed: {listing(words)}"
        findings.append(Finding((*path, key), message))
        return None
    if found not in words:
        findings.append(Finding((*path, key), unknown_word(f"{name} type", found, words)))
    if not isinstance(found, str):
        return None
    meant = OLD_WORDS.get(found, found)
    return meant if meant in words else nearest(found, words)


def _check_side(
    data: dict[str, Any], path: Path, name: SideName, kind: str | None, findings: list[Finding]
) -> Part | None:
    kinds = KINDS[name]
    others = _homes(name, kind)
    if kind is None:
        findings += unknown_keys(data, all_fields(kinds), path, others=others)
        return None
    checked = check_fields(kinds[kind], {**data, "type": kind}, path, others=others)
    findings += checked.findings
    return checked.model if data.get("type") == kind else None


@cache
def _homes(name: SideName | None, kind: str | None) -> dict[str, str]:
    """Where fields belong that stand in another place: in a side of this type, or beside the sides."""
    sides = [side for side in OTHER_SIDE if side != name]
    homes = {field: f"{field!r} belongs inside {side!r}" for side in sides for field in all_fields(KINDS[side])}
    if name is not None and kind is not None:
        for field in all_fields(KINDS[name]):
            having = " and ".join(owners(KINDS[name], field))
            homes[field] = f"{field!r} belongs to {having}, not to {kind}"
    return homes
