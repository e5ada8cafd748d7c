"""Prediction columns of each form, and the rows they give."""

import pyarrow as pa
import pytest

from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.errors import IngestError, UsageError
from tests.datasets.contents import rows

MAP = pa.map_(pa.string(), pa.float64())
CLASSES = {"t": ["cat", "dog", "eel"]}


def source(values, kind=None):
    return pa.table({"sample_id": range(1, len(values) + 1), "guess": pa.array(values, kind)})


def predicted(db):
    return rows(db, "street", "predictions", "sample_id, object_index, category, score, probabilities")


def task(db):
    return DatasetCatalog(db.engine).facts("street").tasks["t"]


def test_a_map_has_its_keys_as_classes(db):
    values = [[("dog", 0.75), ("cat", 0.25)], [("dog", 0.5), ("cat", 0.5)], [("dog", 1.0)], [], None]
    db.ingest(source(values, MAP), dataset="street", predictions={"t": "guess"})
    assert predicted(db) == [
        (1, 0, "dog", 0.75, [0.25, 0.75]),
        (2, 0, "cat", 0.5, [0.5, 0.5]),
        (3, 0, "dog", 1.0, [0.0, 1.0]),
        (4, None, None, None, None),
    ]
    assert (task(db).task_type, task(db).categories) == ("classification", ("cat", "dog"))


def test_named_classes_order_the_probabilities_of_a_map(db):
    values = [[("dog", 0.5), ("eel", 0.5)]]
    db.ingest(source(values, MAP), dataset="street", predictions={"t": "guess"}, classes=CLASSES)
    assert predicted(db) == [(1, 0, "dog", 0.5, [0.0, 0.5, 0.5])]
    assert task(db).categories == ("cat", "dog", "eel")


def test_a_map_with_a_class_that_was_not_named_is_refused(db):
    values = [[("dog", 1.0)], [("fox", 1.0)]]
    with pytest.raises(IngestError, match="'fox' is not among the classes, for example in sample 2"):
        db.ingest(source(values, MAP), dataset="street", predictions={"t": "guess"}, classes=CLASSES)


def test_a_struct_has_its_fields_as_classes(db):
    values = [{"eel": 0.25, "cat": 0.75}, {"eel": 1.0, "cat": None}, {"eel": None, "cat": None}, None]
    db.ingest(source(values), dataset="street", predictions={"t": "guess"})
    assert predicted(db) == [(1, 0, "cat", 0.75, [0.25, 0.75]), (2, 0, "eel", 1.0, [1.0, 0.0])]
    assert task(db).categories == ("eel", "cat")


def test_named_classes_order_the_probabilities_of_a_struct(db):
    values = [{"eel": 0.5, "cat": 0.5}]
    db.ingest(source(values), dataset="street", predictions={"t": "guess"}, classes=CLASSES)
    assert predicted(db) == [(1, 0, "cat", 0.5, [0.5, 0.0, 0.5])]
    with pytest.raises(UsageError, match="'eel', which is not among the classes"):
        db.ingest(source(values), dataset="street", predictions={"t": "guess"}, classes={"t": ["cat"]})


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.list_(pa.float64(), 3), pa.list_(pa.int8())])
def test_a_list_follows_the_named_classes(db, kind):
    values = [[0, 1, 0], [1, 0, 0], None]
    db.ingest(source(values, kind), dataset="street", predictions={"t": "guess"}, classes=CLASSES)
    assert predicted(db) == [(1, 0, "dog", 1.0, [0.0, 1.0, 0.0]), (2, 0, "cat", 1.0, [1.0, 0.0, 0.0])]


def test_an_empty_list_is_an_empty_prediction(db):
    db.ingest(source([[0.5, 0.5, 0.0], []]), dataset="street", predictions={"t": "guess"}, classes=CLASSES)
    assert predicted(db)[1] == (2, None, None, None, None)


def test_a_list_needs_classes(db):
    with pytest.raises(UsageError, match="nothing says of what") as refusal:
        db.ingest(source([[0.5, 0.5]]), dataset="street", predictions={"t": "guess"})
    assert "classes={'t': [...]}" in refusal.value.hint


