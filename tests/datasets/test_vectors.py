import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import sqlsel
from sqlsel.errors import IngestError


def table(matrix, item=None):
    kind = pa.list_(item or pa.from_numpy_dtype(matrix.dtype))
    return pa.table({"sample_id": range(len(matrix)), "embedding": pa.array(list(matrix), kind)})


def stored(db, dataset="street"):
    batches = db.engine.table(f"SELECT embedding FROM {dataset}.embeddings ORDER BY sample_id")["embedding"]
    matrix = batches.combine_chunks()
    return matrix.flatten().to_numpy().reshape(-1, matrix.type.list_size)


def normalized(matrix):
    """By definition: norm and division in double, one rounding; rows within 1e-6 of length 1 untouched."""
    wide = matrix.astype(np.float64)
    length = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    return np.where(np.abs(length - 1) <= 1e-6, matrix.astype(np.float32), (wide / length).astype(np.float32))


# far enough from the border of 1e-6 that the order of summation does not decide
def is_decided(matrix):
    wide = matrix.astype(np.float64)
    away = np.abs(np.sqrt((wide * wide).sum(axis=1)) - 1)
    return (np.abs(away - 1e-6) > 1e-12).all() and (wide != 0).any(axis=1).all()


@pytest.fixture(scope="module")
def shared():
    with sqlsel.connect() as db:
        yield db


NUMBERS = st.floats(-(2.0**20), 2.0**20, width=32)


@settings(deadline=None, max_examples=40)
@given(
    arrays.arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=NUMBERS).filter(is_decided),
    st.sampled_from([np.float32, np.float64]),
)
def test_vectors_are_brought_to_unit_length_in_double_and_rounded_once(shared, matrix, kind):
    for name in ("unit", "raw"):
        shared.engine.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        shared.ingest(table(matrix.astype(kind)), dataset=name, normalize=name == "unit")
    np.testing.assert_allclose(stored(shared, "unit"), normalized(matrix), rtol=2**-23, atol=0)
    np.testing.assert_array_equal(stored(shared, "raw"), matrix)


def test_vectors_of_nearly_unit_length_stay_bit_for_bit(db):
    rng = np.random.default_rng(0)
    unit = rng.normal(size=(200, 64))
    unit = (unit / np.linalg.norm(unit, axis=1, keepdims=True)).astype(np.float32)
    db.ingest(table(unit), dataset="street")
    assert stored(db).tobytes() == unit.tobytes()
    off = unit * np.float32(1 + 3e-6)
    db.ingest(table(off), dataset="street")
    assert stored(db).tobytes() != off.tobytes()
    np.testing.assert_allclose(np.linalg.norm(stored(db).astype(np.float64), axis=1), 1, atol=1e-7)


def test_huge_and_tiny_numbers_do_not_overflow(db):
    matrix = np.array([[3e38, 3e38], [1e-42, 0], [1e-30, 1e30]], np.float32)
    db.ingest(table(matrix), dataset="street")
    np.testing.assert_allclose(stored(db), [[0.5**0.5] * 2, [1, 0], [0, 1]], atol=1e-7)


@pytest.mark.parametrize(
    "item", [pa.float16(), pa.float32(), pa.float64(), pa.int8(), pa.uint8(), pa.int64(), pa.decimal128(30, 2)]
)
def test_numbers_of_any_type_are_vectors(db, item):
    values = pa.array([[3, 4], [0, 2]], pa.list_(pa.int64())).cast(pa.list_(item))
    db.ingest(pa.table({"sample_id": [0, 1], "embedding": values}), dataset="street")
    np.testing.assert_allclose(stored(db), [[0.6, 0.8], [0, 1]], rtol=1e-7)


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.list_(pa.float32(), 2), pa.large_list(pa.float32())])
def test_the_stored_type_is_an_array_of_the_width(db, kind):
    values = pa.array([None, [3, 4]], kind)
    db.ingest(pa.table({"sample_id": [0, 1], "embedding": values}), dataset="street")
    assert db.engine.rows("DESCRIBE street.embeddings")[1][:2] == ("embedding", "FLOAT[2]")
    assert db.engine.rows("SELECT count(*) FROM street.embeddings") == [(1,)]


def test_a_source_in_which_every_vector_is_null_has_none(db):
    values = pa.array([None, None], pa.list_(pa.float32()))
    report = db.ingest(pa.table({"sample_id": [0, 1], "embedding": values}), dataset="street")
    assert report.counts == {"samples": 2, "predictions": 0, "scores": 0}


