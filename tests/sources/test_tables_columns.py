"""Which column is taken for what, named or not, and what becomes metadata."""

import pyarrow as pa
import pytest

from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.errors import IngestError, UsageError
from tests.datasets.contents import rows


def kinds(db, dataset="street"):
    return {name: key.kind for name, key in DatasetCatalog(db.engine).facts(dataset).keys.items()}


def test_without_names_the_usual_columns_are_found(db):
    db.ingest(pa.table({"sample_id": [1], "id": [2], "file_name": ["a"], "embedding": [[1.0]]}), dataset="street")
    assert rows(db, "street", "samples") == [(1, "a", {"id": 2})]
    assert rows(db, "street", "embeddings") == [(1, (1.0,))]


def test_without_an_id_the_file_name_is_the_id(db):
    db.ingest(pa.table({"file_name": ["b", "a"], "id": [0.5, 1.5]}), dataset="street")
    assert rows(db, "street", "samples") == [("a", "a", {"id": 1.5}), ("b", "b", {"id": 0.5})]


def test_without_both_rows_are_numbered_from_0(db):
    db.ingest(pa.table({"x": ["p", "q"]}), dataset="street")
    assert rows(db, "street", "samples") == [(0, None, {"x": "p"}), (1, None, {"x": "q"})]
    assert db.engine.rows("DESCRIBE street.samples")[0][1] == "BIGINT"


def test_an_id_that_cannot_be_one_is_metadata_with_a_notice(db):
    report = db.ingest(pa.table({"id": [0.5, 1.5]}), dataset="street")
    assert rows(db, "street", "samples") == [(0, None, {"id": 0.5}), (1, None, {"id": 1.5})]
    (notice,) = report.problems
    assert notice.severity == "notice"
    assert "column 'id' is of type DOUBLE" in notice.message


def test_columns_are_taken_as_they_are_named(db):
    source = pa.table({"key": ["u"], "path": ["p"], "vec": [[0.0, 3.0]], "id": [7], "embedding": ["text"]})
    db.ingest(source, dataset="street", id="key", file_name="path", embedding="vec")
    assert rows(db, "street", "samples") == [("u", "p", {"id": 7, "embedding": "text"})]
    assert rows(db, "street", "embeddings") == [("u", (0.0, 1.0))]


def test_one_column_may_be_id_and_file_name(db):
    db.ingest(pa.table({"path": ["p"]}), dataset="street", id="path", file_name="path")
    assert rows(db, "street", "samples") == [("p", "p")]


def test_numbers_may_be_file_names(db):
    db.ingest(pa.table({"path": [5]}), dataset="street", file_name="path")
    assert rows(db, "street", "samples") == [("5", "5")]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"id": "smaple_id"}, "id='smaple_id'"),
        ({"file_name": "smaple_id"}, "file_name='smaple_id'"),
        ({"embedding": "smaple_id"}, "embedding='smaple_id'"),
        ({"predictions": {"t": "smaple_id"}}, "predictions of task 't'"),
        ({"scores": {("t", "s"): "smaple_id"}}, "score t/s"),
    ],
)
def test_a_column_that_does_not_exist_is_told_with_the_nearest(db, options, named):
    with pytest.raises(UsageError, match="no column 'smaple_id'") as refusal:
        db.ingest(pa.table({"sample_id": [1]}), dataset="street", **options)
    assert named in refusal.value.message
    assert "did you mean 'sample_id'?" in refusal.value.hint


def test_a_column_that_holds_no_vectors_is_refused_with_those_that_do(db):
    with pytest.raises(UsageError, match=r"column of type VARCHAR|column of type BIGINT") as refusal:
        db.ingest(pa.table({"id": [1], "vec": [[1.0]], "x": [2]}), dataset="street", embedding="x")
    assert "columns with vectors: 'vec'" in refusal.value.hint


def test_scores_have_to_be_numbers(db):
    with pytest.raises(UsageError, match="score t/s: column 'x' is of type VARCHAR"):
        db.ingest(pa.table({"id": [1], "x": ["a"]}), dataset="street", scores={("t", "s"): "x"})


def test_lists_in_text_are_vectors_where_the_column_is_named_or_called_so(db):
    source = pa.table({"id": [1, 2], "embedding": [None, " [0, 2.5]"], "vec": ["[1, 0]", None]})
    db.ingest(source, dataset="street")
    assert rows(db, "street", "embeddings") == [(2, (0.0, 1.0))]
    db.ingest(source, dataset="other", embedding="vec")
    assert rows(db, "other", "embeddings") == [(1, (1.0, 0.0))]
    assert kinds(db, "other") == {"embedding": "text"}


