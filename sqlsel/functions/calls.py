"""A call of a function, from the JSON that its macro makes to what it asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlsel.errors import ConfigError, UsageError
from sqlsel.functions.arguments import checked
from sqlsel.functions.declared import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlsel.functions.declared import TableFunction


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    Attributes:
        function: The function.
        values: By argument, its value; None for NULL.
        path: Where the connection that asks looks for tables.
    """

    function: TableFunction
    values: Mapping[str, Any]
    path: str

    @property
    def where(self) -> str | None:
        """The condition on candidates, under either of its names."""
        where: str | None = self.values["where"]
        return where if where is not None else self.values["condition"]

    @property
    def source(self) -> str:
        """The table that is worked on."""
        return str(self.values["source"])

    def to_json(self) -> str:
        """The call as ``read_call`` takes it."""
        return json.dumps({"function": self.function.name, "arguments": dict(self.values), "path": self.path})

    def refused(self, failure: ConfigError) -> UsageError:
        """What is wrong with the config: that of the user by its places, one that the call stands for by arguments."""
        if self.function.runs == "dataset":
            return UsageError(str(failure))
        told = []
        for problem in failure.problems:
            name = self.function.argument_of(problem.where)
            told.append(f"{name}: {problem.message}" if name is not None else str(problem))
        return UsageError("; ".join(told), hint=failure.hint)


def read_call(text: str) -> Call:
    """The call of a text, with every value checked by itself.

    Raises:
        UsageError: If a value will not do, with the name of its argument.
    """
    told = json.loads(text)
    function = FUNCTIONS[told["function"]]
    values = checked(function.arguments, told["arguments"])
    if values.get("where") is not None and values.get("condition") is not None:
        raise UsageError(
            '"where" and condition are two names of one argument', hint="leave one of them out, or join them with AND"
        )
    if values.get("missing") not in (None, "omit", "error"):
        raise UsageError(f"missing := {values['missing']!r}: 'omit' and 'error' are allowed")
    return Call(function, values, told["path"])