def test_lists_that_do_not_match_the_classes_are_refused_by_sample(db):
    values = [[0.5, 0.5, 0.0], [0.5, 0.5], [1.0]]
    with pytest.raises(IngestError) as refusal:
        db.ingest(source(values), dataset="street", predictions={"t": "guess"}, classes=CLASSES)
    assert [problem.message for problem in refusal.value.problems] == [
        "1 probabilities for 3 classes: 1 row, 3",
        "2 probabilities for 3 classes: 1 row, 2",
    ]
    assert db.datasets() == []


def test_objects(db):
    objects = [
        [
            {"category": "dog", "score": 0.5, "bbox": [1, 2, 3, 4], "extra": "x"},
            {"category": "cat", "score": 0.25, "bbox": [5, 6, 7, 8], "extra": "y"},
        ],
        [],
        None,
    ]
    db.ingest(source(objects), dataset="street", predictions={"t": "guess"})
    assert rows(db, "street", "predictions") == [
        (1, "t", 0, "dog", 0.5, None, [1.0, 2.0, 3.0, 4.0], 12.0, None),
        (1, "t", 1, "cat", 0.25, None, [5.0, 6.0, 7.0, 8.0], 56.0, None),
        (2, "t", None, None, None, None, None, None, None),
    ]
    assert (task(db).task_type, task(db).categories) == ("object-detection", ("cat", "dog"))
    assert not task(db).has_probabilities


def test_objects_take_category_and_score_from_their_probabilities(db):
    objects = [[{"probabilities": [0.25, 0.75, 0.0]}, {"probabilities": [0.5, 0.0, 0.5]}]]
    db.ingest(source(objects), dataset="street", predictions={"t": "guess"}, classes=CLASSES)
    assert predicted(db) == [(1, 0, "dog", 0.75, [0.25, 0.75, 0.0]), (1, 1, "cat", 0.5, [0.5, 0.0, 0.5])]
    assert task(db).has_probabilities


def test_objects_may_number_their_classes(db):
    db.ingest(
        source([[{"category": 2}, {"category": 0}]]), dataset="street", predictions={"t": "guess"}, classes=CLASSES
    )
    assert [row[2] for row in predicted(db)] == ["eel", "cat"]


@pytest.mark.parametrize("number", [3, -1])
def test_numbers_of_no_class_are_refused(db, number):
    with pytest.raises(IngestError, match="an object without a category: 1 row, 1"):
        db.ingest(source([[{"category": number}]]), dataset="street", predictions={"t": "guess"}, classes=CLASSES)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        ({"score": 0.5}, "neither category nor probabilities"),
        ({"category": 1}, "category numbers, and nothing says of which classes"),
        ({"probabilities": [1.0]}, "probabilities, and nothing says of which classes"),
        ({"category": "a", "score": "high"}, "score of type VARCHAR"),
        ({"category": "a", "bbox": "1,2,3,4"}, "bbox of type VARCHAR"),
    ],
)
def test_objects_that_say_too_little_are_refused(db, one, words):
    with pytest.raises(UsageError) as refusal:
        db.ingest(source([[one]]), dataset="street", predictions={"t": "guess"})
    assert words in refusal.value.message


def test_categories_that_were_not_named_are_refused(db):
    with pytest.raises(IngestError, match="unknown category fox: 1 row, 1"):
        db.ingest(source([[{"category": "fox"}]]), dataset="street", predictions={"t": "guess"}, classes=CLASSES)


@pytest.mark.parametrize("kind", ["JSON", "VARCHAR"])
def test_predictions_in_json(db, kind):
    db.engine.execute(
        "CREATE TABLE source AS SELECT * FROM (VALUES "
        """(1, '{"cat": 0.25, "dog": 0.75}'::JSON, '[{"category": "cat", "bbox": [1, 2, 3, 4]}]'::JSON), """
        """(2, '{"dog": 1}', '[]'), (3, NULL, NULL)) v(sample_id, guess, boxes)"""
    )
    if kind == "VARCHAR":
        db.engine.execute("ALTER TABLE source ALTER guess TYPE VARCHAR")
        with pytest.raises(UsageError, match="nothing reads column 'guess' of type VARCHAR"):
            db.ingest("source", dataset="street", predictions={"t": "guess", "u": "boxes"})
        return
    db.ingest("source", dataset="street", predictions={"t": "guess", "u": "boxes"})
    assert predicted(db) == [
        (1, 0, "cat", None, None),
        (1, 0, "dog", 0.75, [0.25, 0.75]),
        (2, 0, "dog", 1.0, [0.0, 1.0]),
        (2, None, None, None, None),
    ]


