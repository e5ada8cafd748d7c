"""Selections that were kept: the ranked samples, the tag on them, and how the run came about."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.computed import keep_computed
from sqlsel.datasets.fragments import named
from sqlsel.datasets.objects import forget_objects, tag_objects
from sqlsel.datasets.tables import SELECTIONS, TAGS, catalog_table, column_names, dataset_table
from sqlsel.datasets.tags import check_new_tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import pyarrow as pa

    from sqlsel.engines.base import Engine


@dataclass(frozen=True, slots=True)
class RunRecord:
    """How one selection came about.

    Attributes:
        dataset: The dataset it selected from.
        config: The config, as JSON.
        seed: Seed of the tie rule; None where the lowest id won.
        version: The sqlsel that ran it.
        started_at: When it began; without a time zone in UTC.
        finished_at: When it ended, likewise.
        plan: The plan, as JSON or as `explain` prints it.
        stop: Why it ended, in words.
        summary: The summary, as JSON.
        run_id: Name of the run, unique in the database.
        scores: Task and name of the scores that it computed; they are stored where they are not yet.
    """

    dataset: str
    config: str
    seed: int | None
    version: str
    started_at: datetime
    finished_at: datetime
    plan: str | None = None
    stop: str | None = None
    summary: str | None = None
    run_id: str = ""
    scores: tuple[tuple[str, str], ...] = ()


def new_run_id() -> str:
    """A run id that no other run has: 32 hex digits."""
    return uuid4().hex


def record_selection(
    engine: Engine,
    run: RunRecord,
    ranked: pa.Table,
    *,
    tag: str,
    preselected: pa.Table | pa.Array | pa.ChunkedArray | Sequence[object] = (),
    overwrite: bool = False,
    grows: bool = False,
    objects_of: str | None = None,
) -> str:
    """Keep a selection under a tag: ranks, tag and run, all of them or, when anything fails, none.

    Args:
        engine: The session; it must not be in a transaction.
        run: How the selection came about. Without a ``run_id`` it gets one.
        ranked: The picks: ``sample_id``, ``rank`` (1 first), ``gain`` (double), ``terms`` (map of text to double).
        tag: Name to put on the picks and on the preselected.
        preselected: Ids of the samples that were picked before; they get the tag without a rank.
        overwrite: Replace the tag, and the ranks of the run it came from, if it exists. That run's record stays.
        grows: The tag holds the preselected: it takes in the picks, and the ranks of earlier runs stay.
        objects_of: The task whose objects were chosen: ``ranked`` and ``preselected``, a table then, have an
            ``object_index`` beside the id of the image. The tag is put on them and on their images.

    Returns:
        The run id.

    Raises:
        UsageError: If the tag exists and may not be replaced, or is no tag name.
    """
    run_id = run.run_id or new_run_id()
    with _bound(engine, ranked, preselected) as (picks, earlier), engine.transaction():
        check_new_tag(engine, run.dataset, tag, overwrite=overwrite or grows)
        for table in (TAGS,) if grows else (TAGS, SELECTIONS):
            target = dataset_table(engine.catalog, run.dataset, table)
            engine.execute(exp.delete(target).where(sql.column("tag").eq(tag)))
        if not grows or objects_of is None:
            forget_objects(engine, run.dataset, tag)
        if objects_of is not None:
            images = tag_objects(engine, run.dataset, run_id, tag, objects_of, picks, earlier)
            _insert(engine, run.dataset, TAGS, _tagged(sql.subquery(images, "images"), tag, sql.column("rank")))
        else:
            _insert(engine, run.dataset, TAGS, _tagged(picks, tag, sql.column("rank")))
            _insert(engine, run.dataset, TAGS, _tagged(earlier, tag, exp.cast(exp.Null(), "BIGINT")))
            _insert(engine, run.dataset, SELECTIONS, _ranked(picks, run_id, tag))
        engine.execute(_run_row(engine.catalog, run, run_id, tag))
        keep_computed(engine, run.dataset, run.scores)
    return run_id


@contextmanager
def _bound(
    engine: Engine, ranked: pa.Table, preselected: pa.Table | pa.Array | pa.ChunkedArray | Sequence[object]
) -> Iterator[tuple[exp.Table, exp.Table]]:
    """Make the picks and the preselected ids queryable, under names of this run's own."""
    import pyarrow as pa

    ids: object = preselected
    if not isinstance(preselected, pa.Table):
        if not isinstance(preselected, pa.Array | pa.ChunkedArray):
            preselected = pa.array(list(preselected), ranked.schema.field("sample_id").type)
        ids = pa.table({"sample_id": preselected})
    names = [f"sqlsel_{kind}_{uuid4().hex}" for kind in ("picks", "earlier")]
    with engine.bind({names[0]: ranked, names[1]: ids}):
        picks, earlier = (exp.table_(exp.to_identifier(name, quoted=True)) for name in names)
        yield picks, earlier


def _insert(engine: Engine, dataset: str, table: str, query: exp.Select) -> None:
    columns = [exp.to_identifier(name, quoted=True) for name in column_names(table)]
    target = exp.Schema(this=dataset_table(engine.catalog, dataset, table), expressions=columns)
    engine.execute(exp.Insert(this=target, expression=query))


def _tagged(source: exp.Expr, tag: str, rank: exp.Expr) -> exp.Select:
    """Rows of the tags table."""
    name = sql.text(tag)
    return exp.select(named(name, "tag"), sql.column("sample_id"), named(rank, "rank")).from_(source.copy())


def _ranked(picks: exp.Table, run_id: str, tag: str) -> exp.Select:
    """Rows of the selections table, in rank order."""
    constants = {"run_id": run_id, "tag": tag}
    columns = [
        named(sql.text(constants[name]), name) if name in constants else sql.column(name)
        for name in column_names(SELECTIONS)
    ]
    order = [sql.ascending(sql.column(name)) for name in ("rank", "sample_id")]
    return exp.select(*columns).from_(picks.copy()).order_by(*order)


def _run_row(catalog: str, run: RunRecord, run_id: str, tag: str) -> exp.Insert:
    values: dict[str, exp.Expr] = {
        "run_id": exp.convert(run_id),
        "dataset": exp.convert(run.dataset),
        "tag": exp.convert(tag),
        "config": exp.convert(run.config),
        "plan": exp.convert(run.plan),
        "seed": exp.convert(run.seed),
        "version": exp.convert(run.version),
        "started_at": timestamp(run.started_at),
        "finished_at": timestamp(run.finished_at),
        "stop": exp.convert(run.stop),
        "summary": exp.convert(run.summary),
    }
    columns = [exp.to_identifier(name, quoted=True) for name in values]
    target = exp.Schema(this=catalog_table(catalog, "runs"), expressions=columns)
    return exp.Insert(this=target, expression=exp.select(*values.values()))


def timestamp(moment: datetime) -> exp.Cast:
    """A point in time as a value in SQL, in UTC. Without a time zone it is taken to be in UTC."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return exp.cast(sql.text(moment.isoformat(sep=" ")), "TIMESTAMP")
