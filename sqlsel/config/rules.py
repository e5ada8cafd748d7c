"""What must hold between the fields of a config. Fields that are wrong in themselves are left to their own check."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlsel.config.against_sql import check_expression
from sqlsel.config.findings import Finding, notice
from sqlsel.config.from_paths import check_use
from sqlsel.config.kinds import COMPARING, STRATEGIES, usable_strategies
from sqlsel.config.metadata_rules import check_keys
from sqlsel.config.queries import QUERY_FIELDS, check_sources
from sqlsel.config.sequences import check_sequences
from sqlsel.config.values import is_number
from sqlsel.words import listing, show

if TYPE_CHECKING:
    from sqlsel.config.outline import Outline, Pair, Side


def check_rules(outline: Outline) -> list[Finding]:
    """Every rule, for the whole config and for each objective."""
    found = [*_how_many(outline.top), *check_use(outline), *check_sequences(outline)]
    for pair in outline.pairs:
        found += [*_goes_together(pair), *_embedding(pair.input), *_queries(pair), *_categories(pair.input)]
        found += [*_strength(pair.strategy), *_own(pair), *check_keys(pair), *check_expression(pair.input)]
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
    if kind in COMPARING:
        return check_sources(source, kind)
    home = listing(COMPARING)
    return [
        Finding((*source.path, name), f"{name!r} belongs to {home}, not to {kind}; leave it out", at_key=True)
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
    if is_number(strength) and strength == 0:
        message = "a strength of 0 leaves the choice to the other objectives; alone, the tie rule decides"
        return [notice((*strategy.path, "strength"), message)]
    return []


def _own(pair: Pair) -> list[Finding]:
    """The rules of the strategy's own."""
    kind = pair.strategy.kind
    return [] if kind is None else STRATEGIES[kind].check_between_fields(pair)
