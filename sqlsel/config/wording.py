"""What is wrong with a single field, in sqlsel's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from sqlsel.config.kinds import OLD_WORDS, STRATEGIES
from sqlsel.words import did_you_mean, listing, show

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from sqlsel.config.values import Part

_OTHER_WORDS = {
    "operation": {
        "<": "SMALLER",
        "<=": "SMALLER_EQUAL",
        ">": "BIGGER",
        ">=": "BIGGER_EQUAL",
        "LESS": "SMALLER",
        "LESS_EQUAL": "SMALLER_EQUAL",
        "GREATER": "BIGGER",
        "GREATER_EQUAL": "BIGGER_EQUAL",
    }
}

_PATTERNS = {
    "task": "may hold only letters, digits and _ + = , . @ : / -",
    "name": "may hold only letters, digits and _ + = , . @ : / -",
    "select_objects_of": "may hold only letters, digits and _ + = , . @ : / -",
    "score": "may hold only letters, digits and _ + = , . @ : / -",
    "tag_name": "must start with a letter or digit and hold only letters, digits, spaces and . : ; = @ _ -",
}

_ADVICE = {
    ("n_samples", "int_type"): "for a share of the dataset use 'proportion_samples'",
    ("n_samples", "greater_than_equal"): "say how many samples to choose",
    ("proportion_samples", "less_than_equal"): "for a number of samples use 'n_samples'",
    ("proportion_samples", "greater_than"): "say what share of the dataset to choose",
    ("task", "string_too_short"): "name a task",
    ("select_objects_of", "string_too_short"): "name a task, or leave it out to choose whole samples",
    ("strategies", "too_short"): "give at least one objective",
    ("max", "greater_than_equal"): "a limit lets in at least one sample of each value",
    **{place: advice for model in STRATEGIES.values() for place, advice in model.advice.items()},
}

_KINDS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "is_instance_of": "a number",
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "finite_number": "a finite number",
    "union_tag_invalid": "an input of a type that has its place here",
    "union_tag_not_found": "an input with a type",
}

_LIMITS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("above", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("below", "lt"),
}


def field_message(error: ErrorDetails) -> str:
    """What an error about the value of a field means, what is allowed and what was found."""
    kind, found = error["type"], error["input"]
    field = next((step for step in reversed(error["loc"]) if isinstance(step, str) and step != "[key]"), "")
    advice = _ADVICE.get((field, kind))
    return f"{_what(kind, field, error.get('ctx', {}), found)}{f'; {advice}' if advice else ''}"


def _what(kind: str, field: str, context: dict[str, Any], found: object) -> str:
    if kind == "float_type" and isinstance(found, int) and not isinstance(found, bool):
        return "is larger than any number that can be kept"
    if kind == "moment" or (kind == "float_type" and field == "threshold"):
        return f"must be a number or a time in ISO 8601 (2024-05-01T12:00:00Z), not {show(found)}"
    if kind == "path_regex":
        return str(context["reason"])
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}, not {show(found)}"
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        limit = context[key]
        return f"must be {words} {int(limit) if limit == int(limit) else limit}, not {show(found)}"
    if kind == "string_pattern_mismatch":
        return f"{_PATTERNS[field]}, not {show(found)}"
    if kind == "string_too_short" and context["min_length"] > 1:
        return f"must have at least {context['min_length']} characters, not {show(found)}"
    if kind in {"string_too_short", "too_short"}:
        return "must not be empty"
    if kind == "string_unicode":
        return "holds half of a surrogate pair, which no text can"
    return f"cannot be {show(found)}"


def missing_message(model: type[Part], field: str) -> str:
    """That a field is missing, and what it is for."""
    info = model.model_fields[field]
    purpose = (info.description or "").split(". ")[0].removesuffix(".")
    words = allowed_words(info)
    allowed = f"; allowed: {listing(words)}" if len(words) > 1 else ""
    return f"missing {field!r}: {purpose[:1].lower()}{purpose[1:]}{allowed}"


def allowed_words(field: FieldInfo) -> tuple[str, ...]:
    """The words a field takes; empty where it takes more than a list of words."""
    return tuple(word for word in get_args(field.annotation) if isinstance(word, str))


def unknown_word(field: str, found: object, words: tuple[str, ...]) -> str:
    """That a word is none of those allowed, and which is nearest."""
    if not isinstance(found, str):
        return f"must be one of {listing(words)}, not {show(found)}"
    today = OLD_WORDS.get(found)
    if today in words:
        return f"{found} is called {today} today; allowed: {listing(words)}"
    meant = _OTHER_WORDS.get(field, {}).get(found.upper())
    guess = f"; did you mean {meant!r}?" if meant else did_you_mean(found, words)
    return f"unknown {field} {show(found)}{guess or ';'} allowed: {listing(words)}"
