"""A config to start from as text: what is active, and in comments what else the dataset can be asked for."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

from sqlsel.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlsel.facts import DatasetFacts
    from sqlsel.starter.objectives import Offer

SCHEMA_FILE = "sqlsel.schema.json"
_WIDTH = 100
_INDENT = 4


def starter_text(facts: DatasetFacts, n: int, offers: Sequence[Offer], limit: Mapping[str, object] | None) -> str:
    """The config as text. Without the lines that are comments it is plain JSON.

    Args:
        facts: What the dataset holds.
        n: How many samples it asks for.
        offers: The objectives; one of them at least is active.
        limit: A limit that could be set.
    """
    lines = [
        "{",
        *_comment(f"A selection from dataset {facts.name}, which has {facts.n_samples:,} samples.", _INDENT),
        *_comment("Lines with // are not read: take the // away from what you want, delete what you do not.", _INDENT),
        f'    "$schema": "./{SCHEMA_FILE}",',
        "",
        *_comment('how many samples to choose; or "proportion_samples": 0.1', _INDENT),
        f'    "n_samples": {n},',
        "",
    ]
    if limit is not None:
        lines += _comment(f"at most so many samples of each {limit['key']}", _INDENT)
        lines += [f'    // "limits": [{_json(limit)}],', ""]
    lines += _comment('thresholds are applied first; all others count together, each by its "strength"', _INDENT)
    lines += ['    "strategies": [', *_objectives(_in_order(offers)), "    ]", "}"]
    return "\n".join(lines) + "\n"


def _in_order(offers: Sequence[Offer]) -> list[Offer]:
    """The offers with an active one at the end, so that no comma is left over whatever is taken in before it."""
    last = next(offer for offer in reversed(offers) if offer.active)
    return [*(offer for offer in offers if offer is not last), last]


def _objectives(offers: Sequence[Offer]) -> Iterator[str]:
    indent = " " * 2 * _INDENT
    for number, offer in enumerate(offers):
        if number:
            yield ""
        for line in offer.about:
            yield from _comment(line, 2 * _INDENT)
        mark = "" if offer.active else "// "
        comma = "" if number == len(offers) - 1 else ","
        begins = (f'{indent}{mark}{{"input": ', f'{indent}{mark} "strategy": ')
        *input_lines, last = _object(begins[0], offer.input)
        yield from (*input_lines, f"{last},")
        *strategy_lines, last = _object(begins[1], offer.strategy)
        yield from (*strategy_lines, f"{last}}}{comma}")


def _object(begin: str, value: Mapping[str, object]) -> list[str]:
    """One side as JSON: on one line, or with the members of a long last field on lines that go on below it."""
    line = begin + _json(value)
    if len(line) <= _WIDTH or not isinstance(list(value.values())[-1], dict):
        return [line]
    *first, (name, members) = value.items()
    assert isinstance(members, dict)
    head = ", ".join([*(f"{_json(key)}: {_json(each)}" for key, each in first), f"{_json(name)}: {{"])
    lines, margin = [f"{begin}{{{head}"], begin[: begin.index('"')] + "    "
    for member in (f"{_json(key)}: {_json(each)}" for key, each in members.items()):
        if lines[-1].startswith(margin) and len(lines[-1]) + len(member) < _WIDTH:
            lines[-1] += f" {member},"
        else:
            lines.append(f"{margin}{member},")
    lines[-1] = f"{lines[-1].removesuffix(',')}}}}}"
    return lines


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _comment(text: str, indent: int) -> Iterable[str]:
    mark = " " * indent + "// "
    return textwrap.wrap(
        printable(text),
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=mark,
        break_long_words=False,
        break_on_hyphens=False,
    )
