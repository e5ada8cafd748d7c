import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import IngestError, UsageError
from tests.datasets.contents import everything, rows


def samples(**columns):
    return pa.table({"sample_id": [1, 2, 3], **columns})


FIRST = samples(
    file_name=["a.jpg", "b.jpg", "c.jpg"],
    embedding=[[1.0, 0.0], [0.0, 1.0], None],
    city=["Bern", "Genf", None],
    size=[{"width": 10, "height": 20}, {"width": 30, "height": 40}, None],
    unsure=[0.1, 0.2, None],
    guess=[[0.5, 0.5], None, []],
)
MAPPING = {"scores": {("t", "unsure"): "unsure"}, "predictions": {"t": "guess"}, "classes": {"t": ["x", "y"]}}


@pytest.fixture
def street(db):
    db.ingest(FIRST, dataset="street", **MAPPING)
    return db


def test_a_new_dataset_holds_the_source(db):
    report = db.ingest(FIRST, dataset="street", **MAPPING)
    assert (report.dataset, report.created, report.added, report.updated) == ("street", True, 3, 0)
    assert report.counts == {"samples": 3, "embeddings": 2, "predictions": 2, "scores": 2}
    assert report.problems == ()
    nothing = {"width": None, "height": None}
    assert rows(db, "street", "samples") == [
        (1, "a.jpg", {"city": "Bern", "size": {"width": 10, "height": 20}}),
        (2, "b.jpg", {"city": "Genf", "size": {"width": 30, "height": 40}}),
        (3, "c.jpg", {"city": None, "size": nothing}),
    ]
    assert rows(db, "street", "embeddings") == [(1, (1.0, 0.0)), (2, (0.0, 1.0))]
    assert rows(db, "street", "scores") == [(1, "t", "unsure", 0.1), (2, "t", "unsure", 0.2)]
    assert rows(db, "street", "predictions") == [
        (1, "t", 0, "x", 0.5, [0.5, 0.5], None, None, None),
        (3, "t", None, None, None, None, None, None, None),
    ]
    assert rows(db, "street", "tags") == rows(db, "street", "selections") == []


def test_storing_the_same_again_changes_nothing(street):
    before = everything(street)
    report = street.ingest(FIRST, dataset="street", **MAPPING)
    assert (report.created, report.added, report.updated) == (False, 0, 3)
    assert everything(street) == before


def test_new_samples_are_added_and_known_ones_updated(street):
    more = pa.table({"sample_id": [4, 2], "file_name": ["d.jpg", "new.jpg"], "city": ["Chur", None], "code": [7, 8]})
    report = street.ingest(more, dataset="street")
    assert (report.added, report.updated) == (1, 1)
    found = {row[0]: row[1:] for row in rows(street, "street", "samples")}
    assert found[1] == ("a.jpg", {"city": "Bern", "size": {"width": 10, "height": 20}, "code": None})
    assert found[2] == ("new.jpg", {"city": None, "size": {"width": 30, "height": 40}, "code": 8})
    assert found[4] == ("d.jpg", {"city": "Chur", "size": {"width": None, "height": None}, "code": 7})
    assert len(rows(street, "street", "embeddings")) == 2
    assert len(rows(street, "street", "predictions")) == 2


def test_what_a_source_has_of_a_sample_replaces_what_was_there(street):
    again = samples(embedding=[None, [3.0, 4.0], [1.0, 0.0]], unsure=[None, 0.9, 0.8], guess=[None, [1.0, 0.0], None])
    street.ingest(again, dataset="street", **MAPPING)
    assert rows(street, "street", "embeddings") == [(2, (pytest.approx(0.6), pytest.approx(0.8))), (3, (1.0, 0.0))]
    assert rows(street, "street", "scores") == [(2, "t", "unsure", 0.9), (3, "t", "unsure", 0.8)]
    assert rows(street, "street", "predictions") == [(2, "t", 0, "x", 1.0, [1.0, 0.0], None, None, None)]


