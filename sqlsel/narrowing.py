"""Which samples may be chosen at all: those of a tag, with given ids, or added to the dataset after a moment."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.arrivals import has_arrivals
from sqlsel.datasets.nearest import offer
from sqlsel.datasets.tables import catalog_table
from sqlsel.datasets.tags import DATAPOOL, check_tag, tag_names
from sqlsel.errors import SelectionError, UsageError
from sqlsel.plan import Among, Since
from sqlsel.plan.candidates import AMONG_IDS
from sqlsel.preselection import own_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from sqlsel.engines.base import Engine
    from sqlsel.facts import DatasetFacts


@dataclass(frozen=True, slots=True, eq=False)
class Narrowed:
    """Who may be chosen.

    Attributes:
        among: The only samples in question; None for all.
        ids: Their ids, where ids were given.
        since: The moment after which they came; None for any.
    """

    among: Among | None
    ids: pa.ChunkedArray | None
    since: Since | None


def narrow(
    engine: Engine, facts: DatasetFacts, candidates: str | Sequence[Any] | None, since: str | datetime | None
) -> Narrowed:
    """Look up what a call names as candidates.

    Args:
        engine: The session.
        facts: What the dataset holds.
        candidates: A tag, or ids.
        since: A moment (without a time zone in UTC) or its ISO text, or a tag: the moment its selection began. The tag
            ``datapool`` stands for the latest selection that was kept.

    Raises:
        UsageError: If a tag or an id does not exist, or a text is neither a tag nor a moment.
        SelectionError: If no sample was added since.
    """
    among, ids = None, None
    if isinstance(candidates, str):
        check_tag(engine, facts.name, candidates)
        among = Among(tag=candidates)
    elif candidates is not None:
        ids = own_ids(engine, facts, candidates, "candidates")
        among = Among(count=len(ids))
    return Narrowed(among, ids, None if since is None else _since(engine, facts, since))


@contextmanager
def bound_candidates(engine: Engine, narrowed: Narrowed) -> Iterator[None]:
    """Make given ids queryable where the plan reads them."""
    with ExitStack() as stack:
        if narrowed.ids is not None:
            import pyarrow as pa

            stack.enter_context(engine.bind({AMONG_IDS: pa.table({"sample_id": narrowed.ids})}))
        yield


def _since(engine: Engine, facts: DatasetFacts, given: str | datetime) -> Since | None:
    tag = given if isinstance(given, str) and given in (*tag_names(engine, facts.name), DATAPOOL) else None
    moment = _began(engine, facts, tag) if tag is not None else _moment(engine, facts, given)
    if moment is None:
        return None
    born = _catalog_time(engine, "datasets", "created_at", sql.column("dataset").eq(facts.name))
    found = Since(moment, tag, everything=born is not None and born > moment)
    if not found.everything and not has_arrivals(engine, facts.name):
        raise SelectionError(
            f"dataset {facts.name!r}: nothing to select from: "
            f"no samples were added after {moment:%Y-%m-%d %H:%M:%S} UTC",
            hint="`sqlsel ingest` adds new ones; all its samples came with the first ingest",
        )
    return found


def _moment(engine: Engine, facts: DatasetFacts, given: str | datetime) -> datetime:
    moment = given if isinstance(given, datetime) else _read_moment(engine, facts, given)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo is not None else moment


def _read_moment(engine: Engine, facts: DatasetFacts, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        tags = tag_names(engine, facts.name)
        raise UsageError(
            f"since {text!r} is neither a tag of dataset {facts.name!r} nor a moment",
            hint="write a moment as 2026-01-31 or 2026-01-31T18:30, or name a tag; "
            + (offer(text, tags) or "there is none"),
        ) from None


def _began(engine: Engine, facts: DatasetFacts, tag: str) -> datetime | None:
    """When the latest selection began that made a tag; for the datapool, that made any, if there was one."""
    runs = sql.column("dataset").eq(facts.name)
    moment = _catalog_time(
        engine, "runs", "started_at", runs if tag == DATAPOOL else exp.and_(runs, sql.column("tag").eq(tag))
    )
    if moment is None and tag != DATAPOOL:
        raise UsageError(
            f"since {tag!r}: no selection made this tag, so it has no moment", hint="give a moment: 2026-01-31T18:30"
        )
    return moment


def _catalog_time(engine: Engine, table: str, column: str, condition: exp.Expr) -> datetime | None:
    """The latest of a column of times in sqlsel's catalog."""
    latest = exp.Max(this=sql.column(column))
    rows = engine.rows(exp.select(latest).from_(catalog_table(engine.catalog, table)).where(condition))
    found: datetime | None = rows[0][0]
    return found
