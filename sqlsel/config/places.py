"""Where the parts of a JSON text stand in it."""

from __future__ import annotations

import re
from bisect import bisect_right

Path = tuple[str | int, ...]
Offset = int

_LINE_END = re.compile(r"\r\n|\r|\n")


class Lines:
    """Lines and columns of a text, both counted from 1, a column for each character."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def place(self, offset: Offset) -> tuple[int, int]:
        """Line and column of the character at ``offset``."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class Node:
    """Where an object or an array starts, and where its keys and values do; a plain value is just its offset."""

    __slots__ = ("keys", "start", "values")

    def __init__(self, start: Offset) -> None:
        self.start = start
        self.keys: dict[str | int, Offset] = {}
        self.values: dict[str | int, Node | Offset] = {}


def start_of(node: Node | Offset) -> Offset:
    """The offset of the first character of a value."""
    return node.start if isinstance(node, Node) else node


def value_offset(root: Node | Offset, path: Path) -> Offset:
    """Where the value at ``path`` starts; of a path that leads nowhere, the value it leaves off at."""
    node = root
    for step in path:
        if not isinstance(node, Node) or step not in node.values:
            break
        node = node.values[step]
    return start_of(node)


def key_offset(root: Node | Offset, path: Path) -> Offset:
    """Where the key of ``path`` starts; an array's element has no key: where the element starts."""
    node = root
    for step in path[:-1]:
        if not isinstance(node, Node) or step not in node.values:
            return start_of(node)
        node = node.values[step]
    if isinstance(node, Node) and path:
        return node.keys.get(path[-1], value_offset(node, path[-1:]))
    return start_of(node)


def path_at(root: Node | Offset, offset: Offset) -> Path:
    """The path of the key or value that starts at ``offset``; the empty path where none does."""
    path: list[str | int] = []
    node = root
    while isinstance(node, Node):
        starts = {step: node.keys.get(step, start_of(child)) for step, child in node.values.items()}
        before = [step for step, start in starts.items() if start <= offset]
        if not before:
            return ()
        last = max(before, key=starts.__getitem__)
        path.append(last)
        node = node.values[last]
        if offset in {starts[last], start_of(node)}:
            return tuple(path)
    return ()
