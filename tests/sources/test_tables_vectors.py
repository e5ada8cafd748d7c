"""Vectors in files of their own: parquet, npy with names, and Lightly's csv."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sqlsel.errors import IngestError, UsageError
from tests.datasets.contents import rows

MATRIX = np.array([[1, 0], [0, 1], [3, 4]], np.float32)
STORED = [("a.jpg", (1.0, 0.0)), ("b.jpg", (0.0, 1.0)), ("c.jpg", (pytest.approx(0.6), pytest.approx(0.8)))]
NAMES = ["a.jpg", "b.jpg", "c.jpg"]


@pytest.fixture
def npy(tmp_path):
    np.save(tmp_path / "vectors.npy", MATRIX)
    return tmp_path / "vectors.npy"


NAME_FILES = {
    "vectors.txt": "a.jpg\nb.jpg\nc.jpg\n",
    "vectors_names.txt": "a.jpg\r\nb.jpg\r\nc.jpg",
    "names.txt": "a.jpg\nb.jpg\nc.jpg\n\n",
    "filenames.txt": "a.jpg\nb.jpg\nc.jpg",
    "vectors.json": '["a.jpg", "b.jpg", "c.jpg"]',
    "vectors.csv": "label,file_name\n1,a.jpg\n2,b.jpg\n3,c.jpg\n",
    "vectors.names.csv": "a.jpg\nb.jpg\nc.jpg\n",
}


@pytest.mark.parametrize("name", NAME_FILES)
def test_an_npy_file_with_names_beside_it(db, npy, name):
    npy.with_name(name).write_text(NAME_FILES[name])
    db.ingest(npy, dataset="street")
    assert rows(db, "street", "samples") == [(name, name) for name in NAMES]
    assert rows(db, "street", "embeddings") == STORED


def test_an_npy_file_without_names_is_numbered(db, npy):
    db.ingest(npy, dataset="street")
    assert rows(db, "street", "samples") == [(0, None), (1, None), (2, None)]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("vectors.txt", "a.jpg\nb.jpg\n", "2 names for the 3 vectors of vectors.npy"),
        ("vectors.txt", "a.jpg\n\nb.jpg\n", "not a list of names"),
        ("vectors.json", '{"a": 1}', "not a list of names"),
        ("vectors.json", "[1, 2, 3]", "not a list of names"),
        ("vectors.json", "[", "cannot be read"),
    ],
)
def test_names_that_do_not_fit_are_refused(db, npy, name, text, words):
    npy.with_name(name).write_text(text)
    with pytest.raises(IngestError) as refusal:
        db.ingest(npy, dataset="street")
    assert words in refusal.value.message


def test_an_npy_file_of_objects_is_not_unpacked(db, tmp_path):
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(IngestError, match="no npy file of numbers"):
        db.ingest(tmp_path / "x.npy", dataset="street")


def test_lightlys_csv(db, tmp_path):
    path = tmp_path / "embeddings.csv"
    path.write_text("filenames,embedding_0,embedding_1,labels\na.jpg,1,0,0\nb.jpg,0.0,1e0,1\nc.jpg,3,4,0\n")
    db.ingest(path, dataset="street")
    assert rows(db, "street", "samples") == [
        ("a.jpg", "a.jpg", {"labels": 0}),
        ("b.jpg", "b.jpg", {"labels": 1}),
        ("c.jpg", "c.jpg", {"labels": 0}),
    ]
    assert rows(db, "street", "embeddings") == STORED


def test_numbered_columns_keep_their_order_past_nine(db, tmp_path):
    header = ",".join(["filenames", *(f"embedding_{i}" for i in range(12)), "labels"])
    numbers = [1.0 if i == 10 else 0.0 for i in range(12)]
    (tmp_path / "embeddings.csv").write_text(f"{header}\na.jpg,{','.join(map(str, numbers))},0\n")
    db.ingest(tmp_path / "embeddings.csv", dataset="street")
    assert rows(db, "street", "embeddings") == [("a.jpg", tuple(numbers))]


FILES = {
    "parquet by file name": ("v.parquet", lambda path: write(path, file_name=NAMES)),
    "parquet by id": ("v.parquet", lambda path: write(path, sample_id=[1, 2, 3])),
    "npy": ("v.npy", lambda path: (np.save(path, MATRIX), path.with_suffix(".txt").write_text("\n".join(NAMES)))),
    "csv": ("v.csv", lambda path: path.write_text("filenames,embedding_0,embedding_1,labels\n" + CSV)),
}
CSV = "a.jpg,1,0,0\nb.jpg,0,1,0\nc.jpg,3,4,0\n"


def write(path, **columns):
    pq.write_table(pa.table({**columns, "embedding": pa.array(list(MATRIX))}), path)


@pytest.mark.parametrize("case", FILES)
def test_vectors_in_a_file_beside_the_source(db, tmp_path, case):
    name, make = FILES[case]
    make(tmp_path / name)
    source = pa.table({"sample_id": [3, 1, 2], "file_name": ["c.jpg", "a.jpg", "b.jpg"]})
    db.ingest(source, dataset="street", embeddings=tmp_path / name)
    stored = [(number, vector) for number, (_, vector) in enumerate(STORED, start=1)]
    assert rows(db, "street", "embeddings") == stored


def test_the_file_may_call_samples_without_file_names_by_their_id(db, tmp_path):
    write(tmp_path / "v.parquet", file_name=NAMES)
    db.ingest(pa.table({"id": NAMES}), dataset="street", embeddings=tmp_path / "v.parquet")
    assert rows(db, "street", "embeddings") == STORED


def test_the_embedding_column_is_that_of_the_file(db, tmp_path):
    pq.write_table(pa.table({"file_name": NAMES, "clip": pa.array(list(MATRIX))}), tmp_path / "v.parquet")
    source = pa.table({"file_name": NAMES})
    db.ingest(source, dataset="street", embeddings=tmp_path / "v.parquet", embedding="clip")
    assert rows(db, "street", "embeddings") == STORED


def test_files_that_say_too_little_are_refused(db, tmp_path, npy):
    source = pa.table({"file_name": NAMES})
    pq.write_table(pa.table({"file_name": NAMES}), tmp_path / "names.parquet")
    with pytest.raises(IngestError, match="no column with vectors; it has 'file_name'"):
        db.ingest(source, dataset="street", embeddings=tmp_path / "names.parquet")
    with pytest.raises(IngestError, match="nothing says whose vectors these are"):
        db.ingest(source, dataset="street", embeddings=npy)
    with pytest.raises(UsageError, match="no such file"):
        db.ingest(source, dataset="street", embeddings=tmp_path / "missing.parquet")


def test_vectors_of_none_of_the_samples_are_refused(db, tmp_path):
    write(tmp_path / "v.parquet", sample_id=["x", "y", "z"])
    with pytest.raises(IngestError, match="none of the 3 rows of the source belongs to a sample") as refusal:
        db.ingest(pa.table({"file_name": NAMES}), dataset="street", embeddings=tmp_path / "v.parquet")
    assert "'a.jpg', 'b.jpg', 'c.jpg'" in refusal.value.hint


def test_vectors_of_more_samples_are_left_out_with_a_notice(db, tmp_path):
    write(tmp_path / "v.parquet", sample_id=NAMES)
    report = db.ingest(pa.table({"file_name": NAMES[:2]}), dataset="street", embeddings=tmp_path / "v.parquet")
    assert rows(db, "street", "embeddings") == STORED[:2]
    assert [notice.message for notice in report.problems] == [
        "1 row left out, as the dataset has no such samples: 'c.jpg'"
    ]


def test_a_sample_with_two_vectors_is_refused(db, tmp_path):
    write(tmp_path / "v.parquet", file_name=["a.jpg", "a.jpg", "b.jpg"])
    with pytest.raises(IngestError, match=r"more than one vector: 1 row, a\.jpg"):
        db.ingest(pa.table({"file_name": NAMES}), dataset="street", embeddings=tmp_path / "v.parquet")
