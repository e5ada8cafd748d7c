"""Each objective: asked against reached, beside all candidates, a random selection and the objective alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.report.nearness import to_nearest_other
from sqlsel.selection.reading import Matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.selection.comparison import Field

MOST_NEIGHBOURS = 10_000
"""The most candidates among whom the nearest neighbours are looked for."""

_COLUMNS = ("reached", "input", "random", "alone")


def told_objectives(
    objectives: Sequence[Mapping[str, Any]], compared: Mapping[str, Any] | None, field: Field | None
) -> list[dict[str, Any]]:
    """The objectives of a summary with their ``measures``.

    Args:
        objectives: As the summary tells them.
        compared: ``random`` and ``alone`` by objective; None where nothing could be compared.
        field: The rows that were compared.

    Returns:
        For each the summary's own keys but ``reached``, and ``measures``: ``name``, ``better`` (``higher`` or
        ``lower``), and the value that was ``reached``, of the ``input`` (all candidates), of a ``random`` selection of
        the same size and of the objective ``alone``; None where a value is not known. BALANCE has ``classes`` too, with
        ``target``, ``reached``, ``input`` and ``random`` shares.
    """
    found = []
    for objective in objectives:
        beside = (compared or {}).get(objective["name"], {})
        values = {"reached": objective["reached"], **{name: beside.get(name) for name in ("random", "alone")}}
        told = {name: value for name, value in objective.items() if name != "reached"}
        told["measures"] = _measures(objective, values, field)
        if "classes" in objective["reached"]:
            told["classes"] = _classes(objective["reached"], values["random"])
        found.append(told)
    return found


def _measures(objective: Mapping[str, Any], values: Mapping[str, Any], field: Field | None) -> list[dict[str, Any]]:
    reached, turned = objective["reached"], objective["strength"] < 0
    if "classes" in reached:
        own = sum(abs(share["input"] - share["target"]) for share in reached["classes"])
        return [_measure("off the target in all", values, "l1", input_value=own, higher=turned)]
    if "smallest_distance" in reached:
        own = _smallest(objective, field)
        name = "smallest distance between two"
        return [_measure(name, values, "smallest_distance", input_value=own, higher=not turned)]
    found = [_measure("mean", values, "mean", input_value=reached.get("pool_mean"), higher=not turned)]
    if objective["strategy"] == "WEIGHTS":
        found.append(_measure("sum", values, "sum", input_value=None, higher=not turned))
    return found


def _measure(
    name: str, values: Mapping[str, Any], key: str, *, input_value: float | None, higher: bool
) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "better": "higher" if higher else "lower"}
    for column in _COLUMNS:
        told[column] = input_value if column == "input" else (values[column] or {}).get(key)
    return told


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


def _classes(reached: Mapping[str, Any], random: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    drawn = {share["class"]: share["reached"] for share in (random or {}).get("classes", ())}
    return [{**share, "random": drawn.get(share["class"])} for share in reached["classes"]]
