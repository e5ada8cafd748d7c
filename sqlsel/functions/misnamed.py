"""Calls that no function of sqlsel fits: which argument is wrong, and which was meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlsel.errors import UsageError
from sqlsel.functions.declared import FUNCTIONS
from sqlsel.words import did_you_mean, shorten

if TYPE_CHECKING:
    from sqlsel.functions.declared import TableFunction

_REFUSED = re.compile(r"Macro (?P<function>\w+)\(\) does not support the supplied arguments")
_BARE_WHERE = re.compile(r"syntax error at or near \"where\"", re.IGNORECASE)
_WHERE_GIVEN = re.compile(r"\bsqlsel_\w+\s*\(.*\bwhere\s*(:=|=>)", re.IGNORECASE | re.DOTALL)


def misnamed(query: str, dialect: str, message: str) -> UsageError | None:
    """What is wrong with the arguments of a call, where that is why an engine refused a query.

    Args:
        query: The query, as the user wrote it.
        dialect: Its SQL, as sqlglot calls it.
        message: What the engine says.

    Returns:
        The error in sqlsel's words; None where the engine refused it for something else.
    """
    if _BARE_WHERE.search(message) and _WHERE_GIVEN.search(query):
        return UsageError(
            "where is a word of SQL and cannot name an argument as it is", hint='write "where" := … or condition := …'
        )
    refused = _REFUSED.search(message)
    function = FUNCTIONS.get(refused["function"].lower()) if refused else None
    if function is None:
        return None
    faults = [fault for call in _calls(query, dialect, function.name) if (fault := _fault(call, function))]
    return UsageError(f"{function.name}: {faults[0]}", hint=signature(function)) if faults else None


def signature(function: TableFunction) -> str:
    """The arguments of a function, those that a call has to give first."""
    needed = [each.name for each in function.arguments if each.required]
    others = [each.name for each in function.arguments if not each.required]
    return f"arguments: {', '.join(needed)}; and by name, with :=, {', '.join(others)}"


def _calls(query: str, dialect: str, name: str) -> list[exp.Anonymous]:
    try:
        statements = sqlglot.parse(query, read=dialect)
    except SqlglotError:
        return []
    found = (call for each in statements if each is not None for call in each.find_all(exp.Anonymous))
    return [call for call in found if call.name.lower() == name]


def _fault(call: exp.Anonymous, function: TableFunction) -> str | None:
    """Why a call does not fit the function; None if it does."""
    known = {argument.name for argument in function.arguments}
    named = [each.this.name for each in call.expressions if isinstance(each, exp.PropertyEQ | exp.Kwarg)]
    for name in named:
        if name.lower() not in known:
            return f"there is no argument {shorten(name)!r}{did_you_mean(name, sorted(known))}"
    needed = [argument.name for argument in function.arguments if argument.required]
    by_place = len(call.expressions) - len(named)
    if by_place > len(function.arguments):
        return f"{by_place} arguments are given, and there are {len(function.arguments)}"
    lacking = [name for name in needed[by_place:] if name not in {each.lower() for each in named}]
    return f"{lacking[0]!r} is missing" if lacking else None
