"""A summary as text for a terminal of 80 columns."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from sqlsel.selection.objectives import BARS, KINDS
from sqlsel.selection.shortfall import full_values, limit_name
from sqlsel.showing.selections import SelectionText
from sqlsel.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WIDTH = 80


def summary_text(summary: Mapping[str, Any]) -> str:
    """The summary in lines of at most 80 characters."""
    lines = [*_head(summary), *_left_out(summary)]
    for objective in summary["objectives"]:
        lines += _objective(objective)
    for limit in summary["limits"]:
        lines += _limit(limit)
    lines += [f"  note: {notice}" for notice in summary["notices"]]
    return "\n".join(_wrapped(lines))


def selection_text(summary: Mapping[str, Any]) -> SelectionText:
    """The same in its parts, for pages that arrange them otherwise."""
    head, *facts = (line.strip() for line in (*_head(summary), *_left_out(summary)))
    for limit in summary["limits"]:
        name, *lines = (line.strip() for line in _limit(limit))
        facts.append(f"{name}, {'; '.join(lines)}")
    objectives = tuple(
        (
            _objective_name(objective),
            objective["asked"],
            KINDS[objective["strategy"]].text(objective["reached"]),
            tuple(missed["text"] for missed in objective["missed"]),
        )
        for objective in summary["objectives"]
    )
    return SelectionText(head, tuple(facts), objectives, tuple(summary["notices"]))


def _head(summary: Mapping[str, Any]) -> Iterable[str]:
    tag = f" as tag {summary['tag']}" if summary.get("tag") else ""
    task = summary.get("objects_of")
    kind = "samples" if task is None else "objects"
    of_task = "" if task is None else f" of task {task}"
    if sequences := summary.get("sequences"):
        chosen = f"{summary['selected'] // sequences['length']:,} of {summary['candidates']:,} candidate sequences"
        count = f"{chosen} of {sequences['length']:,} ({summary['selected']:,} of {summary['samples']:,} samples)"
    else:
        count = f"{summary['selected']:,} of {summary['candidates']:,} candidates"
        count = f"{count} ({summary['samples']:,} {kind}{of_task})"
    yield f"Selected {count} from {summary['dataset']}{tag}"
    asked = f"  asked: {summary['asked']['n_samples']:,} {kind}"
    if summary["preselected"]:
        asked += f", beside {summary['preselected']:,} preselected"
    yield asked
    stop = summary["stop"]
    cause = f" ({stop['objective']})" if stop["objective"] else ""
    yield f"  stopped: {stop['text']}{cause}"


def _left_out(summary: Mapping[str, Any]) -> Iterable[str]:
    left_out, of = summary["left_out"], " sequences" if summary.get("sequences") else ""
    if left_out["where"]:
        conditions = left_out["conditions"]
        of_where = len(conditions) == 1 and conditions[0].startswith("where ")
        why = "that where does not admit" if of_where else f"that are not {' and '.join(conditions)}"
        yield f"  left out: {left_out['where']:,}{of} {why}"
    for missing in left_out["missing"]:
        yield f"  left out: {missing['count']:,}{of} that lack {missing['input']}"
    for threshold in left_out["thresholds"]:
        yield f"  threshold {threshold['condition']}: {threshold['removed']:,}{of} removed"
    for bar in BARS:
        if left_out[bar.key]:
            yield f"  left out: {left_out[bar.key]:,}{of} {bar.text}"


def _objective(objective: Mapping[str, Any]) -> Iterable[str]:
    yield f"  {_objective_name(objective)}"
    yield f"    asked:   {objective['asked']}"
    yield f"    reached: {KINDS[objective['strategy']].text(objective['reached'])}"
    for missed in objective["missed"]:
        yield f"    missed:  {missed['text']}"


def _objective_name(objective: Mapping[str, Any]) -> str:
    strength = "" if objective["strength"] == 1 else f" (strength {objective['strength']:g})"
    return f"{objective['name']}{strength}"


def _limit(limit: Mapping[str, Any]) -> Iterable[str]:
    yield f"  limit: {limit_name(limit)}"
    yield f"    reached: {full_values(limit)}"
    if limit["not_limited"]:
        yield f"    without a value, so not limited: {limit['not_limited']:,}"
    for missed in limit["missed"]:
        yield f"    missed:  {missed['text']}"


def _wrapped(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        yield from textwrap.wrap(printable(line), WIDTH, subsequent_indent=indent, break_on_hyphens=False) or [""]
