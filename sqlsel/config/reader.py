"""A reader of JSON that allows what people add to it by hand, and knows where everything stands.

Beyond JSON it allows comments (``//``, ``#``, ``/* */``) and a comma after the last element. Everything else that is
no JSON is a fault with its place. After a fault whose meaning is plain the reader goes on, so that one run finds all.
The time it takes is linear in the length of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sqlsel.config.faults import Fault, describe, lone_surrogate
from sqlsel.config.places import Node, Offset
from sqlsel.config.scalars import Scalars, StopReadingError
from sqlsel.config.tokens import FIRST_MEMBER, NAME, NEXT_ELEMENT, NEXT_MEMBER, VALUE_START
from sqlsel.words import shorten, show

DEEPEST = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text holds.

    Attributes:
        value: The plain value; None if ``complete`` is False.
        root: Where its parts stand.
        faults: What is no JSON, in order of place.
        complete: Whether the text could be read to its end.
    """

    value: Any
    root: Node | Offset
    faults: tuple[Fault, ...]
    complete: bool


def read_json(text: str) -> Reading:
    """Read a text; what is wrong with it is in ``faults``, nothing is raised."""
    reader = _Reader(text)
    try:
        value, root = reader.whole()
    except StopReadingError as stop:
        return Reading(None, 0, _in_order([*reader.faults, stop.fault]), complete=False)
    return Reading(value, root, _in_order(reader.faults), complete=True)


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.offset))


class _Reader(Scalars):
    depth = 0

    def whole(self) -> tuple[Any, Node | Offset]:
        lone = lone_surrogate(self.text)
        if lone is not None:
            raise StopReadingError(lone, "half of a surrogate pair, which no text can hold")
        value, root = self.value(self.next())
        if self.next():
            self.fault(self.at, f"expected the end of the config, found {describe(self.text, self.at)}")
        return value, root

    def value(self, char: str) -> tuple[Any, Node | Offset]:
        start = self.at
        if char == '"':
            return self.string(), start
        if char in {"{", "["}:
            return self.nested(char)
        if char in {"'", "“", "”", "„"}:
            return self.other_quotes(), start
        return self.word(), start

    def nested(self, char: str) -> tuple[Any, Node]:
        if self.depth == DEEPEST:
            raise StopReadingError(self.at, f"more than {DEEPEST} brackets inside each other")
        self.depth += 1
        node = Node(self.at)
        self.at += 1
        value = self.object(node) if char == "{" else self.array(node)
        self.depth -= 1
        self.at += 1
        return value, node

    def object(self, node: Node) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while self.text[self.at : self.at + 1] != "}":
            match = (NEXT_MEMBER if values else FIRST_MEMBER).match(self.text, self.at)
            if match is None or match[1] in values:
                if not self.unusual_member(node, values):
                    break
                continue
            key, string, number, fraction = match.groups()
            node.keys[key] = match.start(1) - 1
            self.at = match.end()
            if string is not None:
                values[key], node.values[key] = string, match.start(2) - 1
            elif number is not None:
                values[key], node.values[key] = float(number) if fraction else int(number), match.start(3)
            else:
                values[key], node.values[key] = self.value(self.next())
        return values

    def unusual_member(self, node: Node, values: dict[str, Any]) -> bool:
        """Read a member step by step; False at the closing bracket."""
        char = self.element(node, "}")
        if not char:
            return False
        start = self.at
        key = self.key(char)
        if self.next() != ":":
            found = describe(self.text, self.at)
            raise StopReadingError(self.at, f"expected ':' after the key {show(key)}, found {found}")
        self.at += 1
        value, child = self.value(self.next())
        if key in values:
            first = self.place(node.keys[key])
            self.fault(start, f"the key {show(key)} stands twice in this object, first at {first}; keep one")
        values[key], node.keys[key], node.values[key] = value, start, child
        return True

    def array(self, node: Node) -> list[Any]:
        values: list[Any] = []
        while char := self.element(node, "]"):
            value, node.values[len(values)] = self.value(char)
            values.append(value)
            self.plain_elements(node, values)
        return values

    def plain_elements(self, node: Node, values: list[Any]) -> None:
        while match := NEXT_ELEMENT.match(self.text, self.at):
            string, number, fraction = match.groups()
            if string is not None:
                node.values[len(values)] = match.start(1) - 1
                values.append(string)
            elif number is not None:
                node.values[len(values)] = match.start(2)
                values.append(float(number) if fraction else int(number))
            else:
                return
            self.at = match.end()

    def element(self, node: Node, closer: Literal["}", "]"]) -> str:
        """Go over a comma to the next key or value; its first character, empty at the closing bracket."""
        char = self.next()
        if node.values and char == ",":
            self.at += 1
            char = self.next()
        elif node.values and char != closer:
            self.missing_comma(char, closer)
        while char == ",":
            self.fault(self.at, "a comma with nothing before it; delete it")
            self.at += 1
            char = self.next()
        if char == closer:
            return ""
        if char in {"", "}", "]"}:
            opened = f"the {self.text[node.start]!r} opened at {self.place(node.start)} is not closed"
            raise StopReadingError(self.at, f"expected {closer!r}, found {describe(self.text, self.at)}; {opened}")
        return char

    def missing_comma(self, char: str, closer: str) -> None:
        if char in {"", "}", "]"}:
            return
        message = f"expected ',' or {closer!r}, found {describe(self.text, self.at)}"
        if not (char == '"' if closer == "}" else VALUE_START.match(char)):
            raise StopReadingError(self.at, message)
        self.fault(self.at, f"{message}; put a comma before it")

    def key(self, char: str) -> str:
        if char == '"':
            return self.string()
        if char in {"'", "“", "”", "„"}:
            return self.other_quotes()
        name = NAME.match(self.text, self.at)
        if name is None:
            found = describe(self.text, self.at)
            raise StopReadingError(self.at, f"expected a key in double quotes or '}}', found {found}")
        found = shorten(name.group())
        self.fault(self.at, f'expected a key in double quotes, found {found}; write "{found}"')
        self.at = name.end()
        return name.group()
