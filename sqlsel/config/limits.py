"""Limits: at most so many samples of each value of a key or predicted class, beside all objectives."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic import Field

from sqlsel.config.against_tasks import NO_TASKS
from sqlsel.config.fields import check_fields
from sqlsel.config.findings import Finding
from sqlsel.config.joint import JOINER, Keys
from sqlsel.config.names import unknown_name
from sqlsel.config.schema_parts import given
from sqlsel.config.values import Count, Part, TaskName
from sqlsel.words import nearest, quoted, show

if TYPE_CHECKING:
    from sqlsel.config.places import Path
    from sqlsel.config.schema_parts import Schema
    from sqlsel.facts import DatasetFacts, MetadataKey

LIMITS = "limits"
NO_KEYS = "the dataset has no metadata; ingest some"

_NO_GROUPS = {
    "number": "holds numbers with fractions, nearly all different",
    "timestamp": "holds times, nearly all different",
    "other": "holds neither text nor whole numbers",
}


class Limit(Part):
    """The most samples that a selection may have of each value of a metadata key, or of each predicted class."""

    key: Keys | None = Field(
        default=None,
        description="The metadata key, with dots between its levels: video.id. A list of keys limits each combination "
        "of their values.",
    )
    task: TaskName | None = Field(
        default=None, description="Instead of a key: the classification task whose predicted classes are limited."
    )
    max: Count = Field(description="The most samples of each of its values; preselected ones count.")

    @property
    def name(self) -> str:
        """What is limited as messages show it: ``video+day``, ``predicted class of weather``."""
        if self.key is None:
            return f"predicted class of {self.task}"
        return JOINER.join(self.key) if isinstance(self.key, tuple) else self.key

    @classmethod
    def complete_schema(cls, part: Schema) -> None:
        """A key or a task, not both."""
        part["oneOf"] = [given("key", ["string", "array"]), given("task", "string")]


def check_limits(top: dict[str, Any]) -> list[Finding]:
    """Findings about the list of limits and each of its entries."""
    limits = top.get(LIMITS)
    if limits is None:
        return []
    if not isinstance(limits, list | tuple):
        return [Finding((LIMITS,), f"must be a list of limits, not {show(limits)}")]
    if not limits:
        return [Finding((LIMITS,), "must not be empty; give a limit, or leave 'limits' out")]
    found: list[Finding] = []
    for index, entry in enumerate(limits):
        path = (LIMITS, index)
        if isinstance(entry, dict):
            found += [*_what(entry, path), *check_fields(Limit, entry, path).findings]
        else:
            found.append(Finding(path, f"must be an object with 'key' and 'max', not {show(entry)}"))
    return [*found, *_repeated(limits), *_twice(limits)]


def check_limits_against(top: dict[str, Any], facts: DatasetFacts) -> list[Finding]:
    """Whether a dataset has the keys that are limited, with values that samples share."""
    found = []
    for path, name in _single_keys(top.get(LIMITS)):
        key = facts.keys.get(name)
        if key is None:
            found.append(_unknown(path, name, facts))
        elif not can_group(key):
            groups = tuple(name for name, other in facts.keys.items() if can_group(other))
            others = f"keys that can be limited: {quoted(groups)}" if groups else "ingest it as text, in ranges"
            message = f"{show(name)} {_NO_GROUPS[key.kind]}: each would be a group of its own; {others}"
            found.append(Finding(path, message))
    return found + [finding for path, name in _tasks(top.get(LIMITS)) for finding in _task(path, name, facts)]


def _task(path: Path, name: str, facts: DatasetFacts) -> list[Finding]:
    """Whether each sample is of one predicted class of a task."""
    task = facts.tasks.get(name)
    if task is None:
        return [unknown_name(path, f"task in dataset {show(facts.name)}", name, tuple(facts.tasks), none=NO_TASKS)]
    if not task.has_predictions:
        return [Finding(path, f"task {show(name)} has scores only; ingest its predictions")]
    if task.task_type == "classification" or name == facts.objects_of:
        return []
    own = "a sample can have objects of several classes in it"
    other = f'limit single objects, with "select_objects_of": "{name}", or a classification task'
    return [Finding(path, f"task {show(name)} is of type {task.task_type}, and {own}; {other}")]


def can_group(key: MetadataKey) -> bool:
    """Whether samples share the values of a key."""
    return key.kind not in _NO_GROUPS or (key.kind != "other" and bool(key.categorical))


def _keys(limits: object) -> list[tuple[Path, tuple[str, ...]]]:
    """The keys of each limit and where they stand, as far as that can be understood."""
    entries = limits if isinstance(limits, list | tuple) else ()
    stated = [(index, entry.get("key")) for index, entry in enumerate(entries) if isinstance(entry, dict)]
    listed: list[tuple[int, tuple[Any, ...]]] = [
        (index, tuple(key) if isinstance(key, list | tuple) else (key,)) for index, key in stated
    ]
    return [
        ((LIMITS, index, "key"), keys)
        for index, keys in listed
        if keys and all(isinstance(key, str) and key for key in keys)
    ]


def _tasks(limits: object) -> list[tuple[Path, str]]:
    """The tasks that are limited, and where they stand, as far as that can be understood."""
    entries = limits if isinstance(limits, list | tuple) else ()
    given_ones = [(index, entry.get("task")) for index, entry in enumerate(entries) if isinstance(entry, dict)]
    return [((LIMITS, index, "task"), task) for index, task in given_ones if isinstance(task, str) and task]


def _what(entry: dict[str, Any], path: Path) -> list[Finding]:
    """A key or a task, not both."""
    key, task = entry.get("key"), entry.get("task")
    if key is not None and task is not None:
        return [Finding((*path, "task"), "a limit is on a key or on a task; make two of it", at_key=True)]
    if key is None and task is None:
        message = "missing 'key': the metadata key whose values are limited, or 'task' for predicted classes"
        return [] if _nearly(entry) else [Finding(path, message)]
    return []


def _nearly(entry: dict[str, Any]) -> bool:
    """Whether a key of the entry is a slip of the pen for one of the two, which is told by itself."""
    return any(nearest(name, ("key", "task")) for name in entry if name not in Limit.model_fields)


def _single_keys(limits: object) -> list[tuple[Path, str]]:
    """Every key that is named, and where."""
    return [
        ((*path, place) if len(keys) > 1 else path, key)
        for path, keys in _keys(limits)
        for place, key in enumerate(keys)
    ]


def _repeated(limits: object) -> list[Finding]:
    found = []
    for path, keys in _keys(limits):
        twice = [key for key, count in Counter(keys).items() if count > 1]
        if twice:
            found.append(Finding(path, f"each key once; repeated: {', '.join(map(show, twice))}"))
    return found


def _twice(limits: object) -> list[Finding]:
    first: dict[frozenset[tuple[Any, str]], int] = {}
    found = []
    tasks = [(path, (task,)) for path, task in _tasks(limits)]
    for path, names in (*_keys(limits), *tasks):
        what = frozenset((path[-1], name) for name in names)
        if (earlier := first.get(what)) is not None:
            message = f"{show(JOINER.join(names))} is limited twice, first in limits[{earlier}]; keep one of them"
            found.append(Finding(path, message))
        first.setdefault(what, int(path[1]))
    return found


def _unknown(path: Path, name: str, facts: DatasetFacts) -> Finding:
    inside = tuple(key for key in facts.keys if key.startswith(f"{name}."))
    if inside:
        return Finding(path, f"{show(name)} is a group of keys; name one of them: {quoted(inside)}")
    what = f"key in the metadata of dataset {show(facts.name)}"
    return unknown_name(path, what, name, tuple(facts.keys), none=NO_KEYS)