NAN, INF = float("nan"), float("inf")
UNUSABLE = {
    "NaN": ([1.0, NAN], "NaN"),
    "infinite": ([INF, 1.0], "infinite"),
    "negative infinite": ([-INF, 1.0], "infinite"),
    "zero": ([0.0, 0.0], "all numbers are 0"),
    "negative zero": ([-0.0, 0.0], "all numbers are 0"),
    "a missing number": ([None, 1.0], "a number is missing (NULL)"),
    "too long": ([1.0, 2.0, 3.0], "3 numbers, not 2"),
    "too short": ([1.0], "1 numbers, not 2"),
    "empty": ([], "0 numbers, not 2"),
    "too large for single precision": ([1e300, 1.0], "infinite"),
}


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("case", UNUSABLE)
def test_vectors_that_cannot_be_used_are_refused_by_name_and_row(db, case, normalize):
    vector, reason = UNUSABLE[case]
    source = pa.table(
        {"sample_id": ["p", "q", "r", "s", "t"], "embedding": [[1.0, 0.0], vector, None, vector, [0.6, 0.8]]}
    )
    with pytest.raises(IngestError) as refusal:
        db.ingest(source, dataset="street", normalize=normalize)
    (problem,) = refusal.value.problems
    assert problem.where == "embedding"
    assert problem.message == f"{reason}: 2 rows, q (row 2), s (row 4)"
    assert "write NULL where a sample has none, or go on without them" in refusal.value.hint


def test_each_reason_is_told_once_and_five_samples_at_most(db):
    vectors = [[1.0, 0.0], *([[NAN, 0.0]] * 20), *([[0.0, 0.0]] * 3)]
    with pytest.raises(IngestError) as refusal:
        db.ingest(pa.table({"sample_id": range(len(vectors)), "embedding": vectors}), dataset="street")
    messages = [problem.message for problem in refusal.value.problems]
    assert messages == [
        "NaN: 20 rows, 1 (row 2), 2 (row 3), 3 (row 4), 4 (row 5), 5 (row 6) …",
        "all numbers are 0: 3 rows, 21 (row 22), 22 (row 23), 23 (row 24)",
    ]


def test_vectors_of_objects_are_checked_too(db):
    boxes = [[{"category": "car", "embedding": [1.0, 0.0]}], [{"category": "car", "embedding": [NAN, 0.0]}]]
    source = pa.table({"sample_id": [1, 2], "boxes": boxes})
    with pytest.raises(IngestError) as refusal:
        db.ingest(source, dataset="street", predictions={"cars": "boxes"})
    (problem,) = refusal.value.problems
    assert problem.where == "object embedding of task 'cars'"
    assert problem.message == "NaN: 1 row, 2 (row 2)"
    assert db.datasets() == []


def test_vectors_of_objects_go_with_their_predictions(db):
    def boxes(*embeddings):
        return [{"category": "car", "embedding": vector} for vector in embeddings]

    first = pa.table({"sample_id": [1, 2, 3], "boxes": [boxes([1.0, 0.0], [0.0, 1.0]), boxes([1.0, 0.0]), None]})
    db.ingest(first, dataset="street", predictions={"cars": "boxes"})
    name = '"object_embeddings/cars"'
    query = f"SELECT sample_id, object_index FROM street.{name} ORDER BY ALL"
    assert db.engine.rows(query) == [(1, 0), (1, 1), (2, 0)]
    second = pa.table({"sample_id": [1, 3], "boxes": [boxes(), boxes([3.0, 4.0])]})
    second = second.cast(pa.schema([("sample_id", pa.int64()), ("boxes", first.schema.field("boxes").type)]))
    db.ingest(second, dataset="street", predictions={"cars": "boxes"})
    assert db.engine.rows(query) == [(2, 0), (3, 0)]


def test_tasks_with_object_vectors_may_not_differ_by_case_alone(db):
    boxes = pa.table({"sample_id": [1], "boxes": [[{"category": "car", "embedding": [1.0]}]]})
    db.ingest(boxes, dataset="street", predictions={"cars": "boxes"})
    with pytest.raises(IngestError, match="by case alone"):
        db.ingest(boxes, dataset="street", predictions={"Cars": "boxes"})


def test_vectors_of_samples_that_the_dataset_lacks_are_left_out_with_a_notice(db, tmp_path):
    db.ingest(pa.table({"file_name": ["a", "b"]}), dataset="street")
    vectors = db.engine.table("SELECT * FROM (VALUES ('b', [1.0, 0.0]), ('z', [0.0, 1.0])) v(file_name, embedding)")
    import pyarrow.parquet as pq

    pq.write_table(vectors, tmp_path / "vectors.parquet")
    source = pa.table({"file_name": ["a", "b"]})
    report = db.ingest(source, dataset="street", embeddings=tmp_path / "vectors.parquet")
    assert report.counts["embeddings"] == 1
