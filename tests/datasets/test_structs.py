import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sqlsel.datasets.structs import Struct, key_kind, leaves, metadata_keys, quoted, read_type
from sqlsel.engines.duckdb import open_database

NAMES = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=8
) | st.sampled_from(['a"b', "a'b", "a b", "a,b", "a(b", "a)b", 'x" INTEGER, "y', "STRUCT(", "[]", ".", "日本", "order"])
TYPES = st.sampled_from(
    [
        "INTEGER",
        "VARCHAR",
        "DOUBLE[]",
        "MAP(VARCHAR, STRUCT(a INTEGER))",
        "DECIMAL(4,2)",
        "ENUM('a''(', 'b,')",
        "FLOAT[3]",
    ]
)


def structs(inner):
    fields = st.lists(st.tuples(NAMES, inner), min_size=1, max_size=3, unique_by=lambda pair: pair[0].casefold())
    return fields.map(lambda pairs: Struct(tuple(pairs)))


STRUCTS = structs(st.recursive(TYPES, structs, max_leaves=4))


@given(STRUCTS)
@example(
    Struct(
        (
            (
                'a"',
                Struct((("b,(", "INTEGER"), ("c", "STRUCT(x INTEGER)[]"))),
            ),
        )
    )
)
def test_a_struct_is_read_back_as_it_is_written(struct):
    assert read_type(str(struct)) == struct


@pytest.fixture(scope="module")
def engine():
    opened = open_database(":memory:")
    yield opened
    opened.close()


@given(STRUCTS)
def test_the_engines_own_type_names_are_read(engine, struct):
    engine.execute(f"CREATE OR REPLACE TABLE probe (metadata {struct})")
    name = engine.rows("SELECT data_type FROM duckdb_columns() WHERE table_name = 'probe'")[0][0]
    assert [path for path, _ in leaves(read_type(name))] == [path for path, _ in leaves(struct)]


@pytest.mark.parametrize("name", ["INTEGER", "STRUCT(a INTEGER)[]", "STRUCT(a INTEGER)[3]", "MAP(VARCHAR, INTEGER)"])
def test_what_is_no_struct_stays_as_it_is(name):
    assert read_type(name) == name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("TINYINT", "integer"),
        ("UBIGINT", "integer"),
        ("HUGEINT", "integer"),
        ("FLOAT", "number"),
        ("DECIMAL(18,3)", "number"),
        ("VARCHAR", "text"),
        ("UUID", "text"),
        ("ENUM('a', 'b')", "text"),
        ("BOOLEAN", "boolean"),
        ("DATE", "timestamp"),
        ("TIMESTAMP_NS", "timestamp"),
        ("TIMESTAMP WITH TIME ZONE", "timestamp"),
        ("TIME", "other"),
        ("BLOB", "other"),
        ("INTEGER[]", "other"),
        ("DECIMAL(18,3)[]", "other"),
        ("MAP(VARCHAR, INTEGER)", "other"),
    ],
)
def test_kinds_of_keys(name, kind):
    assert key_kind(name) == kind


def test_keys_are_dotted_paths_and_the_first_of_two_alike_stands():
    kind = read_type(f"STRUCT(a STRUCT(b INTEGER), {quoted('a.b')} VARCHAR, c DOUBLE)")
    keys = metadata_keys(kind)
    assert {name: (key.path, key.kind) for name, key in keys.items()} == {
        "a.b": (("a", "b"), "integer"),
        "c": (("c",), "number"),
    }