def test_other_tasks_and_scores_stay(street):
    other = samples(unsure=[1.0, 2.0, 3.0])
    street.ingest(other, dataset="street", scores={("t", "loss"): "unsure", ("u", "unsure"): "unsure"})
    assert len(rows(street, "street", "scores")) == 2 + 3 + 3
    assert len(rows(street, "street", "predictions")) == 2
    from sqlsel.datasets.catalog import DatasetCatalog

    tasks = DatasetCatalog(street.engine).facts("street").tasks
    assert tasks["t"].scores == ("loss", "unsure")
    assert tasks["t"].categories == ("x", "y")
    assert tasks["t"].has_predictions
    assert tasks["t"].has_probabilities
    assert (tasks["u"].scores, tasks["u"].task_type) == (("unsure",), None)


def test_metadata_widens(street):
    street.ingest(samples(size=[{"width": 1.5}, {"width": 2}, {"depth": 3}]), dataset="street")
    found = [row[2]["size"] for row in rows(street, "street", "samples")]
    assert found == [
        {"width": 1.5, "height": 20, "depth": None},
        {"width": 2.0, "height": 40, "depth": None},
        {"width": None, "height": None, "depth": 3},
    ]


def test_metadata_may_come_later_than_samples(db):
    db.ingest(samples(), dataset="street")
    assert "metadata" not in db.engine.columns(table("street"))
    db.ingest(samples(city=["Bern", "Genf", None]), dataset="street")
    assert [row[2] for row in rows(db, "street", "samples")] == [{"city": "Bern"}, {"city": "Genf"}, {"city": None}]


def table(dataset):
    from sqlsel import nodes

    return nodes.table("samples", dataset)


