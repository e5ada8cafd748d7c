"""From a mapping made in Python to the plain values that JSON has."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlsel.config.faults import Fault
from sqlsel.config.places import Node, Offset
from sqlsel.config.reader import DEEPEST, Reading
from sqlsel.config.values import Part
from sqlsel.words import show


class Foreign:
    """A value that JSON has nothing for; shown by the name of its type."""

    def __init__(self, value: object) -> None:
        self._name = type(value).__name__

    def __str__(self) -> str:
        return f"a value of type {self._name}"


def read_mapping(source: Mapping[Any, Any]) -> Reading:
    """Take a mapping apart into plain values.

    Tuples count as lists, numbers of numpy as Python's, members of an enum as their values, parts of a config that is
    read already as what they were read from. The offsets number the values in the order of the mapping.
    """
    walk = _Walk()
    value, root = walk.value(source, 0)
    return Reading(value, root, tuple(walk.faults), complete=not walk.too_deep)


class _Walk:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.too_deep = False
        self._count = 0

    def value(self, source: object, depth: int) -> tuple[Any, Node | Offset]:
        self._count += 1
        start = self._count
        if isinstance(source, Part):
            source = source.model_dump(mode="json", exclude_defaults=True)
        if isinstance(source, Mapping | list | tuple):
            if depth == DEEPEST:
                self._stop(start)
                return None, start
            return self._object(source, depth) if isinstance(source, Mapping) else self._array(source, depth)
        return _scalar(source), start

    def _stop(self, start: Offset) -> None:
        if not self.too_deep:
            self.faults.append(Fault(start, f"more than {DEEPEST} objects and lists inside each other"))
        self.too_deep = True

    def _object(self, source: Mapping[Any, Any], depth: int) -> tuple[dict[str, Any], Node]:
        node = Node(self._count)
        values: dict[str, Any] = {}
        for key, child in source.items():
            if not isinstance(key, str):
                self.faults.append(Fault(node.start, f"the key {show(_scalar(key))} is no text; write it in quotes"))
                continue
            name = str(key.value if isinstance(key, Enum) else key)
            self._count += 1
            node.keys[name] = self._count
            values[name], node.values[name] = self.value(child, depth + 1)
            if self.too_deep:
                break
        return values, node

    def _array(self, source: list[Any] | tuple[Any, ...], depth: int) -> tuple[list[Any], Node]:
        node = Node(self._count)
        values: list[Any] = []
        for index, child in enumerate(source):
            value, node.values[index] = self.value(child, depth + 1)
            values.append(value)
            if self.too_deep:
                break
        return values, node


def _scalar(source: object) -> object:
    """The plain value of what is no mapping and no list."""
    if isinstance(source, Enum):
        return _scalar(source.value)
    if source is None or isinstance(source, bool):
        return source
    if isinstance(source, str):
        return str(source)
    if isinstance(source, numbers.Integral):
        return int(source)
    if isinstance(source, numbers.Real | Decimal):
        try:
            return float(source)
        except (OverflowError, ValueError):
            return math.nan
    return Foreign(source)
