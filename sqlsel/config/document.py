"""A config as it was handed over: read from a file or a text, or taken from a mapping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlsel.config.findings import Finding, Severity, path_text
from sqlsel.config.places import Lines, Offset, Path, key_offset, path_at, value_offset
from sqlsel.config.tokens import NUMBER
from sqlsel.config.values import camel_name
from sqlsel.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlsel.config.reader import Reading


@dataclass(frozen=True, slots=True)
class Document:
    """What was handed over.

    Attributes:
        name: The file's path, or ``config``.
        value: The object at the top; None where there is none to check.
        reading: Places and faults.
        text: The text; None for a mapping.
        refusal: Why nothing could be read at all.
    """

    name: str
    value: dict[str, Any] | None
    reading: Reading
    text: str | None = None
    refusal: str | None = None

    def problems(self, findings: Iterable[Finding]) -> tuple[Problem, ...]:
        """Faults and findings in the order of the config, each with its place."""
        if self.refusal is not None:
            return (Problem("", self.refusal),)
        root = self.reading.root
        lines = Lines(self.text) if self.text is not None else None
        faults = {fault.offset for fault in self.reading.faults}
        placed = [
            (fault.offset, _problem(path_at(root, fault.offset), fault.message, "error", lines, fault.offset))
            for fault in self.reading.faults
        ]
        for finding in dict.fromkeys(findings):
            path = self._as_written(finding.path)
            offset = key_offset(root, path) if finding.at_key else value_offset(root, path)
            # what the reader could not make sense of needs no second complaint
            if offset not in faults or finding.at_key or isinstance(self._value(path), dict | list):
                placed.append((offset, _problem(path, finding.message, finding.severity, lines, offset)))
        return tuple(problem for _, problem in sorted(placed, key=lambda pair: pair[0]))

    def number_text(self, path: Path) -> str | None:
        """How a number is written in the text."""
        match = NUMBER.match(self.text, value_offset(self.reading.root, self._as_written(path))) if self.text else None
        return match.group() if match else None

    def _as_written(self, path: Path) -> Path:
        """The path by the names that the config uses."""
        if path[0:1] == ("strategies",) and path[2:] == ("strategy", "strength"):
            inside = self._value(path[:3])
            if not (isinstance(inside, dict) and "strength" in inside):
                return (*path[:2], "strength")
        written: Path = ()
        value: Any = self.value
        for step in path:
            known = not isinstance(step, str) or not isinstance(value, dict) or step in value
            name = step if known else camel_name(str(step))
            name = name if isinstance(value, dict) and name in value else step
            written = (*written, name)
            value = _child(value, name)
        return written

    def _value(self, path: Path) -> Any:  # noqa: ANN401
        value: Any = self.value
        for step in path:
            value = _child(value, step)
        return value


def _problem(path: Path, message: str, severity: Severity, lines: Lines | None, offset: Offset) -> Problem:
    line, column = lines.place(offset) if lines else (None, None)
    return Problem(path_text(path), message, line, column, severity)


def _child(value: Any, step: str | int) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return value.get(str(step))
    return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None
