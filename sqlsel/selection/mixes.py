"""The mix of classes that a balance asked for and the one it reached, class by class."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.plan.candidates import CHOSEN
from sqlsel.selection.reading import distribution_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt
    import pyarrow as pa

    from sqlsel.config.strategies.balance import BalanceStrategy
    from sqlsel.engines.base import Engine
    from sqlsel.plan.model import Plan

    Doubles = npt.NDArray[np.float64]

OTHERS = None
"""Stands for all classes that a target does not list; no class can be called so."""


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The columns of a balance: its classes and the target.

    Attributes:
        classes: Name of each column; the last is None for the unlisted classes of a TARGET.
        target: ``(C,)`` shares.
        listed: For each class of the data the number of its column.
    """

    classes: tuple[str | None, ...]
    target: Doubles
    listed: npt.NDArray[np.int64]

    def columns_of(self, found: Doubles) -> Doubles:
        """Rows with the columns of the mix, from rows with the classes of the data."""
        rows = np.zeros((len(found), len(self.classes)))
        for number, column in enumerate(self.listed):
            if column >= 0:
                rows[:, column] += found[:, number]
        return rows


def mix_of(strategy: BalanceStrategy, names: Sequence[str], in_play: Doubles) -> Mix:
    """The columns of a balance over the classes of the data.

    Args:
        strategy: What is wanted.
        names: Classes of the data.
        in_play: ``(len(names),)`` how much of each there is among the samples in play.
    """
    if strategy.distribution == "TARGET":
        shares = strategy.shares
        columns = {name: number for number, name in enumerate(shares)}
        listed = np.array([columns.get(name, len(columns)) for name in names], dtype=np.int64)
        return Mix((*shares, OTHERS), np.array([*shares.values(), strategy.rest]), listed)
    occurring = np.flatnonzero(in_play > 0)
    listed = np.full(len(names), -1, dtype=np.int64)
    listed[occurring] = np.arange(len(occurring))
    found = in_play[occurring]
    target = found / found.sum() if strategy.distribution == "INPUT" else np.full(len(found), 1.0 / max(len(found), 1))
    return Mix(tuple(names[int(number)] for number in occurring), target, listed)


def reached_mix(mix: Mix, chosen: Doubles, pool: Doubles, attainable: Doubles) -> Mapping[str, Any]:
    """What a balance reached, for the summary.

    Args:
        mix: The columns.
        chosen: ``(C,)`` sums over the selection, preselected included.
        pool: ``(C,)`` sums over the candidates.
        attainable: ``(C,)`` the highest share that each class could have had in a selection of this size.
    """
    reached, supply = _shares(chosen), _shares(pool)
    classes = [
        {
            "class": name,
            "target": float(mix.target[number]),
            "reached": float(reached[number]),
            "input": float(supply[number]),
            "available": float(pool[number]),
            "attainable": float(attainable[number]),
        }
        for number, name in enumerate(mix.classes)
        if name is not OTHERS or mix.target[number] > 0 or pool[number] > 0
    ]
    return {"l1": float(np.abs(reached - mix.target).sum()), "chosen": float(chosen.sum()), "classes": classes}


def attainable_counts(preselected: Doubles, pool: Doubles, picked: int) -> Doubles:
    """The highest share of each class when every sample has one class: as many of it as there are, up to all picks."""
    total = preselected.sum() + picked
    return (preselected + np.minimum(pool, picked)) / total if total else np.zeros(len(pool))


def read_mixes(plan: Plan, engine: Engine, chosen: pa.Table) -> dict[str, Mapping[str, Any]]:
    """For each balance of predictions both mixes of everything chosen, whichever of them it aimed at.

    Args:
        plan: The plan that ran.
        engine: Its session.
        chosen: The ids of the picks.

    Returns:
        By objective, ``mixes`` with ``probabilities`` (None where some prediction has none) and ``predicted``: the
        share of each class.
    """
    found: dict[str, Mapping[str, Any]] = {}
    with engine.bind({CHOSEN: chosen}):
        for step in plan.objectives:
            if step.input.task is not None:
                rows = engine.table(plan.statements[f"mixes {step.name}"])
                found[step.name] = {"mixes": _both(rows, step.input.categories)}
    return found


def _both(rows: pa.Table, names: tuple[str, ...]) -> dict[str, dict[str, float] | None]:
    counts = Counter(rows.column("category").to_pylist())
    predicted = _shares(np.array([counts[name] for name in names], dtype=np.float64))
    mixes: dict[str, dict[str, float] | None] = {"probabilities": None}
    if not rows.column("probabilities").null_count:
        summed = distribution_rows(rows.column("probabilities"), len(names)).sum(axis=0)
        mixes["probabilities"] = dict(zip(names, _shares(summed).tolist(), strict=True))
    mixes["predicted"] = dict(zip(names, predicted.tolist(), strict=True))
    return mixes


def _shares(sums: Doubles) -> Doubles:
    total = sums.sum()
    return sums / total if total else np.zeros(len(sums))
