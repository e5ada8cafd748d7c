"""Whether a dataset has the metadata key an objective looks at, and values that suit the strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.config.findings import Finding, notice
from sqlsel.config.names import unknown_name
from sqlsel.config.strategies import BalanceStrategy
from sqlsel.words import did_you_mean, quoted, show

if TYPE_CHECKING:
    from sqlsel.config.catalog import Catalog
    from sqlsel.config.inputs import MetadataInput
    from sqlsel.config.outline import Pair
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
    """Findings about one objective on a metadata key."""
    path = (*pair.input.path, "key")
    key = facts.keys.get(source.key)
    if key is None:
        return [_unknown_key(pair, source.key, facts)]
    if pair.strategy.kind in {"WEIGHTS", "THRESHOLD"} and key.kind in _NO_NUMBERS:
        numeric = _keys(facts, ("number", "integer", "timestamp"))
        others = f"keys with numbers: {quoted(numeric)}" if numeric else "no key of the dataset holds numbers"
        use = "" if key.kind == "other" else "; balance it with BALANCE"
        message = f"{show(source.key)} {_NO_NUMBERS[key.kind]}: {pair.strategy.kind} needs numbers{use}; {others}"
        return [Finding(path, message)]
    if pair.strategy.kind == "BALANCE" and key.kind in _NO_CLASSES and not (key.kind == "number" and key.categorical):
        classes = _keys(facts, ("text", "boolean", "integer"))
        others = f"keys that can be balanced: {quoted(classes)}" if classes else "ingest it as text, in ranges"
        use = "" if key.kind == "other" else "; use WEIGHTS or THRESHOLD for it"
        return [Finding(path, f"{show(source.key)} {_NO_CLASSES[key.kind]}{use}; {others}")]
    return _unreachable(pair, key, facts, catalog)


def _unknown_key(pair: Pair, name: str, facts: DatasetFacts) -> Finding:
    path = (*pair.input.path, "key")
    inside = tuple(key for key in facts.keys if key.startswith(f"{name}."))
    if inside:
        return Finding(path, f"{show(name)} is a group of keys; name one of them: {quoted(inside)}")
    what = f"key in the metadata of dataset {show(facts.name)}"
    return unknown_name(path, what, name, tuple(facts.keys), none=NO_KEYS)


def _keys(facts: DatasetFacts, kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name, key in facts.keys.items() if key.kind in kinds)


def _unreachable(pair: Pair, key: MetadataKey, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """Notices about shares of values that no sample has."""
    strategy = pair.strategy.model
    if not isinstance(strategy, BalanceStrategy) or strategy.target is None:
        return []
    values = _values(key, facts, catalog)
    if values is None or len(values) >= MOST_VALUES:
        return []
    there = frozenset(values)
    missing = [name for name, share in strategy.target.items() if share > 0 and name not in there]
    path = (*pair.strategy.path, "target")
    return [
        notice((*path, name), f"no sample has {show(name)} in {show(key.key)}: unreachable{_nearest(name, values)}")
        for name in missing[:MOST_NAMES]
    ]


def _values(key: MetadataKey, facts: DatasetFacts, catalog: Catalog) -> tuple[str, ...] | None:
    """The values that samples have in a key; None where that is not known beforehand."""
    if not key.of_object:
        return catalog.key_values(facts.name, key.key, MOST_VALUES)
    return facts.tasks[str(facts.objects_of)].categories or None if key.path[-1] == "category" else None


def _nearest(name: str, values: tuple[str, ...]) -> str:
    return did_you_mean(name, values) or (f"; there is: {quoted(values)}" if values else "; no sample has any value")
