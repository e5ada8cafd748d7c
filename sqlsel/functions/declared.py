"""Every SQL function that gives rows, declared once: from here come the macros, the checks and the configs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlsel.functions.arguments import Argument

if TYPE_CHECKING:
    from collections.abc import Mapping

Runs = Literal["dataset", "table", "duplicates"]
"""What a function works on: a dataset and a config, a table and the config it stands for, the pairs of a table."""


@dataclass(frozen=True, slots=True)
class TableFunction:
    """One function.

    Attributes:
        name: Its name in SQL.
        arguments: All of them, those without a default first.
        runs: What it works on.
        input: What its objective looks at, as a config says it.
        strategy: What its objective wants.
    """

    name: str
    arguments: tuple[Argument, ...]
    runs: Runs = "table"
    input: str = "EMBEDDINGS"
    strategy: str = ""

    def argument_of(self, place: str) -> str | None:
        """The argument that a place in the config comes from: ``n`` for ``n_samples``; None where none does."""
        named = {each.field.rpartition(".")[2]: each.name for each in self.arguments if each.field}
        known = {**named, **_TOP, **_ALSO}
        return next((known[part] for part in reversed(place.split(".")) if part in known), None)

    def config(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The config that a call stands for.

        Args:
            values: By argument, its value; None for NULL.
        """
        objective: dict[str, dict[str, Any]] = {"input": {"type": self.input}, "strategy": {"type": self.strategy}}
        for argument in self.arguments:
            if argument.field and values[argument.name] is not None:
                for part, fields in argument.written(values[argument.name]).items():
                    objective[part] |= fields
        apart = values["min_distance"]
        bound = {"type": "DIVERSITY", "strength": 0, "stopping_condition_minimum_distance": apart}
        spread = {"input": {"type": "EMBEDDINGS"}, "strategy": bound}
        # any other strategy has the distance as a bound beside it
        beside = [spread] if apart is not None and self.strategy != "DIVERSITY" else []
        asked = {"proportion_samples": 1.0} if values["n"] is None else {"n_samples": values["n"]}
        return {**asked, "strategies": [objective, *beside]}


_TOP = {"n_samples": "n", "stopping_condition_minimum_distance": "min_distance"}
_ALSO = {"distribution": "target"}

_SOURCE = Argument("source", "text", required=True)
_N = Argument("n", "count", 100)
_STRENGTH = Argument("strength", "number", field="strategy.strength")
_MIN_DISTANCE = Argument("min_distance", "number")
_MAPPING = (
    Argument("id", "column"),
    Argument("file_name", "column"),
    Argument("embedding", "column"),
    Argument("normalize", "flag", default=True),
)
_CONDITION = (Argument("where", "expression"), Argument("condition", "expression"))
_SEED = Argument("seed", "seed", 0)
_CALL = (
    _SEED,
    *_CONDITION,
    Argument("per", "column"),
    Argument("preselected", "rows"),
    Argument("missing", "text", "omit"),
)


def _selection(name: str, source: str, strategy: str, *own: Argument) -> TableFunction:
    """A function that selects from a table by one objective; its own arguments come first."""
    required = tuple(each for each in own if each.required)
    optional = tuple(each for each in own if not each.required)
    distance = () if _MIN_DISTANCE_FIELD in [each.field for each in own] else (_MIN_DISTANCE,)
    arguments = (_SOURCE, *required, _N, *optional, _STRENGTH, *distance, *_MAPPING, *_CALL)
    return TableFunction(f"sqlsel_{name}", arguments, input=source, strategy=strategy)


_MIN_DISTANCE_FIELD = "strategy.stopping_condition_minimum_distance"

FUNCTIONS: dict[str, TableFunction] = {
    function.name: function
    for function in (
        TableFunction(
            "sqlsel_select",
            (
                Argument("dataset", "text", required=True),
                Argument("config", "any", required=True),
                _SEED,
                Argument("preselected", "rows"),
                Argument("missing", "text", "omit"),
                *_CONDITION,
                Argument("candidates", "rows"),
                Argument("since", "text"),
            ),
            runs="dataset",
        ),
        _selection(
            "diversity", "EMBEDDINGS", "DIVERSITY", Argument("min_distance", "number", field=_MIN_DISTANCE_FIELD)
        ),
        _selection(
            "similarity",
            "EMBEDDINGS",
            "SIMILARITY",
            Argument("queries", "vectors", required=True, field="input.dataset_id"),
        ),
        _selection(
            "coverage",
            "EMBEDDINGS",
            "COVERAGE",
            Argument("weight", "column", field="strategy.weight", names_input=True),
            Argument("reference_samples", "count", 20_000, field="strategy.reference_samples", keeps_null=True),
        ),
        _selection(
            "typicality",
            "EMBEDDINGS",
            "TYPICALITY",
            Argument("k", "count", 20, field="strategy.num_nearest_neighbors"),
            Argument("min_typicality", "number", field="strategy.stopping_condition_minimum_typicality"),
        ),
        _selection(
            "balance",
            "METADATA",
            "BALANCE",
            Argument("key", "column", required=True, field="input.key"),
            Argument("target", "target", "UNIFORM", field="strategy.target"),
        ),
        _selection(
            "weights",
            "SQL",
            "WEIGHTS",
            Argument("expression", "expression", required=True, field="input.expression"),
        ),
        _selection("random", "RANDOM", "WEIGHTS"),
        TableFunction(
            "sqlsel_near_duplicates",
            (_SOURCE, Argument("distance", "number", 0.1), *_MAPPING, _SEED, *_CONDITION),
            runs="duplicates",
        ),
    )
}
"""By name. A strategy of the config becomes a function by a line here."""
