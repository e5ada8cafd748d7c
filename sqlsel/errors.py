"""The errors that sqlsel raises. Each says where it happened, what is wrong and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

_QUOTED = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\"""")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or worth a notice, in a config or a source.

    Attributes:
        where: Path in the config (``strategies[0].input.task``), or the file or row of a source; empty for the whole.
        message: What is wrong and what to do.
        line: Line in the text the config was read from, counted from 1; None when it came as a dict.
        column: Column in that line, counted from 1.
        severity: ``error`` stops the run, ``notice`` does not.
    """

    where: str
    message: str
    line: int | None = None
    column: int | None = None
    severity: Literal["error", "notice"] = "error"

    def to_dict(self) -> dict[str, Any]:
        """The problem for a program: ``severity``, ``path``, ``line``, ``column``, ``message``, and ``hint``.

        The hint is what the message says behind its first semicolon: what is meant, allowed or to be done; None if
        there is none.
        """
        # a semicolon inside quotes is of the config
        end = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), self.message).find("; ")
        what, hint = (self.message, None) if end < 0 else (self.message[:end], self.message[end + 2 :])
        return {
            "severity": self.severity,
            "path": self.where or None,
            "line": self.line,
            "column": self.column,
            "message": what,
            "hint": hint,
        }

    def __str__(self) -> str:
        place = f"{self.line}:{self.column}: " if self.line is not None else ""
        path = f"{self.where}: " if self.where else ""
        return f"{place}{path}{self.message}"


class SqlselError(Exception):
    """Root of every error that sqlsel raises on purpose.

    Args:
        message: Where it happened and what is wrong.
        hint: What to do about it; printed on a line of its own.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(SqlselError):
    """A call names something that does not exist or asks for something that cannot be: a dataset, a tag, an option."""

    exit_code = 2


class ConfigError(SqlselError):
    """The config is wrong; ``problems`` lists everything that is, with places."""

    exit_code = 2

    def __init__(self, problems: tuple[Problem, ...], *, source: str = "config", hint: str | None = None) -> None:
        self.problems = problems
        self.source = source
        count = f"{len(problems)} problems" if len(problems) > 1 else "1 problem"
        super().__init__("\n".join([f"{source}: {count}", *(f"  {problem}" for problem in problems)]), hint=hint)


class DatabaseError(SqlselError):
    """The database cannot be opened or used: locked by a process, no database file, made by a newer version."""


class DatabaseLockedError(DatabaseError):
    """Another process has the database open for writing."""


class IngestError(SqlselError):
    """The source is refused; ``problems`` names the files or rows. Nothing of it was stored."""

    def __init__(self, message: str, *, problems: tuple[Problem, ...] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(
            [self.message, *(f"  {problem}" for problem in self.problems), *([self.hint] if self.hint else [])]
        )


class SelectionError(SqlselError):
    """The run failed on the data: nothing to select from, or inputs missing where ``missing="error"`` forbids it."""


class EngineError(SqlselError):
    """The engine refused a statement that sqlsel wrote; ``sql`` is that statement."""

    def __init__(self, message: str, *, sql: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.sql = sql


class EngineMemoryError(EngineError):
    """The engine needs more memory than it may use."""
