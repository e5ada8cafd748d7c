"""What a check finds, by its path in the config."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlsel.words import show

if TYPE_CHECKING:
    from sqlsel.config.places import Path

Severity = Literal["error", "notice"]

_SIMPLE_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$-]*")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth a notice.

    Attributes:
        path: Keys and indices that lead to it, by snake_case names.
        message: What is wrong and what to do.
        severity: Whether it stops the run.
        at_key: Whether it is the key that is wrong, not its value.
    """

    path: Path
    message: str
    severity: Severity = "error"
    at_key: bool = False


def notice(path: Path, message: str) -> Finding:
    """A finding that stops nothing."""
    return Finding(path, message, severity="notice")


def path_text(path: Path) -> str:
    """A path as messages show it: ``strategies[0].strategy.target['t-shirt 2']``."""
    steps = (f"[{step}]" if isinstance(step, int) else _key(step) for step in path)
    return "".join(steps).removeprefix(".")


def _key(step: str) -> str:
    return f".{step}" if _SIMPLE_KEY.fullmatch(step) else f"[{show(step)}]"
