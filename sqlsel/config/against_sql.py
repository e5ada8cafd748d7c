"""Whether an expression of the user's own can be computed of a dataset, and gives values that suit the strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlsel.config.findings import Finding, notice
from sqlsel.config.strategies import StrategyPart
from sqlsel.errors import SqlselError
from sqlsel.words import did_you_mean, quoted, show

if TYPE_CHECKING:
    from sqlsel.config.catalog import Catalog
    from sqlsel.config.inputs import SqlInput
    from sqlsel.config.outline import Pair, Side
    from sqlsel.facts import DatasetFacts

MOST_VALUES = 10_000
MOST_NAMES = 20

_NO_NUMBERS = {
    "text": "gives text, which has no size; balance it with BALANCE, or write length(…) or CAST(… AS DOUBLE)",
    "boolean": "gives true and false, which have no size; balance it with BALANCE, or write if(…, 1, 0)",
    "timestamp": "gives times; write epoch(…) for the seconds since 1970",
    "other": "gives neither numbers nor text",
}
_NO_CLASSES = {
    "number": "gives numbers with fractions, nearly all different: each would be a class of its own; "
    "write CASE WHEN … THEN 'small' ELSE 'large' END, or CAST(… AS INTEGER)",
    "timestamp": "gives times, nearly all different: each would be a class of its own; write year(…) or hour(…)",
    "other": "gives neither text nor whole numbers",
}


def check_expression(source: Side) -> list[Finding]:
    """Whether the text of an SQL input is one safe expression; names of columns are not looked up."""
    text = source.data.get("expression") if source.kind == "SQL" else None
    why = _refusal(text) if isinstance(text, str) and text else None
    return [] if why is None else [Finding((*source.path, "expression"), f"{show(text)} is refused: {why}")]


def check_sql(pair: Pair, source: SqlInput, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """Findings about one objective on an expression that is one."""
    if _refusal(source.expression) is not None:
        return []
    path = (*pair.input.path, "expression")
    try:
        kind, type_name = catalog.sql_kind(facts, source.expression)
    except SqlselError as failure:
        return [Finding(path, f"{show(source.expression)} is refused: {failure.message}")]
    needed = pair.strategy.looks_at
    wrong = {"classes": _NO_CLASSES, "numbers": _NO_NUMBERS}.get(str(needed), {})
    if kind in wrong:
        message = f"{pair.strategy.kind} needs {needed}, and {show(source.expression)} ({type_name}) {wrong[kind]}"
        return [Finding(path, message)]
    return _unreachable(pair, source, facts, catalog)


def _refusal(text: str) -> str | None:
    """Why a text is no safe expression; None if it is one."""
    from sqlsel.expressions import ExpressionError, parse_expression

    try:
        parse_expression(text)
    except ExpressionError as refusal:
        return str(refusal)
    return None


def _unreachable(pair: Pair, source: SqlInput, facts: DatasetFacts, catalog: Catalog) -> list[Finding]:
    """Notices about shares of values that no sample has."""
    strategy = pair.strategy.model
    shares = strategy.named_shares if isinstance(strategy, StrategyPart) else {}
    if not shares:
        return []
    values = catalog.sql_values(facts, source.expression, MOST_VALUES)
    if len(values) >= MOST_VALUES:
        return []
    there = frozenset(values)
    missing = [name for name, share in shares.items() if share > 0 and name not in there]
    path = (*pair.strategy.path, "target")
    return [
        notice((*path, name), f"the expression is {show(name)} for no sample: unreachable{_nearest(name, values)}")
        for name in missing[:MOST_NAMES]
    ]


def _nearest(name: str, values: tuple[str, ...]) -> str:
    return did_you_mean(name, values) or (f"; there is: {quoted(values)}" if values else "; it is NULL for all")
