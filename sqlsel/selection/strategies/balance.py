"""BALANCE: a mix of classes near a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel import kernels
from sqlsel.errors import SelectionError
from sqlsel.kernels.sums import column_sums
from sqlsel.selection.mixes import attainable_counts, mix_of, reached_mix
from sqlsel.selection.reading import class_codes, class_counts, distribution_rows
from sqlsel.selection.richest import Richest
from sqlsel.selection.shortfall import balance_shortfalls, percent
from sqlsel.selection.strategies.kind import Measure, StrategyKind
from sqlsel.selection.strategies.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from sqlsel.config.strategies.balance import BalanceStrategy
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selection.scattered.objective import Scattered, Setting
    from sqlsel.selection.strategies.kind import Beside, Reached
    from sqlsel.selection.strategies.prepared import Loaded, Picks

LARGEST_TABLE = 8 * 2**30
"""Bytes of a table of samples and classes."""


def balance(step: ObjectiveStep, strategy: BalanceStrategy, loaded: Loaded) -> Prepared:
    """The mix of the classes of a column, one a sample, or probabilities."""
    one_class, known = step.input.kind == "class", loaded.known.get(step.name)
    if one_class:
        names, codes = class_codes(loaded.columns.column(step.input.column))
        counts = np.bincount(codes[codes >= 0], minlength=len(names)).astype(np.float64)
        if known is not None:
            everything = tuple(sorted(known))
            codes = np.array([*map(everything.index, names), -1], dtype=np.int64)[codes]
            names, counts = everything, np.array([known[name] for name in everything], dtype=np.float64)
        mix = mix_of(strategy, names, counts)
        _check_size(step, len(codes), len(mix.classes))
        rows = np.zeros((len(codes), len(mix.classes)))
        labelled = np.flatnonzero(codes >= 0)
        rows[labelled, mix.listed[codes[labelled]]] = 1.0
    else:
        names, found = _amounts(step, loaded) if known is None else (known.names, known.rows)
        mix = mix_of(strategy, names, column_sums(found) if known is None else known.in_play)
        _check_size(step, len(found), len(mix.classes))
        rows = mix.columns_of(found)

    def reached(picks: Picks) -> Mapping[str, Any]:
        before = rows[loaded.preselected].sum(axis=0)
        pool = rows[picks.candidates]
        supply, count = pool.sum(axis=0) if one_class else column_sums(pool), len(picks.rows)
        attainable = attainable_counts(before, supply, count) if one_class else Richest.of(pool, count).shares(before)
        return reached_mix(mix, before + rows[picks.rows].sum(axis=0), supply, attainable)

    dealt = _by_name(mix.classes) if one_class else None
    return Prepared(kernels.Balance(step.name, rows, mix.target, strategy.strength, dealt), reached)


def _amounts(step: ObjectiveStep, loaded: Loaded) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Classes, and what each row has of them: probabilities, or how often it has each."""
    column, names = loaded.columns.column(step.input.column), step.input.categories
    return class_counts(column) if step.input.kind == "classes" else (names, distribution_rows(column, len(names)))


def _by_name(classes: Sequence[str | None]) -> npt.NDArray[np.int64]:
    """The place of each class in the order of names; the unlisted ones come last."""
    ordered = sorted(range(len(classes)), key=lambda number: (classes[number] is None, classes[number] or ""))
    places = np.empty(len(classes), dtype=np.int64)
    places[ordered] = np.arange(len(classes))
    return places


def _check_size(step: ObjectiveStep, rows: int, classes: int) -> None:
    """Refuse a table of classes that no memory is meant to hold."""
    if rows * classes * 8 > LARGEST_TABLE:
        raise SelectionError(
            f"{step.name}: {classes:,} classes of {rows:,} samples are too many to weigh against other objectives",
            hint="balance it alone, or list the classes that matter in a target",
        )


def _scatter(step: ObjectiveStep, strategy: BalanceStrategy, setting: Setting) -> Scattered | None:
    """The classes of each worker's own rows; None for classes alone, which need nothing of the kind."""
    if step.input.kind != "class":
        from sqlsel.selection.scattered.mixture import Mixture

        return Mixture(step.name, step.input.column, strategy, setting.alone)
    from sqlsel.selection.scattered.mixed import Mixed

    return None if setting.alone else Mixed(step.name, step.input.column, strategy)


def _missed(step: ObjectiveStep, reached: Reached, beside: Beside) -> list[dict[str, Any]]:  # noqa: ARG001
    return balance_shortfalls(reached, beside.candidates, beside.others, beside.limits)


def _text(reached: Reached) -> str:
    shares = ", ".join(f"{share['class'] or 'others'} {percent(share['reached'])}" for share in reached["classes"])
    return f"{shares} (off by {percent(reached['l1'])} in all)"


def _measures(reached: Reached) -> list[Measure]:
    """How far the mix is from the target, as the sum over all classes, and the share of each."""
    of_all = sum(abs(share["input"] - share["target"]) for share in reached["classes"])
    shares = [
        Measure("share", share["reached"], share["input"], None, share["class"] or "others", share["target"])
        for share in reached["classes"]
    ]
    return [Measure("distance from target", reached["l1"], of_all, "low"), *shares]


BALANCE = StrategyKind(balance, scatter=_scatter, text=_text, missed=_missed, measures=_measures)
