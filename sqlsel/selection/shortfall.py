"""Where a target was missed, and which of three reasons holds: the supply, a trade-off, or too few samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlsel.words import show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TOLERANCE = 0.01
"""A share that is this near to its target meets it."""


def balance_shortfalls(
    reached: Mapping[str, Any], candidates: int, others: Sequence[str], limits: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The reason, with its numbers, for each class whose share stays below its target by more than a hundredth.

    ``supply``: no selection of this size could have had the share. ``too few samples``: one sample more would
    overshoot. ``limits``: hard bounds kept candidates out. ``trade-off``: other objectives, or the other classes of
    mixed predictions, pulled elsewhere.

    Args:
        reached: What the balance reached, with its classes.
        candidates: Number of candidates.
        others: Names of the objectives beside it.
        limits: Names of the limits that kept candidates out.
    """
    found = []
    for share in reached["classes"]:
        gap = share["target"] - share["reached"]
        if gap <= TOLERANCE + 1e-9:
            continue
        name = share["class"] if share["class"] is not None else "all other classes"
        reason, text = _reason(name, share, gap, reached["chosen"], candidates, others, limits)
        found.append({"class": share["class"], "reason": reason, "text": text})
    return found


def _reason(
    name: str,
    share: Mapping[str, Any],
    gap: float,
    chosen: float,
    candidates: int,
    others: Sequence[str],
    limits: Sequence[str],
) -> tuple[str, str]:
    wanted = f"{name}: {percent(share['reached'])} instead of {percent(share['target'])}"
    if share["attainable"] < share["target"] - TOLERANCE:
        available = f"{share['available']:,.4g} {name} among {candidates:,} candidates"
        return "supply", f"{wanted}: supply: {available}, {percent(share['attainable'])} at most"
    if chosen and gap <= 1 / chosen:
        return (
            "too few samples",
            f"{wanted}: too few samples: one more is {percent(1 / chosen)} of the mix; select more",
        )
    if limits:
        beside = f", beside {', '.join(others)}" if others else ""
        return "limits", f"{wanted}: kept back by the limit of {' and of '.join(limits)}{beside}; raise it"
    if others:
        return "trade-off", f"{wanted}: trade-off with {', '.join(others)}; raise the strength of this balance"
    return "trade-off", f"{wanted}: trade-off between the classes, which share samples"


def limit_name(limit: Mapping[str, Any]) -> str:
    """A limit in a few words: ``5 of each video.id``."""
    return f"{limit['max']:,} of each {limit['key']}"


def limit_shortfall(limit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a limit kept out of a selection that ended because of limits."""
    if not limit["kept_out"]:
        return []
    left = "1 candidate is" if limit["kept_out"] == 1 else f"{limit['kept_out']:,} candidates are"
    text = f"{left} left out, as their values are full: raise the limit, or select fewer"
    return [{"reason": "limits", "text": text}]


def full_values(limit: Mapping[str, Any]) -> str:
    """Which values of a limit are full: ``2 values are full ('a', 'b')``."""
    number = limit["full"]
    if not number:
        return "no value is full"
    listed = ", ".join(map(show, limit["examples"])) + (" …" if number > len(limit["examples"]) else "")
    return f"{number:,} {'value is' if number == 1 else 'values are'} full ({listed})"


def percent(share: float) -> str:
    """A share as text: ``12.5 %``."""
    return f"{round(share * 100, 2):.3g} %"
