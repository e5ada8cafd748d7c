"""Types between Spark and the words that sqlsel knows them by, which are those of ``sql/schema.sql``."""

from __future__ import annotations

from pyspark.sql import types as t
from sqlglot import exp

_NAMES: dict[type[t.DataType], str] = {
    t.StringType: "VARCHAR",
    t.BooleanType: "BOOLEAN",
    t.ByteType: "TINYINT",
    t.ShortType: "SMALLINT",
    t.IntegerType: "INTEGER",
    t.LongType: "BIGINT",
    t.FloatType: "FLOAT",
    t.DoubleType: "DOUBLE",
    t.DateType: "DATE",
    t.TimestampNTZType: "TIMESTAMP",
    t.TimestampType: "TIMESTAMP WITH TIME ZONE",
    t.BinaryType: "BLOB",
    t.NullType: '"NULL"',
}


def type_name(kind: t.DataType) -> str:
    """A type of Spark in the words of the schema: ``STRUCT("a" BIGINT)``, ``DOUBLE[]``, ``MAP(VARCHAR, DOUBLE)``."""
    if isinstance(kind, t.ArrayType):
        return f"{type_name(kind.elementType)}[]"
    if isinstance(kind, t.MapType):
        return f"MAP({type_name(kind.keyType)}, {type_name(kind.valueType)})"
    if isinstance(kind, t.StructType):
        return f"STRUCT({', '.join(f'{_quoted(part.name)} {type_name(part.dataType)}' for part in kind)})"
    if isinstance(kind, t.DecimalType):
        return f"DECIMAL({kind.precision},{kind.scale})"
    return _NAMES.get(type(kind), kind.simpleString().upper())


def with_types(node: exp.Expr) -> exp.Expr:
    """For ``transform``: types by a name in the words of the schema, as nodes that every dialect writes."""
    if isinstance(node, exp.DataType) and node.this == exp.DType.USERDEFINED:
        return exp.DataType.build(str(node.args["kind"]), dialect="duckdb")
    return node


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
