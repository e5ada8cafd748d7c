"""What tells one sample from another: its id, or of an object as a sample the image's id and the object's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql

if TYPE_CHECKING:
    from sqlsel.facts import DatasetFacts

SAMPLE_ID = ("sample_id",)
OBJECT_ID = ("sample_id", "object_index")


def id_names(facts: DatasetFacts) -> tuple[str, ...]:
    """The columns that tell samples apart."""
    return SAMPLE_ID if facts.objects_of is None else OBJECT_ID


def id_columns(facts: DatasetFacts, table: str | None = None) -> list[exp.Expr]:
    """Those columns, of a named relation if ``table`` is given."""
    return [sql.column(name, table) for name in id_names(facts)]


def ascending_ids(facts: DatasetFacts, table: str | None = None) -> list[exp.Expr]:
    """Those columns as the end of an ORDER BY."""
    return [sql.ascending(column) for column in id_columns(facts, table)]


def same_sample(facts: DatasetFacts, left: str, right: str) -> exp.Expr:
    """Whether rows of two relations belong to the same sample."""
    return same(id_names(facts), left, right)


def same(names: tuple[str, ...], left: str, right: str) -> exp.Expr:
    """Whether rows of two relations have the same values in some columns."""
    return sql.every(exp.EQ(this=sql.column(name, left), expression=sql.column(name, right)) for name in names)


def id_text(facts: DatasetFacts, table: str | None = None) -> exp.Expr:
    """The id that tie texts and random numbers are made from; of an object ``<sample_id>#<object_index>``."""
    if facts.objects_of is None:
        return sql.column("sample_id", table)
    return object_text(table)


def object_text(table: str | None = None) -> exp.Expr:
    """The id of an object as one text: ``<sample_id>#<object_index>``."""
    image, place = (sql.varchar(sql.column(name, table)) for name in OBJECT_ID)
    return sql.call("concat", image, sql.text("#"), place)