REFUSED = {
    "an id twice": ({"sample_id": [1, 2, 1], "x": [1, 2, 3]}, "sample ids in more than one row", "'1': 2 rows"),
    "an id missing": ({"sample_id": [1, None, 3], "x": [1, 2, 3]}, "1 row without a sample id", "2"),
    "a file name twice": ({"sample_id": [7, 8], "file_name": ["n", "n"]}, "file names in more than one row", "'n'"),
    "a file name that another sample has": ({"sample_id": [7], "file_name": ["a.jpg"]}, "file names", "'a.jpg'"),
    "no rows": ({"sample_id": pa.array([], pa.int64())}, "the source is empty", ""),
    "ids of another type": ({"sample_id": ["1"]}, "of type BIGINT", "VARCHAR"),
    "a key of another type": ({"sample_id": [1], "city": [1]}, "'city'", "VARCHAR"),
    "ids that cannot be": ({"sample_id": [1.5]}, "DOUBLE", "integers or text"),
    "vectors of another width": ({"sample_id": [1], "embedding": [[1.0]]}, "have 2 numbers", "source 1"),
    "an infinite score": ({"sample_id": [1], "unsure": [float("inf")]}, "scores", "score t/unsure is infinite"),
    "other classes": ({"sample_id": [3], "guess": [[0.5, 0.5]]}, "over 2 classes ('x', 'y')", "('y', 'x')"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_source_that_is_refused_leaves_the_database_as_it_was(street, case):
    columns, *words = REFUSED[case]
    mapping = {}
    if "unsure" in columns:
        mapping["scores"] = MAPPING["scores"]
    if "guess" in columns:
        mapping |= {"predictions": MAPPING["predictions"], "classes": {"t": ["y", "x"]}}
    before = everything(street)
    with pytest.raises(IngestError) as refusal:
        street.ingest(pa.table(columns), dataset="street", **mapping)
    assert all(word in str(refusal.value) for word in words), str(refusal.value)
    assert everything(street) == before


def test_a_refusal_leaves_nothing_in_a_database_that_was_new(tmp_path):
    with sqlsel.connect(tmp_path / "new.duckdb") as db:
        before = everything(db)
        with pytest.raises(IngestError):
            db.ingest(pa.table({"sample_id": [1, 2], "embedding": [[1.0], [float("nan")]]}), dataset="street")
        assert everything(db) == before
        assert db.datasets() == []


def test_a_refusal_in_the_last_row_of_many_leaves_nothing(db):
    db.engine.execute(
        "CREATE TABLE many AS SELECT range AS sample_id, "
        "CASE WHEN range < 199999 THEN [1.0, range] ELSE [1.0] END AS embedding FROM range(200000)"
    )
    before = everything(db)
    with pytest.raises(IngestError, match=r"1 numbers, not 2: 1 row, 199999 \(row 200000\)"):
        db.ingest("many", dataset="street")
    assert everything(db) == before


def test_examples_are_few_and_the_count_is_of_all(db):
    with pytest.raises(IngestError) as refusal:
        db.ingest(pa.table({"sample_id": list(range(50)) * 2}), dataset="street")
    assert "sample ids in more than one row: 50, the first 5 of them" in refusal.value.message
    assert [problem.where for problem in refusal.value.problems] == ["'0'", "'1'", "'2'", "'3'", "'4'"]


def test_text_integers_uuids_and_dates_keep_their_types_as_ids(db):
    kinds = {"VARCHAR": "'x'", "SMALLINT": "1::SMALLINT", "UUID": "uuid()", "DATE": "DATE '2026-01-02'"}
    for kind, value in kinds.items():
        db.engine.execute(f"CREATE OR REPLACE TABLE source AS SELECT {value} AS sample_id, 1 AS x")
        db.ingest("source", dataset=f"by {kind}")
        for name in ("samples", "tags", "selections", "scores", "predictions"):
            columns = db.engine.rows(
                f"SELECT data_type FROM duckdb_columns() WHERE schema_name = 'by {kind}' AND table_name = '{name}' "
                "AND column_name = 'sample_id'"
            )
            assert columns == [(kind,)]


def test_integers_of_any_size_go_together_as_ids(db):
    db.ingest(pa.table({"sample_id": pa.array([1, 2], pa.int32())}), dataset="street")
    db.ingest(pa.table({"sample_id": pa.array([2, 3], pa.int64())}), dataset="street")
    assert rows(db, "street", "samples", "sample_id") == [(1,), (2,), (3,)]
    with pytest.raises(sqlsel.SqlselError, match="out of range"):
        db.ingest(pa.table({"sample_id": pa.array([2**40], pa.int64())}), dataset="street")


def test_classes_may_change_when_no_prediction_of_the_old_ones_stays(street):
    street.ingest(FIRST, dataset="street", predictions={"t": "guess"}, classes={"t": ["y", "x"]})
    assert rows(street, "street", "predictions")[0][3] == "y"


def test_categories_without_probabilities_are_joined(db):
    def objects(sample_id, *categories):
        return pa.table({"sample_id": [sample_id], "boxes": [[{"category": name} for name in categories]]})

    db.ingest(objects(1, "car", "bus"), dataset="street", predictions={"t": "boxes"})
    db.ingest(objects(2, "bike", "bus"), dataset="street", predictions={"t": "boxes"})
    from sqlsel.datasets.catalog import DatasetCatalog

    assert DatasetCatalog(db.engine).facts("street").tasks["t"].categories == ("bus", "car", "bike")


def test_predictions_of_another_type_are_refused_while_some_stay(street):
    boxes = pa.table({"sample_id": [3], "boxes": [[{"category": "x"}]]})
    with pytest.raises(IngestError, match="of type classification, those of the source of type object-detection"):
        street.ingest(boxes, dataset="street", predictions={"t": "boxes"})


def test_progress_is_told_by_stage(db):
    told = []
    db.ingest(FIRST, dataset="street", progress=lambda *state: told.append(state), **MAPPING)
    assert told == [
        ("samples", 0, None),
        ("samples", 0, 3),
        ("samples", 3, 3),
        ("embeddings", 0, None),
        ("embeddings", 0, 3),
        ("embeddings", 2, 2),
        ("predictions", 0, None),
        ("predictions", 0, 2),
        ("predictions", 2, 2),
        ("scores", 0, None),
        ("scores", 0, 3),
        ("scores", 2, 2),
        ("commit", 0, None),
    ]


def test_a_transaction_of_the_user_is_not_joined(db):
    db.engine.execute("BEGIN TRANSACTION; CREATE TABLE mine AS SELECT 1 AS x")
    with pytest.raises(UsageError, match="transaction is open"):
        db.ingest(FIRST, dataset="street")
    db.engine.execute("COMMIT")
    assert db.engine.rows("SELECT * FROM mine") == [(1,)]


def test_another_current_schema_leads_nothing_astray(db):
    db.engine.execute("CREATE SCHEMA elsewhere; USE elsewhere")
    db.ingest(FIRST, dataset="street", **MAPPING)
    schemas = db.engine.rows("SELECT DISTINCT schema_name FROM duckdb_tables() ORDER BY 1")
    assert schemas == [("sqlsel",), ("street",)]
