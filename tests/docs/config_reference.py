"""Writes ``docs/config.md``: every field of a config, out of the models and tables that configs are checked by.

``python -m tests.docs.config_reference`` writes the page; a test fails where it is not what this makes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlsel.config import Config, json_schema
from sqlsel.config.kinds import INPUTS, PREDICTIONS_GO_WITH, STRATEGIES, usable_strategies
from sqlsel.config.limits import Limit
from sqlsel.config.strategies import TargetRange
from sqlsel.config.tiling import TilingTask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.config.values import Part

PAGE = Path(__file__).parents[2] / "docs" / "config.md"

HEAD = """\
# The config: every field

Written by `python -m tests.docs.config_reference` out of the models that configs are checked by; `sqlsel schema`
prints the same as JSON Schema. What a strategy computes is said in [strategies](strategies.md).

A config is a JSON object, in which `//`, `#` and `/* */` comments and commas before a closing bracket are read too.
Each field also goes by its camelCase name (`nSamples`), as Lightly's clients write it. An optional field that is `null`
counts as left out, except where it says otherwise here. An unknown field is an error.
"""

IN_WORDS = {"integer": "whole number", "number": "number", "string": "text", "object": "object", "array": "list"}
RELATIONS = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
OF_TASKS = "PREDICTIONS"
PLAIN_LIMIT = 2**53
"""Bounds beyond this are those of the number format, not of the field."""


class Section(NamedTuple):
    """A part of a config on the page."""

    title: str
    model: type[Part]
    about: str


def page() -> str:
    """The whole page."""
    parts = json_schema()["$defs"]
    top = {name: field for name, field in json_schema()["properties"].items() if name in Config.model_fields}
    chunks = [HEAD, "## The config itself", _table(Config, top), _together()]
    for title, sections in (("Inputs", _inputs()), ("Strategies", _strategies()), ("Other parts", _others())):
        chunks.append(f"## {title}")
        for section in sections:
            table = _table(section.model, parts[section.model.__name__]["properties"])
            chunks += [f"### {section.title}", section.about, table]
    return "\n\n".join(chunk.strip() for chunk in chunks) + "\n"


def _together() -> str:
    """Which input goes with which strategy."""
    kinds = list(STRATEGIES)
    lines = [
        "Exactly one of `n_samples` and `proportion_samples` is given. An entry of `strategies` is an objective: an",
        "`input` and a `strategy`, each with a `type`. Which go together:",
        "",
        f"| input | {' | '.join(kinds)} |",
        f"|---|{'---|' * len(kinds)}",
    ]
    rows = {f"`{kind}`": usable_strategies({}, kind) for kind in INPUTS if kind != OF_TASKS}
    rows |= {f"`{OF_TASKS}` with `{name}`": usable for name, usable in PREDICTIONS_GO_WITH.items()}
    for name, usable in rows.items():
        lines.append(f"| {name} | {' | '.join('yes' if kind in usable else '' for kind in kinds)} |")
    return "\n".join(lines)


def _inputs() -> Iterator[Section]:
    for kind, model in INPUTS.items():
        yield Section(f"`{kind}`", model, str(model.__doc__))


def _strategies() -> Iterator[Section]:
    for kind, model in STRATEGIES.items():
        former = "".join(f" Read as `{word}` too." for word in model.former_words)
        yield Section(f"`{kind}`", model, f"{model.__doc__} Looks at {model.looks_at}.{former}")


def _others() -> Iterator[Section]:
    yield Section("`target_range` of WEIGHTS", TargetRange, f"{TargetRange.__doc__} At least one of them is given.")
    yield Section("An entry of `limits`", Limit, str(Limit.__doc__))
    yield Section("An entry of `auto_tasks`", TilingTask, str(TilingTask.__doc__))


def _table(model: type[Part], fields: dict[str, Any]) -> str:
    lines = ["| field | value | default | |", "|---|---|---|---|"]
    for name, info in model.model_fields.items():
        default = "needed" if info.is_required() else _default(info.default, fields[name])
        value = _value(fields[name])
        lines.append(f"| `{name}` | {value} | {default} | {_cell(info.description or '')} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _default(value: object, field: dict[str, Any]) -> str:
    if value is None:
        return "none"
    return f"`{value}`" if "enum" in field else f"{value:,g}" if isinstance(value, float) else f"{value:,}"


def _value(field: dict[str, Any]) -> str:
    """What a field holds: its kind, or the words it takes, and its bounds."""
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{word}`" for word in field["enum"] if word is not None)
    kinds = field.get("oneOf") or field.get("anyOf")
    if kinds:
        told = dict.fromkeys(_value(kind) for kind in kinds if kind.get("type") != "null")
        return " or ".join(told)
    if "$ref" in field or "discriminator" in field:
        return "object"
    types = field["type"] if isinstance(field["type"], list) else [field["type"]]
    words = " or ".join(IN_WORDS[kind] for kind in types if kind != "null")
    if "items" in field:
        words += f" of {_value(field['items'])}"
    return ", ".join([words, *_bounds(field)])


def _bounds(field: dict[str, Any]) -> Iterator[str]:
    for word, text in RELATIONS.items():
        bound = field.get(word)
        if bound is not None and abs(bound) < PLAIN_LIMIT:
            yield f"{text} {int(bound):,}" if bound == int(bound) else f"{text} {bound:g}"
    if field.get("minLength", 0) > 1:
        yield f"{field['minLength']} characters or more"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