def test_dots_and_structs_give_the_same_keys(db):
    source = pa.table(
        {"id": [1], "weather.rain": [0.5], "weather": [{"sun": True, "wind.north": 3}], "a.b.c": ["x"], "a..b": [1]}
    )
    db.ingest(source, dataset="street")
    assert rows(db, "street", "samples") == [
        (1, None, {"weather": {"rain": 0.5, "sun": True, "wind": {"north": 3}}, "a": {"b": {"c": "x"}}, "a..b": 1})
    ]
    assert kinds(db) == {
        "weather.rain": "number",
        "weather.sun": "boolean",
        "weather.wind.north": "integer",
        "a.b.c": "text",
        "a..b": "integer",
    }


@pytest.mark.parametrize(
    "columns",
    [
        {"a.b": [1], "a": [{"b": 2}]},
        {"a": [1], "a.b": [2]},
        {"a.b": [1], "a": [2]},
        {"A.b": [1], "a": [{"B": 2}]},
    ],
)
def test_a_key_that_two_columns_give_is_refused(db, columns):
    with pytest.raises(IngestError, match="comes from two columns"):
        db.ingest(pa.table({"id": [1], **columns}), dataset="street")


def test_bytes_and_vectors_that_nobody_named_are_left_out_with_a_notice(db):
    source = pa.table({"id": [1], "image": [{"bytes": b"x", "path": "p"}], "clip": [[1.0, 0.0]], "tags": [["a", "b"]]})
    report = db.ingest(source, dataset="street")
    assert [(notice.severity, notice.message) for notice in report.problems] == [
        ("notice", "'image.bytes' is left out: it holds bytes"),
        ("notice", "'clip' is left out: it holds vectors; name it with embedding= to store them"),
    ]
    assert rows(db, "street", "samples") == [(1, None, {"image": {"path": "p"}, "tags": ["a", "b"]})]
    assert kinds(db) == {"image.path": "text", "tags": "other"}


def test_columns_without_any_value_are_no_metadata(db):
    db.ingest(pa.table({"id": [1], "x": pa.nulls(1), "y": [1], "z": [[]]}), dataset="street")
    assert kinds(db) == {"y": "integer"}
    db.ingest(pa.table({"id": [1], "x": [0.5], "y": pa.nulls(1)}), dataset="street")
    assert kinds(db) == {"y": "integer", "x": "number"}


def test_categories_of_frames_are_text(db):
    city = pa.array(["Bern", "Genf"]).dictionary_encode()
    db.ingest(pa.table({"id": city, "city": city}), dataset="street")
    db.ingest(pa.table({"id": ["Chur"], "city": ["Chur"]}), dataset="street")
    assert rows(db, "street", "samples", "sample_id, metadata.city") == [(n, n) for n in ("Bern", "Chur", "Genf")]
    assert kinds(db) == {"city": "text"}


def json_table(db, *texts):
    values = ", ".join("(?::JSON)" for _ in texts)
    db.connection.execute(f"CREATE OR REPLACE TABLE source AS SELECT * FROM (VALUES {values}) v(doc)", list(texts))
    return "source"


def test_json_gives_the_keys_of_all_rows(db):
    source = json_table(
        db,
        '{"a": 1, "b": {"c": "x", "d.e": true}, "f": [1, 2]}',
        '{"a": 2.5, "b": null, "g": [{"h": 1}]}',
        None,
        "null",
    )
    db.ingest(source, dataset="street")
    assert kinds(db) == {
        "doc.a": "number",
        "doc.b.c": "text",
        "doc.b.d.e": "boolean",
        "doc.f": "other",
        "doc.g": "other",
    }
    found = [row[2]["doc"] for row in rows(db, "street", "samples")]
    assert found[0] == {"a": 1.0, "b": {"c": "x", "d": {"e": True}}, "f": [1, 2], "g": None}
    assert found[1] == {"a": 2.5, "b": {"c": None, "d": {"e": None}}, "f": None, "g": '[{"h":1}]'}
    assert found[2] == found[3] == {"a": None, "b": {"c": None, "d": {"e": None}}, "f": None, "g": None}


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (['"x"', '"y"'], "text", ["x", "y"]),
        (["1", "2"], "integer", [1, 2]),
        (['{"a": 1}', "2"], "text", ['{"a":1}', "2"]),
        (["true", None], "boolean", [True, None]),
    ],
)
def test_json_that_is_no_object_is_one_key(db, texts, kind, values):
    db.ingest(json_table(db, *texts), dataset="street")
    assert kinds(db) == {"doc": kind}
    assert [row[2]["doc"] for row in rows(db, "street", "samples")] == values


def test_json_without_any_value_is_no_metadata(db):
    db.ingest(json_table(db, "null", None), dataset="street")
    assert kinds(db) == {}


@pytest.mark.parametrize("text", ['{"a": 1, "A": 2}', '{"": 1}', '{"b": {"c": 1, "C": 1}}'])
def test_json_keys_that_the_engine_cannot_tell_apart_are_refused(db, text):
    with pytest.raises(IngestError, match="column doc"):
        db.ingest(json_table(db, text), dataset="street")
