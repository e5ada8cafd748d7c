"""Two tags beside each other: what they share, and what each reaches of both their objectives."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.tags import check_tag
from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.measuring.comparison import TO_THE_TAG, Compared, Comparison, InPlay, Overlap
from sqlsel.measuring.field import measured_by
from sqlsel.measuring.members import Yardstick, count_members, members_query, yardstick_of
from sqlsel.plan.ids import id_columns, same_sample
from sqlsel.queries import Lookup
from sqlsel.selection.comparison import reached_by, unbounded
from sqlsel.selection.coverage import coverage_curve
from sqlsel.selection.drawing import SAMPLE
from sqlsel.selection.objectives import kind_of, prepare
from sqlsel.selection.reading import Matrix
from sqlsel.selection.strategies.kind import Measure
from sqlsel.starter.plain import embeddings_config

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts
    from sqlsel.measuring.field import Field, Rows
    from sqlsel.plan.model import ObjectiveStep
    from sqlsel.selecting import ConfigSource
    from sqlsel.selection.outcome import Progress

_GIVEN = "no conditions"


def compare_tags(
    engine: Engine,
    dataset: str,
    tags: tuple[str, str],
    config: ConfigSource | None,
    *,
    exclude_preselected: bool,
    exact: bool,
    progress: Progress,
) -> Comparison:
    """What ``Database.compare`` gives."""
    facts = Lookup(engine).facts(dataset)
    for tag in tags:
        check_tag(engine, dataset, tag)
    found: list[Compared] = []
    in_play: list[InPlay] = []
    yardsticks, likewise = _yardsticks(engine, facts, tags, config)
    for yardstick in yardsticks:
        with measured_by(engine, dataset, yardstick, tags, exact=exact, progress=progress) as field:
            known = {each.objective for each in found}
            sides = [_rows(engine, field, tag, exclude_preselected=exclude_preselected) for tag in tags]
            new = [each for each in _measured(field, sides, progress, exact=exact) if each.objective not in known]
            found += new
            objectives = tuple(dict.fromkeys(each.objective for each in new))
            in_play.append(InPlay(yardstick.tag, objectives, **asdict(field.over)))
    overlap = _overlap(engine, facts, tags, exclude_preselected)
    in_play = [each for each in in_play if each.objectives]
    in_play += [InPlay(each.tag, (), in_play[0].samples, each.conditions or _GIVEN, None) for each in likewise]
    return Comparison(dataset, tags, overlap, tuple(found), tuple(in_play))


def _yardsticks(
    engine: Engine, facts: DatasetFacts, tags: tuple[str, str], config: ConfigSource | None
) -> tuple[list[Yardstick], list[Yardstick]]:
    """What both tags are measured by, and the runs with one of these configs that chose among other samples."""
    if config is not None:
        return [Yardstick(config)], []
    made = [found for tag in tags if (found := yardstick_of(engine, facts, tag)) is not None]
    if len(made) == 2 and made[0].config == made[1].config:
        same = replace(made[1], tag=made[0].tag) == made[0]
        return made[:1], [] if same else made[1:]
    return made or ([Yardstick(embeddings_config(facts))] if facts.embeddings else []), []


def _rows(engine: Engine, field: Field, tag: str, *, exclude_preselected: bool) -> Rows:
    facts = field.plan.facts
    members = members_query(engine, facts, tag, exclude_preselected=exclude_preselected)
    ids = engine.table(exp.select(*id_columns(facts)).from_(members.subquery("members")))
    return np.sort(field.rows(ids))


def _measured(field: Field, sides: Sequence[Rows], progress: Progress, *, exact: bool) -> Iterator[Compared]:
    """Every measure of every objective on both sides; then how well each side covers the rest."""
    for step in field.plan.objectives:
        progress(f"compare {step.name}", 0, None)
        kind, wanted = kind_of(step), unbounded(step)
        prepared = prepare(wanted, field.loaded)
        measures: list[list[Measure]] = []
        for side in sides:
            rows = _with_vectors(field, step, side)
            if kind.needs_terms and len(rows) > SAMPLE and not exact:
                measures.append([])
                continue
            reached = reached_by(prepared, step, field.loaded.preselected, rows, field.pool)
            measures.append(kind.measures(reached))
        yield from _side_by_side(step.name, step.strategy.strength, *measures)
    yield from _distances_to(field, sides, progress, exact=exact)


def _with_vectors(field: Field, step: ObjectiveStep, rows: Rows) -> Rows:
    vectors = field.loaded.vectors.get(step.input.column)
    return rows[vectors.present[rows]] if isinstance(vectors, Matrix) else rows


def _distances_to(field: Field, sides: Sequence[Rows], progress: Progress, *, exact: bool) -> Iterator[Compared]:
    for step in field.plan.inputs:
        matrix = field.loaded.vectors.get(step.column)
        if not isinstance(matrix, Matrix) or step.vectors is None:
            continue
        progress(f"distances by {step.label}", 0, None)
        looked = np.flatnonzero(field.pool & matrix.present)
        measures: list[list[Measure]] = []
        for side in sides:
            rows = side[matrix.present[side]]
            curve = coverage_curve(matrix.rows, looked, rows[:0], rows) if exact or len(rows) <= SAMPLE else None
            ends = {name: curve[name][-1] if curve and curve["n"] else None for name in ("mean", "largest")}
            measures.append([Measure(f"{name} distance", value, aim="low") for name, value in ends.items()])
        name = step.vectors.facts.name
        group = TO_THE_TAG if name == DEFAULT_EMBEDDING else f"{TO_THE_TAG}, by {name}"
        yield from _side_by_side(group, 1.0, *measures)


def _side_by_side(objective: str, strength: float, a: list[Measure], b: list[Measure]) -> Iterator[Compared]:
    """The measures of both sides in pairs, in the order of whichever has them."""
    sides = [{(each.name, each.category): each for each in measures} for measures in (a, b)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        of_a, of_b = (side.get(key) for side in sides)
        one = of_a or of_b
        assert one is not None
        aim = one.aim if strength > 0 else {"high": "low", "low": "high", None: None}[one.aim]
        yield Compared(
            objective=objective,
            measure=one.name,
            category=one.category,
            target=one.target,
            a=of_a.value if of_a else None,
            b=of_b.value if of_b else None,
            of_all=one.of_all,
            better=_better(of_a, of_b, aim if strength else None),
        )


def _better(a: Measure | None, b: Measure | None, aim: str | None) -> str | None:
    if aim is None or a is None or b is None or a.value is None or b.value is None or a.value == b.value:
        return None
    return "a" if (a.value > b.value) == (aim == "high") else "b"


def _overlap(engine: Engine, facts: DatasetFacts, tags: tuple[str, str], exclude_preselected: bool) -> Overlap:
    """How many both have: objects where both tags are put on those of one task, else samples."""
    tasks = {facts.object_tags.get(tag) for tag in tags}
    task = next(iter(tasks)) if len(tasks) == 1 else None
    seen = replace(facts, objects_of=task)
    a, b = (members_query(engine, seen, tag, exclude_preselected=exclude_preselected) for tag in tags)
    shared = exp.select(sql.count()).from_(a.copy().subquery("a"))
    shared = shared.join(b.copy().subquery("b"), on=same_sample(seen, "a", "b"))
    kind = "samples" if task is None else "objects"
    return Overlap(kind, count_members(engine, a), count_members(engine, b), both=engine.rows(shared)[0][0])
