"""A selection in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlsel.showing.markup import Markup, element, joined, page, table
from sqlsel.showing.pictures import gallery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlsel.showing.pictures import Thumbnail


@dataclass(frozen=True, slots=True)
class Pick:
    """One of the first picks.

    Attributes:
        rank: Its place, from 1.
        name: Its file name, or its id where it has none.
        gain: What it added.
        terms: Its part of each objective.
    """

    rank: int
    name: str
    gain: float | None
    terms: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class SelectionText:
    """What is told of a selection, in words.

    Attributes:
        head: How many of how many were selected.
        facts: What was asked, why it stopped, what was left out.
        objectives: Name, asked, reached, and what was missed, of each objective.
        notices: What is worth knowing.
    """

    head: str
    facts: tuple[str, ...]
    objectives: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    notices: tuple[str, ...]


def selection_html(told: SelectionText, picks: Sequence[Pick], count: int, thumbnails: Mapping[str, Thumbnail]) -> str:
    """A selection as HTML.

    Args:
        told: What is told of it.
        picks: The first picks.
        count: How many there are in all.
        thumbnails: Pictures of picks, by name; where there are none, the picks are a table.
    """
    shown = [pick for pick in picks if pick.name in thumbnails]
    first = gallery(_picture(pick, thumbnails) for pick in shown) if shown else _ranking(picks)
    more = count - len(shown or picks)
    return page(
        element("h4", told.head),
        *(element("p", fact, class_="dim") for fact in told.facts),
        *_objectives(told),
        *(element("p", f"note: {notice}", class_="warn") for notice in told.notices),
        first,
        *([element("p", f"… and {more:,} more; .df(), .pl() and .to_arrow() have all", class_="dim")] if more else []),
    )


def _picture(pick: Pick, thumbnails: Mapping[str, Thumbnail]) -> tuple[Thumbnail, str, str]:
    terms = "".join(f"\n{name} {_number(value)}" for name, value in pick.terms.items())
    return thumbnails[pick.name], f"{pick.rank} {pick.name}", f"rank {pick.rank}: {pick.name}{terms}"


def _ranking(picks: Sequence[Pick]) -> Markup:
    names = list(dict.fromkeys(name for pick in picks for name in pick.terms))
    rows = [[pick.rank, pick.name, pick.gain, *(pick.terms.get(name) for name in names)] for pick in picks]
    return table(["rank", "sample", "gain", *names], rows) if rows else Markup("")


def _objectives(told: SelectionText) -> list[Markup]:
    if not told.objectives:
        return []
    rows = [
        (name, asked, joined([reached, *(element("p", f"missed: {text}", class_="warn") for text in missed)]))
        for name, asked, reached, missed in told.objectives
    ]
    return [table(["objective", "asked", "reached"], rows)]


def _number(value: Any) -> str:  # noqa: ANN401
    return "" if value is None else f"{value:.4g}"