@pytest.mark.parametrize("value", [0.5, True, '{"cat": 1}', {"cat": "high"}, [["cat"]]])
def test_columns_that_are_no_predictions_are_refused_with_what_is(db, value):
    with pytest.raises(UsageError, match="nothing reads column 'guess'") as refusal:
        db.ingest(source([value]), dataset="street", predictions={"t": "guess"})
    assert "a prediction is a MAP or STRUCT" in refusal.value.hint


def test_classes_of_a_task_without_predictions_are_refused(db):
    with pytest.raises(UsageError, match="no task 'u' among the predictions"):
        db.ingest(source([[1.0]]), dataset="street", predictions={"t": "guess"}, classes={"t": ["a"], "u": ["b"]})


def test_a_class_that_is_named_twice_is_refused(db):
    with pytest.raises(UsageError, match="named twice"):
        db.ingest(source([[0.5, 0.5]]), dataset="street", predictions={"t": "guess"}, classes={"t": ["a", "a"]})


def test_a_text_is_a_class_without_score_or_probabilities(db):
    db.ingest(source(["dog", None, "cat"]), dataset="street", predictions={"t": "guess"})
    assert predicted(db) == [(1, 0, "dog", None, None), (3, 0, "cat", None, None)]
    assert (task(db).task_type, task(db).categories) == ("classification", ("cat", "dog"))
    assert not task(db).has_probabilities


def test_a_number_counts_the_classes(db):
    db.ingest(source([2, -1, 0, None]), dataset="street", predictions={"t": "guess"}, classes=CLASSES)
    assert predicted(db) == [(1, 0, "eel", None, None), (3, 0, "cat", None, None)]
    assert task(db).categories == ("cat", "dog", "eel")
    with pytest.raises(UsageError, match="class numbers, and nothing says of which classes"):
        db.ingest(source([1]), dataset="street", predictions={"t": "guess"})
    with pytest.raises(IngestError, match="an object without a category: 1 row, 2"):
        db.ingest(source([1, 3]), dataset="street", predictions={"t": "guess"}, classes=CLASSES)


@pytest.mark.parametrize("names", [("category", "bbox", "score"), ("labels", "boxes", "scores")])
@pytest.mark.parametrize("turned", [True, False])
def test_objects_in_other_forms(db, names, turned):
    category, box, score = names
    objects = [
        [{category: 1, box: [1.0, 2.0, 3.0, 4.0], score: 0.5}, {category: 0, box: [5.0, 6.0, 7.0, 8.0], score: 0.25}],
        [],
        None,
    ]
    if turned:
        objects = [None if row is None else {name: [one[name] for one in row] for name in names} for row in objects]
    db.ingest(source(objects), dataset="street", predictions={"t": "guess"}, classes=CLASSES)
    assert rows(db, "street", "predictions") == [
        (1, "t", 0, "dog", 0.5, None, [1.0, 2.0, 3.0, 4.0], 12.0, None),
        (1, "t", 1, "cat", 0.25, None, [5.0, 6.0, 7.0, 8.0], 56.0, None),
        (2, "t", None, None, None, None, None, None, None),
    ]


def test_keypoints_of_objects_make_a_keypoint_task(db):
    db.ingest(
        source([[{"category": "a", "keypoints": [1, 2, 0.5, 3, 4, 1.0]}]]), dataset="street", predictions={"t": "guess"}
    )
    assert rows(db, "street", "predictions", "keypoint_confidence, area") == [(0.75, None)]
    assert (task(db).task_type, task(db).has_keypoints) == ("keypoint-detection", True)
