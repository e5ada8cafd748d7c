"""Options that pair a task with a column, a table or class names."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from sqlsel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


def columns_by_embedding(values: Iterable[str]) -> str | dict[str, str] | None:
    """``COLUMN``, or ``NAME=COLUMN`` options for several embeddings; the name ends at the first ``=``."""
    return _by_embedding(values, "--embedding", "NAME=COLUMN")


def columns_by_task(values: Iterable[str]) -> dict[str, str]:
    """``TASK=COLUMN`` options; the task ends at the first ``=``."""
    return dict(_split(value, "--predictions", "TASK=COLUMN") for value in values)


def places_by_embedding(values: Iterable[str]) -> str | dict[str, str] | None:
    """``TABLE|PATH``, or ``NAME=TABLE|PATH`` options for several embeddings; the name ends at the first ``=``."""
    return _by_embedding(values, "--embeddings", "NAME=TABLE")


def places_by_task(values: Iterable[str]) -> dict[str, str]:
    """``TASK=TABLE|PATH`` options; the task ends at the first ``=``."""
    return _once([_split(value, "--object-embeddings", "TASK=TABLE") for value in values], "--object-embeddings")


def columns_by_score(values: Iterable[str]) -> dict[tuple[str, str], str]:
    """``TASK/SCORE=COLUMN`` options; the score begins behind the last ``/`` before the first ``=``."""
    found = {}
    for value in values:
        name, column = _split(value, "--scores", "TASK/SCORE=COLUMN")
        task, _, score = name.rpartition("/")
        if not task or not score:
            raise _refusal(value, "--scores", "TASK/SCORE=COLUMN")
        found[task, score] = column
    return found


def classes_by_task(values: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """``TASK=a,b,c`` options; a name with a comma in it stands in double quotes, as in csv."""
    found = {}
    for value in values:
        task, names = _split(value, "--classes", "TASK=a,b,c")
        found[task] = tuple(next(csv.reader([names], skipinitialspace=True)))
    return found


def _by_embedding(values: Iterable[str], option: str, shape: str) -> str | dict[str, str] | None:
    given = tuple(values)
    if not given:
        return None
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    return _once([_split(value, option, shape) for value in given], option)


def _once(pairs: Iterable[tuple[str, str]], option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, column in pairs:
        if name in found:
            raise UsageError(f"{option}: {name!r} is given twice", hint="give each name once")
        found[name] = column
    return found


def _split(value: str, option: str, shape: str) -> tuple[str, str]:
    name, _, rest = value.partition("=")
    if not name or not rest:
        raise _refusal(value, option, shape)
    return name, rest


def _refusal(value: str, option: str, shape: str) -> UsageError:
    return UsageError(f"{option} {value!r} is not of the form {shape}", hint=f"write {option} {shape}")
