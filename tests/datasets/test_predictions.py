import pyarrow as pa
import pytest
from sqlglot import parse_one

from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.intake import Intake
from sqlsel.datasets.writing import store
from sqlsel.errors import IngestError
from sqlsel.facts import TaskFacts

NAN = float("nan")
FIELDS = pa.schema(
    [
        ("sample_id", pa.int64()),
        ("task", pa.string()),
        ("object_index", pa.int32()),
        ("category", pa.string()),
        ("score", pa.float64()),
        ("probabilities", pa.list_(pa.float64())),
        ("bbox", pa.list_(pa.float64())),
        ("area", pa.float64()),
        ("keypoint_confidence", pa.float64()),
    ]
)


def stored(db, *objects):
    """Store predictions of the task ``t`` with classes a and b: dicts of what differs from an object in order."""
    good = {"sample_id": 1, "task": "t", "object_index": 0, "category": "a", "score": 0.5}
    db.engine.execute("CREATE OR REPLACE TABLE source AS SELECT range AS sample_id, NULL AS file_name FROM range(9)")
    intake = Intake(
        samples=parse_one("SELECT sample_id, file_name FROM source", read="duckdb"),
        predictions=parse_one("SELECT * FROM objects", read="duckdb"),
        tasks=(TaskFacts("t", "object-detection", ("a", "b"), has_predictions=True),),
        bound={"objects": pa.Table.from_pylist([good | one for one in objects], FIELDS)},
    )
    return store(db.engine, "street", intake)


UNUSABLE = {
    "a negative area": ({"area": -1.0}, "an area that is negative, NaN or infinite"),
    "a keypoint confidence": ({"keypoint_confidence": NAN}, "a keypoint confidence that is not between 0 and 1"),
    "no category": ({"category": None}, "an object without a category"),
    "an unknown category": ({"category": "it's"}, "unknown category it's"),
    "another number of probabilities": ({"probabilities": [1.0]}, "1 probabilities for 2 classes"),
    "no probabilities": ({"probabilities": []}, "0 probabilities for 2 classes"),
    "a negative probability": ({"probabilities": [-0.25, 1.25]}, "a probability that is not between 0 and 1"),
    "NaN": ({"probabilities": [NAN, 1.0]}, "a probability that is not between 0 and 1"),
    "a missing probability": ({"probabilities": [None, 1.0]}, "a probability that is not between 0 and 1"),
    "a sum below 1": ({"probabilities": [0.5, 0.4985]}, "probabilities that do not sum to 1"),
    "a sum above 1": ({"probabilities": [0.5, 0.5015]}, "probabilities that do not sum to 1"),
    "a score that is NaN": ({"score": NAN}, "a score that is NaN or infinite"),
    "a score that is infinite": ({"score": float("inf")}, "a score that is NaN or infinite"),
    "a box of three": ({"bbox": [1.0, 2.0, 3.0]}, "a box that is not four numbers"),
    "a box with NaN": ({"bbox": [1.0, 2.0, 3.0, NAN]}, "a box with a number that is missing, NaN or infinite"),
    "a box with a gap": ({"bbox": [1.0, None, 3.0, 1.0]}, "a box with a number that is missing, NaN or infinite"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_predictions_that_cannot_be_used_are_refused_by_reason(db, case):
    wrong, reason = UNUSABLE[case]
    with pytest.raises(IngestError) as refusal:
        stored(db, {}, {"object_index": 1} | wrong, {"sample_id": 7} | wrong)
    (problem,) = refusal.value.problems
    assert (problem.where, problem.message) == ("task 't'", f"{reason}: 2 rows, 1, 7")
    assert db.datasets() == []


def test_two_objects_with_one_index_are_refused(db):
    with pytest.raises(IngestError, match="same object index: 1 row, 3"):
        stored(db, {}, {"object_index": 1}, {"sample_id": 3}, {"sample_id": 3})


@pytest.mark.parametrize(
    "fine",
    [
        {"probabilities": [0.5, 0.4995]},
        {"probabilities": [0.5, 0.5005]},
        {"probabilities": [1.0000001, 0.0]},
        {"score": None},
        {"score": 17.0},
        {"bbox": [0.0, -1.0, 2.5, 1e9]},
        {"object_index": None, "category": None, "score": None},
    ],
)
def test_predictions_that_can_be_used_are_stored(db, fine):
    assert stored(db, {"sample_id": 2} | fine).counts["predictions"] == 1


def test_a_task_has_probabilities_if_each_of_its_objects_has(db):
    def has_probabilities():
        return DatasetCatalog(db.engine).facts("street").tasks["t"].has_probabilities

    empty = {"sample_id": 5, "object_index": None, "category": None, "score": None}
    stored(db, {"probabilities": [0.5, 0.5]}, empty)
    assert has_probabilities()
    stored(db, {"sample_id": 2})
    assert not has_probabilities()
    stored(db, {"sample_id": 2, "probabilities": [0.5, 0.5]})
    assert has_probabilities()


def test_predictions_of_samples_that_the_dataset_lacks_are_left_out_with_a_notice(db):
    report = stored(db, {}, {"sample_id": 70}, {"sample_id": 71})
    assert report.counts["predictions"] == 1
    (notice,) = report.problems
    assert notice.severity == "notice"
    assert notice.message == "2 rows left out, as the dataset has no such samples: 70, 71"


def test_predictions_of_which_none_belongs_to_a_sample_are_refused(db):
    with pytest.raises(IngestError, match="none of the 2 rows of the source belongs to a sample") as refusal:
        stored(db, {"sample_id": 70}, {"sample_id": 71})
    assert "such as 0, 1, 2, 3, 4" in refusal.value.hint


def test_a_dataset_of_an_older_version_gets_the_columns_it_lacks(db):
    stored(db, {"bbox": [0.0, 0.0, 2.0, 3.0]})
    for column in ("area", "keypoint_confidence"):
        db.engine.execute(f"ALTER TABLE street.predictions DROP COLUMN {column}")
    db.engine.execute("ALTER TABLE sqlsel.tasks DROP COLUMN has_keypoints")
    assert not DatasetCatalog(db.engine).facts("street").tasks["t"].has_keypoints
    stored(db, {"area": 6.0, "keypoint_confidence": 0.5})
    assert db.engine.rows("SELECT area, keypoint_confidence FROM street.predictions") == [(6.0, 0.5)]
    assert DatasetCatalog(db.engine).facts("street").tasks["t"].has_keypoints
