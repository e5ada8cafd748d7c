"""What must hold where an objective looks at several metadata keys at once."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlsel.config.findings import Finding
from sqlsel.config.joint import joined, leaf_name, leaves, parts_of
from sqlsel.config.kinds import looking_at
from sqlsel.words import listing, show

if TYPE_CHECKING:
    from sqlsel.config.outline import Pair

MOST_NAMED = 20


def check_keys(pair: Pair) -> list[Finding]:
    """Several keys go with strategies that look at classes, and with shares for combinations of their values."""
    keys = pair.input.data.get("key") if pair.input.kind == "METADATA" else None
    several = [key for key in keys if isinstance(key, str)] if isinstance(keys, list | tuple) else []
    found = [*_repeated(pair, several), *_alone(pair, several)]
    target = pair.strategy.data.get("target") if pair.strategy.looks_at == "classes" else None
    if not isinstance(target, dict) or pair.input.kind is None:
        return found
    if len(several) < 2:
        return [*found, *_nested(pair, target)]
    return [*found, *_combinations(pair, target, several)]


def _repeated(pair: Pair, keys: list[str]) -> list[Finding]:
    twice = [key for key, count in Counter(keys).items() if count > 1]
    message = f"each key once; repeated: {', '.join(map(show, twice))}"
    return [Finding((*pair.input.path, "key"), message)] if twice else []


def _alone(pair: Pair, keys: list[str]) -> list[Finding]:
    if len(keys) < 2 or pair.strategy.kind is None or pair.strategy.looks_at == "classes":
        return []
    use = listing(looking_at("classes"))
    message = f"several keys go with {use}; {pair.strategy.kind} looks at one: give each key an objective of its own"
    return [Finding((*pair.input.path, "key"), message)]


def _nested(pair: Pair, target: dict[str, Any]) -> list[Finding]:
    path = (*pair.strategy.path, "target")
    message = 'shares inside shares are for several keys: give them to a METADATA input as "key": ["weather", "time"]'
    return [Finding((*path, name), message) for name, share in target.items() if isinstance(share, dict) and share]


def _combinations(pair: Pair, target: dict[str, Any], keys: list[str]) -> list[Finding]:
    """That each share is for as many values as there are keys, and that none is given twice."""
    found: list[Finding] = []
    seen: dict[str, str] = {}
    for path, share in leaves(target):
        if isinstance(share, dict):
            continue
        name = leaf_name(path)
        parts = parts_of(name) if len(path) == 1 else path
        wrong = None
        if any(not step for step in path):
            wrong = "a key must not be empty"
        elif len(parts) != len(keys):
            values = "1 value" if len(parts) == 1 else f"{len(parts)} values"
            wrong = f"stands for {values}, and there are {len(keys)} keys; {_how(keys)}"
        elif joined(parts) != name:
            wrong = f"in a joined name a backslash is written twice; write {_doubled(name)}, or nest the shares"
        elif name in seen:
            wrong = f"the share of {show(name)} is given twice; keep one"
        seen[name] = name
        if wrong is not None:
            found.append(Finding((*pair.strategy.path, "target", *path), wrong, at_key=True))
    return found[:MOST_NAMED]


def _doubled(name: str) -> str:
    """The name with two backslashes for each that stands before neither a backslash nor a plus."""
    return re.sub(r"\\([\\+])|\\", lambda found: found.group() if found.group(1) else r"\\", name)


def _how(keys: list[str]) -> str:
    example = joined([f"<{key}>" for key in keys])
    return f"join the values with + ({example}), or nest an object for each key"
