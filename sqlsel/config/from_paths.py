"""Metadata keys that ``lightly_path_regex`` takes out of file names: what they add to a dataset, and their checks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlsel.config.findings import Finding, notice
from sqlsel.config.path_regex import PathRegex, PathRegexError, read_path_regex
from sqlsel.errors import EngineError
from sqlsel.facts import MetadataKey, PathGroup
from sqlsel.words import quoted, show

if TYPE_CHECKING:
    from typing import Any

    from sqlsel.config.catalog import Catalog
    from sqlsel.config.outline import Outline
    from sqlsel.facts import DatasetFacts

FIELD = "lightly_path_regex"
NAMED = 3


def path_keys(regex: str | None) -> dict[str, MetadataKey]:
    """The keys that an expression gives: its named groups, as text. None, if there is no expression."""
    if regex is None:
        return {}
    found = read_path_regex(regex)
    return {
        name: MetadataKey((name,), "text", path_group=PathGroup(found.expression, number))
        for name, number in found.groups.items()
    }


def with_path_keys(facts: DatasetFacts, regex: str | None) -> DatasetFacts:
    """The facts of a dataset whose samples also have what an expression takes out of their file names."""
    return replace(facts, keys={**facts.keys, **path_keys(regex)}) if regex else facts


def usable_regex(top: dict[str, Any]) -> str | None:
    """The expression of a config; None where there is none, or none that can be read."""
    text = top.get(FIELD)
    try:
        return text if isinstance(text, str) and read_path_regex(text) else None
    except PathRegexError:
        return None


def check_use(outline: Outline) -> list[Finding]:
    """A notice if no objective looks at any group."""
    regex = usable_regex(outline.top)
    if regex is None:
        return []
    groups = set(read_path_regex(regex).groups)
    looked_at: set[str] = set()
    for pair in outline.pairs:
        keys = pair.input.data.get("key")
        looked_at |= {key for key in (keys if isinstance(keys, list) else [keys]) if isinstance(key, str)}
    if groups & looked_at:
        return []
    name = min(groups)
    message = f'no objective looks at its groups ({quoted(sorted(groups))}); name one: {{"key": {_json(name)}}}'
    return [notice((FIELD,), message)]


def check_path_regex(regex: str, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """Whether the groups have names of their own, and how many file names the expression does not match."""
    found = read_path_regex(regex)
    known = {key.casefold(): key for key in facts.keys}
    taken = [name for name in found.groups if name.casefold() in known]
    if taken:
        message = f"the metadata of dataset {show(facts.name)} has {quoted(taken)} already; give the group another name"
        return [Finding((FIELD,), message)]
    return _unmatched(found, facts, catalog)


def _unmatched(found: PathRegex, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    try:
        total, without, examples = catalog.unmatched_names(facts.name, found.expression, NAMED)
    except EngineError as failure:
        return [Finding((FIELD,), f"the engine does not read it: {failure.message.strip()}; make it simpler")]
    if total == 0:
        return []
    such = f", such as {', '.join(map(show, examples))}" if examples else ""
    names = "file name" if total == 1 else f"{total:,} file names"
    if without == total and not examples:
        return [Finding((FIELD,), f"the samples of dataset {show(facts.name)} have no file names to take values from")]
    if without == total:
        return [Finding((FIELD,), f"matches none of the {names} of dataset {show(facts.name)}{such}")]
    if without:
        verb = "does" if without == 1 else "do"
        lacking = " and no ".join(found.groups)
        return [notice((FIELD,), f"{without:,} of {names} {verb} not match{such}: those samples have no {lacking}")]
    return []


def _json(name: str) -> str:
    return f'"{name}"'
