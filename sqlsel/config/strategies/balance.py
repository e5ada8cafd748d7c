"""BALANCE in a config."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from sqlsel.config.findings import Finding, notice
from sqlsel.config.joint import Target, leaves
from sqlsel.config.schema_parts import given, left_out, side_is, when
from sqlsel.config.strategies.base import RankingStrategy, SqlRoute
from sqlsel.config.values import Shares, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.config.outline import Pair, Side
    from sqlsel.config.schema_parts import Schema

Distribution = Literal["TARGET", "UNIFORM", "INPUT"]
CountOf = Literal["PROBABILITIES", "PREDICTED"]

OF_PREDICTIONS = "PREDICTIONS"
"""The type of input that has something to count."""
ROUNDING = 1e-9


class BalanceStrategy(RankingStrategy):
    """A mix of classes as near as possible to a target."""

    looks_at = "classes"

    type: Literal["BALANCE"] = Field(description="Choose samples whose classes come near a target mix.")
    target: Target | None = Field(
        default=None,
        description="Share of each class, matched by its text. What is missing to 1 is the share of all other classes "
        "together; shares that add up to more than 1 are scaled to 1. With several keys a class is a combination of "
        "values, joined by + or nested, an object for each key.",
    )
    distribution: Distribution = Field(
        default="TARGET",
        description="TARGET: the mix given as target. UNIFORM: equal shares. INPUT: the mix of the samples in play.",
    )
    count: CountOf = Field(
        default="PROBABILITIES",
        description="For predictions. PROBABILITIES: class probabilities are added up. PREDICTED: each sample, or each "
        "of its objects, counts as one of its most probable class.",
    )

    @property
    def predicted(self) -> bool:
        """Whether most probable classes are counted."""
        return self.count == "PREDICTED"

    @property
    def named_shares(self) -> Shares:
        """The target as it is written."""
        return Shares(self.target or {})

    @property
    def shares(self) -> Mapping[str, float]:
        """The target's shares, scaled to a sum of 1 where they add up to more."""
        total = math.fsum(self.named_shares.values())
        return {name: share / total if total > 1 else share for name, share in self.named_shares.items()}

    @property
    def rest(self) -> float:
        """The share of all classes that are not listed: what is missing to 1."""
        return max(1.0 - math.fsum(self.shares.values()), 0.0)

    @classmethod
    def check_between_fields(cls, pair: Pair) -> list[Finding]:
        """A target where one is needed, with shares that can be had, and something to count."""
        return [*_target(pair.strategy), *_count(pair)]

    @classmethod
    def complete_schema(cls, part: Schema, parts: dict[str, Schema]) -> None:
        """Shares inside shares, not all of them 0; a target for the distribution TARGET alone, which is the default."""
        target = part["properties"]["target"]
        share = target["additionalProperties"]
        target["additionalProperties"] = {"anyOf": [share, {"$ref": "#/$defs/Shares"}]}
        target["not"] = {"allOf": [{"type": "object"}, {"$ref": "#/$defs/NoShares"}]}
        parts["Shares"], parts["NoShares"] = _shares_definition(share), _no_shares_definition()
        other = {"properties": {"distribution": {"enum": ["UNIFORM", "INPUT"]}}, "required": ["distribution"]}
        part |= {"if": other, "then": left_out("target"), "else": given("target", "object")}

    @classmethod
    def objective_conditions(cls, inputs: Sequence[str]) -> list[Schema]:
        """What is counted is said of predictions alone."""
        none = {"properties": {"strategy": left_out("count")}}
        return [when(side_is("input", "type", kind), none) for kind in inputs if kind != OF_PREDICTIONS]

    def sql_route(self, kind: str) -> SqlRoute | None:
        """Places can be dealt to samples of one class each."""
        return "balance" if kind == "class" and self.strength > 0 else None

    def wanted(self, label: str, queries: str | None) -> str:
        """The classes near the target."""
        return f"{label} near {self.asked(queries)}"

    def asked(self, queries: str | None) -> str:  # noqa: ARG002
        """The target as text: ``sunny 20 %, cloudy 40 %, others 40 %``."""
        if self.distribution != "TARGET":
            return "equal shares" if self.distribution == "UNIFORM" else "the mix of the samples in play"
        parts = [f"{name} {share * 100:g} %" for name, share in self.shares.items()]
        return ", ".join([*parts, f"others {round(self.rest * 100, 6):g} %"] if self.rest > 1e-12 else parts)


def _target(strategy: Side) -> list[Finding]:
    written = strategy.data.get("distribution")
    distribution = "TARGET" if written is None else written
    target = strategy.data.get("target")
    if distribution in ("UNIFORM", "INPUT") and target is not None:
        message = f"'target' belongs to the distribution TARGET, not to {distribution}; leave one of them out"
        return [Finding((*strategy.path, "target"), message, at_key=True)]
    if distribution == "TARGET" and target is None:
        message = "missing 'target': give the share of each class, or a 'distribution' of UNIFORM or INPUT"
        return [Finding(strategy.path, message)]
    return _shares(target, strategy) if isinstance(target, dict) and target else []


def _shares(target: dict[str, Any], strategy: Side) -> list[Finding]:
    path = (*strategy.path, "target")
    shares = [share for _, share in leaves(target)]
    if not all(is_number(share) and share >= 0 for share in shares):
        return []
    total = sum(map(float, shares))
    if total == 0:
        return [Finding(path, "the shares are all 0; give at least one class a share")]
    if math.isinf(total):
        return [Finding(path, "the shares are too large to be added up; give shares between 0 and 1")]
    if total > 1 + ROUNDING:
        return [notice(path, f"the shares add up to {total:.6g}; they are scaled to add up to 1")]
    return []


def _count(pair: Pair) -> list[Finding]:
    if pair.input.kind in (None, OF_PREDICTIONS) or pair.strategy.data.get("count") is None:
        return []
    message = f"'count' belongs to {OF_PREDICTIONS}, not to {pair.input.kind}; leave it out"
    return [Finding((*pair.strategy.path, "count"), message, at_key=True)]


def _shares_definition(share: Schema) -> Schema:
    """Shares inside shares, to any depth."""
    inner = {"anyOf": [share, {"$ref": "#/$defs/Shares"}]}
    names = {"minLength": 1}
    return {
        "type": "object",
        "properties": {},
        "minProperties": 1,
        "propertyNames": names,
        "additionalProperties": inner,
    }


def _no_shares_definition() -> Schema:
    """Shares that are all 0, to any depth."""
    inner = {"anyOf": [{"const": 0}, {"$ref": "#/$defs/NoShares"}]}
    return {"type": "object", "properties": {}, "additionalProperties": inner}
