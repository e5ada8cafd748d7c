import pytest

from sqlsel.datasets.structs import read_type
from sqlsel.datasets.widening import merged, storable, wider
from sqlsel.errors import IngestError


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("INTEGER", "INTEGER", "INTEGER"),
        ("INTEGER", "BIGINT", "BIGINT"),
        ("UTINYINT", "TINYINT", "SMALLINT"),
        ("UBIGINT", "INTEGER", "HUGEINT"),
        ("USMALLINT", "UINTEGER", "UINTEGER"),
        ("UHUGEINT", "INTEGER", "DOUBLE"),
        ("BIGINT", "DOUBLE", "DOUBLE"),
        ("FLOAT", "SMALLINT", "DOUBLE"),
        ("DECIMAL(4,2)", "DECIMAL(9,1)", "DOUBLE"),
        ("VARCHAR", "ENUM('a')", "VARCHAR"),
        ("UUID", "VARCHAR", "VARCHAR"),
        ("DATE", "TIMESTAMP", "TIMESTAMP"),
        ("DATE", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"),
        ('"NULL"', "DATE", "DATE"),
        ("INTEGER[]", "INTEGER[]", "INTEGER[]"),
        ("INTEGER", "VARCHAR", None),
        ("BOOLEAN", "INTEGER", None),
        ("INTEGER[]", "BIGINT[]", None),
        ("TIME", "TIMESTAMP", None),
    ],
)
def test_the_type_that_holds_both(one, other, both):
    assert wider(one, other) == both
    assert wider(other, one) == both


def test_keys_of_both_sides_are_kept_the_stored_ones_first():
    both = merged(read_type("STRUCT(b INTEGER, a STRUCT(x VARCHAR))"), read_type("STRUCT(a STRUCT(y DATE), c BIGINT)"))
    assert str(both) == 'STRUCT("b" INTEGER, "a" STRUCT("x" VARCHAR, "y" DATE), "c" BIGINT)'


@pytest.mark.parametrize(
    ("stored", "incoming", "words"),
    [
        ("STRUCT(a INTEGER)", "STRUCT(a VARCHAR)", ["'a'", "INTEGER", "VARCHAR"]),
        ("STRUCT(a STRUCT(b INTEGER))", "STRUCT(a STRUCT(b DATE))", ["'a.b'", "INTEGER", "DATE"]),
        ("STRUCT(a STRUCT(b INTEGER))", "STRUCT(a INTEGER)", ["'a'", "group of keys", "INTEGER"]),
        ("STRUCT(Weather INTEGER)", "STRUCT(weather INTEGER)", ["'weather'", "'Weather'", "case"]),
    ],
)
def test_types_without_a_common_one_are_refused_with_both(stored, incoming, words):
    with pytest.raises(IngestError) as refusal:
        merged(read_type(stored), read_type(incoming))
    assert all(word in str(refusal.value) for word in words)


def test_enums_are_kept_as_text_and_keys_without_a_value_not_at_all():
    kind = read_type('STRUCT(a ENUM(\'x\'), b "NULL", c STRUCT(d "NULL"))')
    assert str(storable(kind)) == 'STRUCT("a" VARCHAR)'
    assert storable(read_type('STRUCT(a "NULL")')) is None
