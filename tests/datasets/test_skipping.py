"""Rows of tables that cannot be used: left out with notices where that is asked for."""

import pyarrow as pa
import pytest

from sqlsel.errors import IngestError, UsageError
from tests.datasets.contents import rows

NAN, INF = float("nan"), float("inf")
CLASSES = {"t": ["cat", "dog"]}


def table(**columns):
    number = len(next(iter(columns.values())))
    return pa.table({"sample_id": range(1, number + 1), **columns})


def told(report):
    return [str(problem) for problem in report.problems]


def test_vectors(db):
    vectors = [[1.0], [3.0, 4.0], None, [NAN, 1.0], [0.0, 0.0], [0.0, 1.0]]
    source = table(embedding=pa.array(vectors, pa.list_(pa.float64())))
    with pytest.raises(IngestError):
        db.ingest(source, dataset="d")
    report = db.ingest(source, dataset="d", on_error="skip")
    assert [row[0] for row in rows(db, "d", "embeddings")] == [2, 6]
    assert len(rows(db, "d", "samples")) == 6
    assert told(report) == [
        "embedding: left out: 1 numbers, not 2: 1 row, 1 (row 1)",
        "embedding: left out: NaN: 1 row, 4 (row 4)",
        "embedding: left out: all numbers are 0: 1 row, 5 (row 5)",
    ]


def test_vectors_have_the_width_that_the_dataset_has(db):
    db.ingest(table(embedding=[[1.0, 0.0]]), dataset="d")
    report = db.ingest(table(embedding=[[1.0], [1.0], [0.0, 1.0]]), dataset="d", on_error="skip")
    # what the dataset had stays
    assert rows(db, "d", "embeddings") == [(1, (1.0, 0.0)), (3, (0.0, 1.0))]
    assert told(report) == ["embedding: left out: 1 numbers, not 2: 2 rows, 1 (row 1), 2 (row 2)"]


def test_predictions_are_left_out_with_all_objects_of_the_sample(db):
    objects = [
        [{"category": "cat", "score": 0.5}, {"category": "fox", "score": 0.5}],
        [{"category": "dog", "score": INF}],
        [{"category": "dog", "score": 0.5}],
        [],
        None,
    ]
    source = table(guess=objects)
    report = db.ingest(source, dataset="d", predictions={"t": "guess"}, classes=CLASSES, on_error="skip")
    assert rows(db, "d", "predictions", "sample_id, category") == [(3, "dog"), (4, None)]
    assert told(report) == [
        "task 't': left out: a score that is NaN or infinite: 1 row, 2",
        "task 't': left out: unknown category fox: 1 row, 1",
    ]


def test_predictions_that_cannot_be_replaced_stay(db):
    good, bad = [[0.25, 0.75], [0.5, 0.5]], [[0.25, 0.25], [1.0, 0.0]]
    db.ingest(table(guess=good), dataset="d", predictions={"t": "guess"}, classes=CLASSES)
    report = db.ingest(table(guess=bad), dataset="d", predictions={"t": "guess"}, classes=CLASSES, on_error="skip")
    assert rows(db, "d", "predictions", "sample_id, probabilities") == [(1, [0.25, 0.75]), (2, [1.0, 0.0])]
    assert told(report) == ["task 't': left out: probabilities that do not sum to 1: 1 row, 1"]


def test_scores_and_samples_without_ids(db):
    source = pa.table({"sample_id": [1, None, 3], "unsure": [0.5, 0.5, INF]})
    report = db.ingest(source, dataset="d", scores={("t", "unsure"): "unsure"}, on_error="skip")
    assert rows(db, "d", "samples", "sample_id") == [(1,), (3,)]
    assert rows(db, "d", "scores", "sample_id, value") == [(1, 0.5)]
    assert told(report)[:2] == [
        "samples: left out: no sample id: 1 row, row 2",
        "scores: left out: infinite: 1 row, row 3",
    ]


def test_nothing_is_told_where_nothing_is_wrong(db):
    source = table(guess=[[0.25, 0.75], [0.5, 0.5]], embedding=[[1.0, 0.0], [0.0, 1.0]], unsure=[0.5, NAN])
    mapping = {"predictions": {"t": "guess"}, "classes": CLASSES, "scores": {("t", "unsure"): "unsure"}}
    one = db.ingest(source, dataset="one", **mapping)
    other = db.ingest(source, dataset="other", on_error="skip", **mapping)
    assert one.problems == other.problems == ()
    assert one.counts == other.counts


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"embedding": [[0.0, 0.0], [0.0, 0.0]]}, "not one vector in 2 rows can be used"),
        ({"guess": [[0.5], [0.5]]}, "not one prediction in 2 rows can be used"),
    ],
)
def test_nothing_but_bad_rows_is_refused_in_any_case(db, columns, message):
    mapping = {"predictions": {"t": "guess"}, "classes": CLASSES} if "guess" in columns else {}
    with pytest.raises(IngestError, match=message):
        db.ingest(table(**columns), dataset="d", on_error="skip", **mapping)
    assert db.datasets() == []


def test_doubles_are_refused_in_any_case(db):
    with pytest.raises(IngestError, match="sample ids in more than one row"):
        db.ingest(pa.table({"sample_id": [1, 1]}), dataset="d", on_error="skip")


def test_a_choice_that_is_none_is_refused(db):
    with pytest.raises(UsageError, match="on_error is 'fail' or 'skip', not 'ignore'"):
        db.ingest(table(x=[1]), dataset="d", on_error="ignore")
