"""Changing values of a yaml file in its own text: comments, order and everything else stay as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import yaml


def with_values(text: str, values: Mapping[str, str | None]) -> str:
    """The text with other values of some of its top keys, or without a key where the value is None.

    Args:
        text: yaml with keys at the top.
        values: By key, what it should say; keys that are not there, or say it already, are left alone.
    """
    import yaml

    document = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(document, yaml.MappingNode):
        return text
    changes: list[tuple[int, int, str]] = []
    for number, (key, value) in enumerate(document.value):
        new = values.get(key.value, value.value)
        if new is None:
            changes.append((*_entry(text, document, number), ""))
        elif new != value.value:
            changes.append((value.start_mark.index, value.end_mark.index, _scalar(new)))
    for begin, end, new in sorted(changes, reverse=True):
        text = text[:begin] + new + text[end:]
    return text


def _entry(text: str, mapping: yaml.MappingNode, number: int) -> tuple[int, int]:
    """Where a key and its value begin and end, with the line break or comma that goes with them."""
    key, value = mapping.value[number]
    begin, end = key.start_mark.index, value.end_mark.index
    if not mapping.flow_style:
        line = text.find("\n", end)
        # a block of text ends where the next line begins
        return begin, end if value.end_mark.column == 0 else len(text) if line < 0 else line + 1
    if number + 1 < len(mapping.value):
        return begin, mapping.value[number + 1][0].start_mark.index
    return mapping.value[number - 1][1].end_mark.index if number else begin, end


def _scalar(value: str) -> str:
    """A text as yaml reads it; in quotes where it would be read as something else."""
    import yaml

    try:
        same = yaml.safe_load(f"[{value}]") == [value] and yaml.safe_load(value) == value
    except yaml.YAMLError:
        same = False
    return value if same else json.dumps(value, ensure_ascii=False)
