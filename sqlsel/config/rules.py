"""What must hold between the fields of a config. Fields that are wrong in themselves are left to their own check."""

from __future__ import annotations

import math
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlsel.config.against_sql import check_expression
from sqlsel.config.findings import Finding, notice
from sqlsel.config.from_paths import check_use
from sqlsel.config.joint import leaves
from sqlsel.config.kinds import usable_strategies
from sqlsel.config.metadata_rules import check_bound, check_keys
from sqlsel.config.queries import QUERY_FIELDS, check_sources
from sqlsel.config.sequences import check_sequences
from sqlsel.words import listing, show

if TYPE_CHECKING:
    from sqlsel.config.outline import Outline, Pair, Side

ROUNDING = 1e-9


def check_rules(outline: Outline) -> list[Finding]:
    """Every rule, for the whole config and for each objective."""
    found = [*_how_many(outline.top), *check_use(outline), *check_sequences(outline)]
    for pair in outline.pairs:
        found += [*_goes_together(pair), *_embedding(pair.input), *_queries(pair), *_categories(pair.input)]
        found += [*_strength(pair.strategy), *_balance(pair.strategy), *_count(pair), *_target_range(pair.strategy)]
        found += [*check_keys(pair), *check_bound(pair), *check_expression(pair.input)]
    return found


def _how_many(top: dict[str, Any]) -> list[Finding]:
    given = [name for name in ("n_samples", "proportion_samples") if top.get(name) not in (None, [])]
    if len(given) == 2:
        message = "'n_samples' and 'proportion_samples' are both given; keep one of them"
        return [Finding((given[-1],), message, at_key=True)]
    mistyped = [key for key in top if isinstance(key, str) and "sample" in key.lower() and key not in given]
    if not given and not any(top[key] is not None for key in mistyped):
        return [Finding((), "say how many samples to choose: give 'n_samples' or 'proportion_samples'")]
    return []


def _goes_together(pair: Pair) -> list[Finding]:
    source, strategy = pair.input, pair.strategy
    if source.kind is None or strategy.kind is None:
        return []
    usable = usable_strategies(source.data, source.kind)
    if strategy.kind in usable:
        return []
    name = f" with {source.data['name']}" if source.kind == "PREDICTIONS" and len(usable) < 3 else ""
    message = f"{strategy.kind} cannot use {source.kind}{name}; {source.kind}{name} goes with: {listing(usable)}"
    return [Finding((*strategy.path, "type"), message)]


def _embedding(source: Side) -> list[Finding]:
    if source.kind != "EMBEDDINGS" or source.data.get("embedding") is None or source.data.get("task") is None:
        return []
    message = "'embedding' names vectors of whole samples; those of the objects of a task have no names; leave it out"
    return [Finding((*source.path, "embedding"), message, at_key=True)]


def _queries(pair: Pair) -> list[Finding]:
    source, kind = pair.input, pair.strategy.kind
    if source.kind != "EMBEDDINGS" or kind is None:
        return []
    if kind == "SIMILARITY":
        return check_sources(source)
    return [
        Finding((*source.path, name), f"{name!r} belongs to SIMILARITY, not to {kind}; leave it out", at_key=True)
        for name in QUERY_FIELDS
        if source.data.get(name) is not None
    ]


def _categories(source: Side) -> list[Finding]:
    categories = source.data.get("categories")
    if source.kind != "PREDICTIONS" or categories is None:
        return []
    if source.data.get("name") == "CLASS_DISTRIBUTION":
        message = "'categories' belongs to CATEGORY_COUNT, not to CLASS_DISTRIBUTION; leave it out"
        return [Finding((*source.path, "categories"), message, at_key=True)]
    names = [name for name in categories if isinstance(name, str)] if isinstance(categories, list) else []
    repeated = [name for name, count in Counter(names).items() if count > 1]
    message = f"each category once; repeated: {', '.join(map(show, repeated))}"
    return [Finding((*source.path, "categories"), message)] if repeated else []


def _strength(strategy: Side) -> list[Finding]:
    strength = strategy.data.get("strength")
    if _is_number(strength) and strength == 0:
        message = "a strength of 0 leaves the choice to the other objectives; alone, the tie rule decides"
        return [notice((*strategy.path, "strength"), message)]
    return []


def _balance(strategy: Side) -> list[Finding]:
    if strategy.kind != "BALANCE":
        return []
    given = strategy.data.get("distribution")
    distribution = "TARGET" if given is None else given
    target = strategy.data.get("target")
    if distribution in ("UNIFORM", "INPUT") and target is not None:
        message = f"'target' belongs to the distribution TARGET, not to {distribution}; leave one of them out"
        return [Finding((*strategy.path, "target"), message, at_key=True)]
    if distribution == "TARGET" and target is None:
        message = "missing 'target': give the share of each class, or a 'distribution' of UNIFORM or INPUT"
        return [Finding(strategy.path, message)]
    return _shares(target, strategy) if isinstance(target, dict) and target else []


def _count(pair: Pair) -> list[Finding]:
    if pair.strategy.kind != "BALANCE" or pair.input.kind in (None, "PREDICTIONS"):
        return []
    if pair.strategy.data.get("count") is None:
        return []
    message = f"'count' belongs to PREDICTIONS, not to {pair.input.kind}; leave it out"
    return [Finding((*pair.strategy.path, "count"), message, at_key=True)]


def _shares(target: dict[str, Any], strategy: Side) -> list[Finding]:
    path = (*strategy.path, "target")
    shares = [share for _, share in leaves(target)]
    if not all(_is_number(share) and share >= 0 for share in shares):
        return []
    total = sum(map(float, shares))
    if total == 0:
        return [Finding(path, "the shares are all 0; give at least one class a share")]
    if math.isinf(total):
        return [Finding(path, "the shares are too large to be added up; give shares between 0 and 1")]
    if total > 1 + ROUNDING:
        return [notice(path, f"the shares add up to {total:.6g}; they are scaled to add up to 1")]
    return []


def _target_range(strategy: Side) -> list[Finding]:
    bounds = strategy.data.get("target_range")
    if strategy.kind != "WEIGHTS" or not isinstance(bounds, dict):
        return []
    path = (*strategy.path, "target_range")
    low, high = bounds.get("min_sum"), bounds.get("max_sum")
    if low is None and high is None:
        return [Finding(path, "gives no bound; give 'min_sum', 'max_sum' or both")]
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        return [Finding(path, f"'min_sum' {show(low)} is above 'max_sum' {show(high)}")]
    return []


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
