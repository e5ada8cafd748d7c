"""The tables of a dataset and of the catalog: their names, their columns, and the nodes that stand for them in SQL."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp, parse

from sqlsel.facts import DEFAULT_EMBEDDING
from sqlsel.sqlfiles import read_sql

if TYPE_CHECKING:
    from sqlsel.engines.base import Engine

CATALOG_SCHEMA = "sqlsel"
LAYOUT_VERSION = 1

SAMPLES = "samples"
EMBEDDINGS = "embeddings"
PREDICTIONS = "predictions"
SCORES = "scores"
TAGS = "tags"
SELECTIONS = "selections"

# Columns beside sample_id, whose type is the dataset's own. Tables of vectors come with their width.
_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    SAMPLES: (("sample_id", ""), ("file_name", "VARCHAR")),
    PREDICTIONS: (
        ("sample_id", ""),
        ("task", "VARCHAR"),
        ("object_index", "INTEGER"),
        ("category", "VARCHAR"),
        ("score", "DOUBLE"),
        ("probabilities", "DOUBLE[]"),
        ("bbox", "DOUBLE[]"),
        ("area", "DOUBLE"),
        ("keypoint_confidence", "DOUBLE"),
    ),
    SCORES: (("sample_id", ""), ("task", "VARCHAR"), ("score", "VARCHAR"), ("value", "DOUBLE")),
    TAGS: (("tag", "VARCHAR"), ("sample_id", ""), ("rank", "BIGINT")),
    SELECTIONS: (
        ("run_id", "VARCHAR"),
        ("tag", "VARCHAR"),
        ("rank", "BIGINT"),
        ("sample_id", ""),
        ("gain", "DOUBLE"),
        ("terms", "MAP(VARCHAR, DOUBLE)"),
    ),
}


def type_node(name: str) -> exp.DataType:
    """A type by the engine's own name for it, which no translation may touch."""
    return exp.DataType(this=exp.DType.USERDEFINED, kind=name)


def dataset_table(catalog: str, dataset: str, table: str) -> exp.Table:
    """One table of a dataset, with its catalog and schema."""
    return exp.table_(
        exp.to_identifier(table, quoted=True),
        db=exp.to_identifier(dataset, quoted=True),
        catalog=exp.to_identifier(catalog, quoted=True),
    )


def catalog_table(catalog: str, table: str) -> exp.Table:
    """One table of sqlsel's catalog."""
    return dataset_table(catalog, CATALOG_SCHEMA, table)


def own_column(table: exp.Table, name: str) -> exp.Column:
    """A column of a table that a query around it changes, with the table's whole name."""
    parts = {part: table.args[part].copy() for part in ("db", "catalog") if table.args.get(part)}
    return exp.Column(this=exp.to_identifier(name, quoted=True), table=table.this.copy(), **parts)


def embedding_table(name: str = DEFAULT_EMBEDDING) -> str:
    """Name of the table with the samples' own vectors of that name."""
    return EMBEDDINGS if name == DEFAULT_EMBEDDING else f"{EMBEDDINGS}/{name}"


def embedding_name(table: str) -> str:
    """What the vectors of a table are called that ``embedding_table`` named."""
    return DEFAULT_EMBEDDING if table == EMBEDDINGS else table.removeprefix(f"{EMBEDDINGS}/")


def object_embeddings(task: str) -> str:
    """Name of the table with the vectors of a task's objects."""
    return f"object_embeddings/{task}"


def column_names(table: str) -> tuple[str, ...]:
    """The columns of a table that every dataset has, in their order."""
    return tuple(name for name, _ in _COLUMNS[table])


def make_catalog(engine: Engine) -> None:
    """Make sqlsel's catalog tables where the database lacks them. Call it in a transaction."""
    for statement in _catalog_statements(engine.dialect):
        made = _qualified(statement.copy(), engine.catalog)
        engine.execute(made)
        if isinstance(made.this, exp.Schema):
            _complete(engine, made.this.this, list(made.this.expressions))
    meta = catalog_table(engine.catalog, "meta")
    if not engine.rows(exp.select(exp.Star()).from_(meta)):
        engine.execute(exp.insert(exp.values([(LAYOUT_VERSION,)]), meta))


def make_dataset(engine: Engine, dataset: str, id_type: str) -> None:
    """Make the schema of a dataset and the tables that every dataset has. Call it in a transaction.

    Args:
        engine: The session; its transaction is the caller's.
        dataset: A name that `check_dataset_name` passed.
        id_type: The engine's type of ``sample_id``.
    """
    schema = exp.table_(exp.to_identifier(dataset, quoted=True), db=exp.to_identifier(engine.catalog, quoted=True))
    engine.execute(exp.Create(this=schema, kind="SCHEMA"))
    for table, columns in _COLUMNS.items():
        engine.execute(create_table(engine, dataset, table, [(name, kind or id_type) for name, kind in columns]))


def complete_dataset(engine: Engine, dataset: str) -> None:
    """Give the tables of a dataset that an older version made the columns that they lack. Call it in a transaction."""
    views = view_names(engine, dataset)
    for table, columns in _COLUMNS.items():
        if table in views:
            continue
        definitions = [_definition(name, kind) for name, kind in columns if kind]
        _complete(engine, dataset_table(engine.catalog, dataset, table), definitions)


def view_names(engine: Engine, dataset: str) -> frozenset[str]:
    """Which of a dataset's tables are views over data that lies elsewhere."""
    where = {"table_catalog": engine.catalog, "table_schema": dataset, "table_type": "VIEW"}
    same = [exp.column(name, quoted=True).eq(exp.Literal.string(value)) for name, value in where.items()]
    query = exp.select(exp.column("table_name", quoted=True)).from_(exp.table_("tables", db="information_schema"))
    return frozenset(name for (name,) in engine.rows(query.where(exp.and_(*same))))


def _complete(engine: Engine, table: exp.Table, definitions: list[exp.ColumnDef]) -> None:
    """Add the columns that a table lacks."""
    there = {name.lower() for name in engine.columns(table)}
    for definition in definitions:
        if definition.name.lower() not in there:
            engine.execute(exp.Alter(this=table.copy(), kind="TABLE", actions=[definition]))


def _definition(name: str, kind: str) -> exp.ColumnDef:
    return exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=type_node(kind))


def create_table(engine: Engine, dataset: str, table: str, columns: list[tuple[str, str]]) -> exp.Create:
    """The statement that makes an empty table of a dataset; types are the engine's own."""
    definitions = [_definition(name, kind) for name, kind in columns]
    target = dataset_table(engine.catalog, dataset, table)
    return exp.Create(this=exp.Schema(this=target, expressions=definitions), kind="TABLE")


@cache
def _catalog_statements(dialect: str) -> tuple[exp.Create, ...]:
    """What ``schema.sql`` says."""
    return tuple(found for found in parse(read_sql("schema.sql"), read=dialect) if isinstance(found, exp.Create))


def _qualified(statement: exp.Create, catalog: str) -> exp.Create:
    """The statement in the given catalog, so that no USE of the user leads it elsewhere."""
    for table in statement.find_all(exp.Table):
        table.set("catalog", exp.to_identifier(catalog, quoted=True))
    return statement
