"""Whether a dataset has the metadata key an objective looks at, and values that suit the strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.config.findings import Finding, notice
from sqlsel.config.joint import leaf_path, parts_of
from sqlsel.config.kinds import looking_at
from sqlsel.config.names import unknown_name
from sqlsel.config.strategies import StrategyPart, ThresholdStrategy
from sqlsel.errors import EngineError
from sqlsel.words import did_you_mean, listing, quoted, show

if TYPE_CHECKING:
    from sqlsel.config.catalog import Catalog
    from sqlsel.config.inputs import MetadataInput
    from sqlsel.config.outline import Pair
    from sqlsel.config.places import Path
    from sqlsel.facts import DatasetFacts, MetadataKey

MOST_VALUES = 10_000
MOST_NAMES = 20
NO_KEYS = "the dataset has no metadata; ingest some"

_NO_NUMBERS = {
    "text": "holds text, which has no size",
    "boolean": "holds true and false, which have no size",
    "other": "holds neither numbers nor text",
}
_NO_CLASSES = {
    "number": "holds numbers with fractions, nearly all different: each would be a class of its own",
    "timestamp": "holds times, nearly all different: each would be a class of its own",
    "other": "holds neither text nor numbers",
}


def check_metadata(pair: Pair, source: MetadataInput, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """Findings about one objective on a metadata key, or on several at once."""
    path = (*pair.input.path, "key")
    if len(source.keys) == 1:
        wrong = _check_key(pair, source.name, path, facts)
    else:
        places = enumerate(source.keys)
        wrong = [found for index, name in places for found in _check_key(pair, name, (*path, index), facts)]
    return wrong or _unreachable(pair, [facts.keys[name] for name in source.keys], facts, catalog)


def _check_key(pair: Pair, name: str, path: Path, facts: DatasetFacts) -> list[Finding]:
    key = facts.keys.get(name)
    if key is None:
        return [_unknown_key(path, name, facts)]
    if pair.strategy.looks_at == "numbers" and key.kind in _NO_NUMBERS and key.path_group is None:
        numeric = _keys(facts, ("number", "integer", "timestamp"))
        others = f"keys with numbers: {quoted(numeric)}" if numeric else "no key of the dataset holds numbers"
        use = "" if key.kind == "other" else f"; balance it with {listing(looking_at('classes'))}"
        message = f"{show(name)} {_NO_NUMBERS[key.kind]}: {pair.strategy.kind} needs numbers{use}; {others}"
        return [Finding(path, message)]
    declared = key.kind in {"number", "timestamp"} and key.categorical
    if pair.strategy.looks_at == "classes" and key.kind in _NO_CLASSES and not declared:
        classes = _keys(facts, ("text", "boolean", "integer"))
        others = f"keys that can be balanced: {quoted(classes)}" if classes else "ingest it as text, in ranges"
        use = "" if key.kind == "other" else f"; use {' or '.join(looking_at('numbers'))} for it"
        return [Finding(path, f"{show(name)} {_NO_CLASSES[key.kind]}{use}; {others}")]
    return _check_time(pair, key)


def _check_time(pair: Pair, key: MetadataKey) -> list[Finding]:
    """That a threshold written as a time is for a key with times."""
    strategy = pair.strategy.model
    if not isinstance(strategy, ThresholdStrategy) or isinstance(strategy.threshold, float) or key.kind == "timestamp":
        return []
    message = f"must be a number, not {show(strategy.threshold)}: {show(key.key)} holds no times"
    return [Finding((*pair.strategy.path, "threshold"), message)]


def _unknown_key(path: Path, name: str, facts: DatasetFacts) -> Finding:
    inside = tuple(key for key in facts.keys if key.startswith(f"{name}."))
    if inside:
        return Finding(path, f"{show(name)} is a group of keys; name one of them: {quoted(inside)}")
    what = f"key in the metadata of dataset {show(facts.name)}"
    return unknown_name(path, what, name, tuple(facts.keys), none=NO_KEYS)


def _keys(facts: DatasetFacts, kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name, key in facts.keys.items() if key.kind in kinds)


def _unreachable(pair: Pair, keys: list[MetadataKey], facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """Notices about shares of values that no sample has."""
    strategy = pair.strategy.model
    shares = strategy.named_shares if isinstance(strategy, StrategyPart) else {}
    classes = {name: (name,) if len(keys) == 1 else parts_of(name) for name in shares}
    if not shares or any(len(parts) != len(keys) for parts in classes.values()):
        return []
    found = []
    for number, key in enumerate(keys):
        values = _values(key, facts, catalog)
        if values is None or len(values) >= MOST_VALUES:
            continue
        there = frozenset(values)
        for name, share in shares.items():
            value = classes[name][number]
            if share > 0 and value not in there:
                path = (*pair.strategy.path, "target", *leaf_path(pair.strategy.data.get("target"), name))
                message = f"no sample has {show(value)} in {show(key.key)}: unreachable{_nearest(value, values)}"
                found.append(notice(path, message))
    return found[:MOST_NAMES]


def _values(key: MetadataKey, facts: DatasetFacts, catalog: Catalog) -> tuple[str, ...] | None:
    """The values that samples have in a key; None where that is not known beforehand."""
    if key.path_group is not None:
        try:
            return catalog.path_values(facts.name, key.path_group.expression, key.path_group.number, MOST_VALUES)
        except EngineError:
            return None
    if not key.of_object:
        return catalog.key_values(facts.name, key.key, MOST_VALUES)
    return facts.tasks[str(facts.objects_of)].categories or None if key.path[-1] == "category" else None


def _nearest(name: str, values: tuple[str, ...]) -> str:
    return did_you_mean(name, values) or (f"; there is: {quoted(values)}" if values else "; no sample has any value")
