"""Each objective: asked against reached, beside all candidates, a random selection and the objective alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.report.nearness import to_nearest_other
from sqlsel.selection.objectives import KINDS
from sqlsel.selection.reading import Matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.selection.comparison import Field
    from sqlsel.selection.strategies.kind import Measure

MOST_NEIGHBOURS = 10_000
"""The most candidates among whom the nearest neighbours are looked for."""

_BETTER = {("high", False): "higher", ("high", True): "lower", ("low", False): "lower", ("low", True): "higher"}


def told_objectives(
    objectives: Sequence[Mapping[str, Any]], compared: Mapping[str, Any] | None, field: Field | None
) -> list[dict[str, Any]]:
    """The objectives of a summary with their ``measures``.

    Args:
        objectives: As the summary tells them.
        compared: ``random`` and ``alone`` by objective; None where nothing could be compared.
        field: The rows that were compared.

    Returns:
        For each the summary's own keys but ``reached``, and ``measures``: ``name``, ``better`` (``higher``, ``lower``
        or None), and the value that was ``reached``, of the ``input`` (all candidates), of a ``random`` selection of
        the same size and of the objective ``alone``; None where a value is not known. An objective with classes has
        ``classes`` too, with the shares that are its ``target``, and of the same four.
    """
    found = []
    for objective in objectives:
        measures = KINDS[objective["strategy"]].measures
        beside = (compared or {}).get(objective["name"], {})
        columns = {name: measures(beside[name]) for name in ("random", "alone") if name in beside}
        rows = [_row(measure, columns, objective) for measure in measures(objective["reached"])]
        told = {name: value for name, value in objective.items() if name != "reached"}
        told["measures"] = [row for category, row in rows if category is None]
        if classes := [{"class": category, **row} for category, row in rows if category is not None]:
            told["classes"] = classes
        for row in told["measures"]:
            if row["name"] == "smallest distance" and row["input"] is None:
                row["input"] = _smallest(objective, field)
        found.append(told)
    return found


def _row(
    measure: Measure, columns: Mapping[str, Sequence[Measure]], objective: Mapping[str, Any]
) -> tuple[str | None, dict[str, Any]]:
    """One measure beside its like, with the class that it is about."""
    like = {
        name: next(
            (each.value for each in column if (each.name, each.category) == (measure.name, measure.category)), None
        )
        for name, column in columns.items()
    }
    values = {
        "reached": measure.value,
        "input": measure.of_all,
        "random": like.get("random"),
        "alone": like.get("alone"),
    }
    if measure.category is not None:
        return measure.category, {"target": measure.target, **values}
    better = None if measure.aim is None else _BETTER[measure.aim, objective["strength"] < 0]
    return None, {"name": measure.name, "better": better, **values}


def _smallest(objective: Mapping[str, Any], field: Field | None) -> float | None:
    """The smallest distance between two candidates, of the first 10,000 of them in tie order."""
    if field is None:
        return None
    step = next(step for step in field.plan.objectives if step.name == objective["name"])
    matrix = field.loaded.vectors[step.input.column]
    if not isinstance(matrix, Matrix):
        return None
    rows = np.flatnonzero(field.candidates & matrix.present)[:MOST_NEIGHBOURS]
    return float(to_nearest_other(matrix.rows, rows).min()) if len(rows) > 1 else None
