"""Checks of one object of a config by itself: its keys, and the value of each field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args

from pydantic import ValidationError

from sqlsel.config.findings import Finding
from sqlsel.config.joint import UNION_TAGS, leaf_path
from sqlsel.config.values import Part, camel_name
from sqlsel.config.wording import allowed_words, field_message, missing_message, unknown_word
from sqlsel.words import did_you_mean, listing, nearest, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails

    from sqlsel.config.places import Path

PartT = TypeVar("PartT", bound=Part)


@dataclass(slots=True)
class Checked(Generic[PartT]):
    """One object of the config: its model if nothing is wrong with it, and what is."""

    model: PartT | None = None
    findings: list[Finding] = field(default_factory=list)


def check_fields(
    model: type[PartT], data: Mapping[str, Any], path: Path, *, others: Mapping[str, str] | None = None
) -> Checked[PartT]:
    """Check an object against its model.

    Args:
        model: What the object should be.
        data: The object, by snake_case names; null in an optional field counts as left out.
        path: Where it stands.
        others: Fields of models it might be taken for, with what to say about each of them.
    """
    checked: Checked[PartT] = Checked()
    known = {key: value for key, value in data.items() if key in model.model_fields}
    checked.findings += unknown_keys(data, model.model_fields, path, others=others or {})
    given = {key: value for key, value in known.items() if value is not None or _counts(model, key)}
    try:
        built = model.model_validate(given)
    except ValidationError as error:
        unknown = tuple(key for key in data if key not in known)
        for detail in error.errors(include_url=False):
            checked.findings += _findings(_located(detail, data), model, path, unknown)
    if not checked.findings:
        checked.model = built
    return checked


def _counts(model: type[Part], field: str) -> bool:
    """Whether null is a value of a field, or is to be refused there; elsewhere it counts as left out."""
    return field in model.keeps_null or model.model_fields[field].is_required()


def unknown_keys(
    data: Mapping[str, Any], allowed: Iterable[str], path: Path, *, others: Mapping[str, str]
) -> list[Finding]:
    """What to say about the keys that are none of those allowed."""
    fields = tuple(allowed)
    wrong = [key for key in data if key not in fields]
    names = tuple(dict.fromkeys([*fields, *map(camel_name, fields)])) if wrong else ()
    found = []
    for key in wrong:
        if key in others:
            found.append(Finding((*path, key), f"{others[key]}; allowed: {listing(fields)}", at_key=True))
        else:
            guess = did_you_mean(key, names) or ";"
            message = f"unknown key {show(key)}{guess} allowed: {listing(fields)}"
            found.append(Finding((*path, key), message, at_key=True))
    return found


def _located(error: ErrorDetails, data: Mapping[str, Any]) -> ErrorDetails:
    """The error with the place that it has in the config, where a value may be of several kinds or nested."""
    location = tuple(step for step in error["loc"] if step not in UNION_TAGS)
    if location[:1] == ("target",) and len(location) > 1 and location[-1] != "[key]":
        location = ("target", *leaf_path(data.get("target"), str(location[1])))
    error["loc"] = location
    return error


def _findings(error: ErrorDetails, model: type[Part], path: Path, unknown: tuple[str, ...]) -> list[Finding]:
    location, kind = error["loc"], error["type"]
    if kind == "missing":
        fields = {camel_name(field): field for field in model.model_fields}
        name = fields.get(str(location[0]), str(location[0]))
        if len(location) > 1:
            inner = next(part for part in _parts(model, location[0]) if location[-1] in part.model_fields)
            return [Finding((*path, *location[:-1]), missing_message(inner, str(location[-1])))]
        mistyped = any(nearest(key, (name,)) for key in unknown)
        return [] if mistyped else [Finding(path, missing_message(model, name))]
    if kind == "extra_forbidden":
        within = (*path, *location[:-1])
        allowed = dict.fromkeys(name for part in _parts(model, location[0]) for name in part.model_fields)
        return unknown_keys({str(location[-1]): None}, allowed, within, others={})
    if kind == "too_short" and error["input"]:
        return []  # its elements are wrong, and each is said
    if location[-1] == "[key]":
        return [Finding((*path, *location[:-2], error["input"]), f"a key {field_message(error)}", at_key=True)]
    if kind == "literal_error":
        name = str(location[-1])
        message = unknown_word(name, error["input"], allowed_words(model.model_fields[name]))
        return [Finding((*path, *location), message)]
    return [Finding((*path, *location), field_message(error))]


def _parts(model: type[Part], field: object) -> list[type[Part]]:
    """The models that the value of a field may be of."""
    found: list[type[Part]] = []
    waiting: list[Any] = [model.model_fields[str(field)].annotation]
    while waiting:
        kind = waiting.pop(0)
        if isinstance(kind, type) and issubclass(kind, Part):
            found.append(kind)
        waiting += get_args(kind)
    return found
