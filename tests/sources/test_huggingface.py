"""Parquet files with the features that Hugging Face datasets state in the schema."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sqlsel.datasets.catalog import DatasetCatalog
from tests.datasets.contents import rows

LABEL = {"names": ["cat", "dog"], "_type": "ClassLabel"}
IMAGE = {"_type": "Image"}
BOX = {"feature": {"dtype": "float32", "_type": "Value"}, "length": 4, "_type": "Sequence"}
# The same column, as versions of the library have stated it.
OBJECTS = {
    "sequence of fields": {"feature": {"bbox": BOX, "category": LABEL}, "_type": "Sequence"},
    "fields of lists": {"bbox": {"feature": BOX, "_type": "List"}, "category": {"feature": LABEL, "_type": "List"}},
    "list of fields": [{"bbox": BOX, "category": LABEL}],
}


def table(features, **columns):
    known = json.dumps({"info": {"features": features}})
    return pa.table(columns).replace_schema_metadata({"huggingface": known})


def pictures(*paths):
    return [{"bytes": b"\xff\xd8", "path": path} for path in paths]


@pytest.mark.parametrize("as_file", [True, False])
def test_images_and_labels(db, tmp_path, as_file):
    source = table(
        {"image": IMAGE, "label": LABEL, "city": {"dtype": "string", "_type": "Value"}},
        image=pictures("a.jpg", "b.jpg", "c.jpg"),
        label=[1, 0, -1],
        city=["Bern", "Genf", "Chur"],
    )
    if as_file:
        pq.write_table(source, tmp_path / "train.parquet")
        source = tmp_path / "*.parquet"
    report = db.ingest(source, dataset="pets")
    assert rows(db, "pets", "samples") == [
        ("a.jpg", "a.jpg", {"city": "Bern"}),
        ("b.jpg", "b.jpg", {"city": "Genf"}),
        ("c.jpg", "c.jpg", {"city": "Chur"}),
    ]
    assert rows(db, "pets", "predictions", "sample_id, task, category") == [
        ("a.jpg", "label", "dog"),
        ("b.jpg", "label", "cat"),
    ]
    assert DatasetCatalog(db.engine).facts("pets").tasks["label"].categories == ("cat", "dog")
    assert report.problems == ()


@pytest.mark.parametrize("paths", [("x.jpg", "x.jpg"), ("x.jpg", None)])
def test_paths_that_do_not_tell_images_apart_are_no_names(db, paths):
    report = db.ingest(table({"image": IMAGE}, image=pictures(*paths)), dataset="pets")
    assert rows(db, "pets", "samples") == [(index, None, {"image": path}) for index, path in enumerate(paths)]
    assert "the paths in column 'image' do not name each row" in str(report.problems[0])


@pytest.mark.parametrize("form", OBJECTS)
def test_objects(db, form):
    objects = [{"bbox": [[1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1]], "category": [1, 0]}, {"bbox": [], "category": []}]
    if form == "list of fields":
        objects = [
            [dict(zip(row, values, strict=True)) for values in zip(*row.values(), strict=True)] for row in objects
        ]
    features = {"image": IMAGE, "objects": OBJECTS[form]}
    db.ingest(table(features, image=pictures("a.jpg", "b.jpg"), objects=objects), dataset="pets")
    assert rows(db, "pets", "predictions", "sample_id, task, object_index, category, bbox") == [
        ("a.jpg", "objects", 0, "dog", [1.0, 2.0, 3.0, 4.0]),
        ("a.jpg", "objects", 1, "cat", [0.0, 0.0, 1.0, 1.0]),
        ("b.jpg", "objects", None, None, None),
    ]


def test_options_go_before_what_the_schema_says(db):
    source = table(
        {"image": IMAGE, "label": LABEL},
        image=pictures("a.jpg", "b.jpg"),
        label=[1, 0],
        name=["one", "two"],
        key=[5, 6],
    )
    db.ingest(source, dataset="pets", id="key", file_name="name", predictions={"species": "label"})
    assert rows(db, "pets", "samples") == [(5, "one"), (6, "two")]
    assert rows(db, "pets", "predictions", "task, category") == [("species", "cat"), ("species", "dog")]


@pytest.mark.parametrize("stated", [b"no json", b"{}", b'{"info": 3}', b'{"info": {"features": []}}'])
def test_schemas_that_say_nothing_are_passed_over(db, stated):
    source = pa.table({"label": [1, 2]}).replace_schema_metadata({b"huggingface": stated})
    db.ingest(source, dataset="pets")
    assert rows(db, "pets", "samples") == [(0, None, {"label": 1}), (1, None, {"label": 2})]
