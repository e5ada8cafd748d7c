"""sqlsel's functions on Spark, written out where they are called.

Spark takes no SQL function of a user's in ORDER BY, nor around an aggregate, and knows none that is open to every type.
So a call is replaced by what the function returns, as engines with macros do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from sqlsel.sqlfiles import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping

_FUNCTION = re.compile(
    r"^CREATE OR REPLACE TEMPORARY FUNCTION (?P<name>\w+)\((?P<parameters>[^)]*)\) RETURNS \S+\s+"
    r"RETURN (?P<body>.*?);$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Macro:
    """A function: the names of its parameters, and what it returns over columns of these names."""

    parameters: tuple[str, ...]
    body: exp.Expr

    def call(self, arguments: list[exp.Expr]) -> exp.Expr:
        """What it returns for some arguments."""
        given = dict(zip(self.parameters, arguments, strict=True))

        def fill(node: exp.Expr) -> exp.Expr:
            if isinstance(node, exp.Column) and not node.table and node.name in given:
                return exp.Paren(this=given[node.name].copy())
            return node

        return exp.Paren(this=self.body.copy().transform(fill))


@cache
def macros() -> Mapping[str, Macro]:
    """The functions of ``sql/spark/functions.sql`` by name."""
    found = {}
    for function in _FUNCTION.finditer(read_sql("spark/functions.sql")):
        parameters = tuple(each.split()[0] for each in function["parameters"].split(","))
        found[function["name"]] = Macro(parameters, sqlglot.parse_one(function["body"], read="spark"))
    return found


def written_out(node: exp.Expr) -> exp.Expr:
    """For ``transform``: what a call of one of the functions returns; any other node as it is."""
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    macro = macros().get(name)
    if macro is None:
        return node
    arguments = [argument.copy().transform(written_out) for argument in node.expressions]
    return macro.call(arguments)
