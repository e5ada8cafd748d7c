"""What a call works on: a table or a dataset, its types, and how to tell that the asking connection sees the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.nearest import offer
from sqlsel.datasets.structs import is_vector
from sqlsel.datasets.tables import PREDICTIONS, SAMPLES, SCORES, TAGS, dataset_table
from sqlsel.functions.reading import Reading, reading
from sqlsel.functions.relations import Named, find, known_tables, readings
from sqlsel.functions.snapshot import refuse_hidden, refuse_other_rows, sightings, telling

if TYPE_CHECKING:
    from sqlglot import exp

    from sqlsel.engines.base import Engine
    from sqlsel.functions.calls import Call

_UNKNOWN = "VARCHAR"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a call works on, as far as a session sees it that sees what is committed.

    Attributes:
        name: What the call names.
        seen: What the asking connection sees of it, as an expression that is evaluated there.
        found: Whether there is anything that other sessions see.
        watched: The queries that tell its rows.
        named: The table; None for a dataset.
        reading: How the table is read.
        id_type: Type of the ids.
        per_type: Type of the groups, where there are any.
    """

    name: str
    seen: exp.Expr
    found: bool
    watched: tuple[exp.Select, ...] = ()
    named: Named | None = None
    reading: Reading | None = None
    id_type: str = _UNKNOWN
    per_type: str = _UNKNOWN

    def check_seen(self, session: Engine, seen: str) -> None:
        """Raise UsageError unless the asking connection sees what the session sees.

        Args:
            session: A session that sees what is committed.
            seen: What ``self.seen`` gave.
        """
        if not self.found:
            there = offer(self.name, known_tables(session)) or "the database has no tables"
            raise refuse_hidden(self.name, seen, there)
        refuse_other_rows(session, self.name, seen, self.watched)


def subject_of(session: Engine, call: Call) -> Subject:
    """What a call works on.

    Raises:
        UsageError: If an argument names a column that there is not, or one that does not fit.
    """
    return _dataset(session, call) if call.function.runs == "dataset" else _table(session, call)


def _table(session: Engine, call: Call) -> Subject:
    named = find(session, call.source, call.path)
    if named is None:
        return Subject(call.source, sightings([list(readings(call.source, session.dialect))[-1][-1]], []), found=False)
    read = reading(session, call, named)
    # the numbers of a table's rows tell of vectors too
    looked_at = read.others if named.kind == "table" else (*read.others, *read.vectors)
    query = telling(named, looked_at)
    watched = () if query is None else (query,)
    plain = [call.source] if call.source.casefold() == (named.node.name.casefold() if named.node else None) else []
    return Subject(
        call.source, sightings(plain, watched), True, watched, named, read, read.id_type, _per_type(call, named)
    )


def _per_type(call: Call, named: Named) -> str:
    """The type of the column that groups are made by; of a field in a struct too."""
    per = call.values.get("per")
    return named.types.get(str(per), _UNKNOWN)


def _dataset(session: Engine, call: Call) -> Subject:
    dataset = str(call.values["dataset"])
    facts = DatasetCatalog(session).facts(dataset)
    vectors = (*facts.embeddings.values(), *facts.object_embeddings.values())
    watched = []
    for table in (SAMPLES, PREDICTIONS, SCORES, TAGS, *(each.table for each in vectors)):
        node = dataset_table(session.catalog, dataset, table)
        types = session.columns(node)
        # the numbers of a table's rows tell of vectors too
        looked_at = [name for name, kind in types.items() if not is_vector(kind)]
        query = telling(Named(table, "table", table, node, types), looked_at)
        watched += [] if query is None else [query]
    id_type = session.columns(dataset_table(session.catalog, dataset, SAMPLES))["sample_id"]
    return Subject(dataset, sightings([], watched), True, tuple(watched), id_type=id_type)
