"""Pascal VOC files."""

import sys

import pytest

from sqlsel.errors import IngestError, UsageError
from tests.sources.labels.made import coco, images, notices, predictions, samples, voc, write

ROWS = [
    ("a.jpg", 0, "dog", None, [10.0, 20.0, 30.0, 20.0], 600.0),
    ("a.jpg", 1, "cat", None, [0.5, 1.0, 1.0, 1.0], 1.0),
    ("b.jpg", None, None, None, None, None),
]
FILES = {"a": [("dog", 10, 20, 40, 40), ("cat", 0.5, 1, 1.5, 2)], "b": []}


@pytest.mark.parametrize("whole", [True, False])
def test_annotations_with_their_images_beside_them(db, tmp_path, whole):
    images(tmp_path / "JPEGImages", "a.jpg", "b.jpg")
    voc(tmp_path / "Annotations", **FILES)
    db.ingest(tmp_path if whole else tmp_path / "Annotations", dataset="d", measure=False)
    before = "JPEGImages/" if whole else ""
    assert predictions(db) == [(f"{before}{name}", *rest) for name, *rest in ROWS]


def test_annotations_alone(db, tmp_path):
    voc(tmp_path, **FILES)
    db.ingest(tmp_path, dataset="d")
    assert samples(db) == ["a.jpg", "b.jpg"]
    assert predictions(db) == ROWS
    with pytest.raises(UsageError, match="Pascal VOC labels are a folder of such files"):
        db.ingest(tmp_path / "a.xml", dataset="d")


GOOD = "<annotation><filename>c.jpg</filename><size><width>9</width><height>9</height></size>{}</annotation>"
BOX = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>{}</xmax><ymax>2</ymax></bndbox>"
BAD = {
    "no xml": ("<annotation>", "", "this is no XML"),
    "another root": ("<annotations/>", "", "should hold an annotation, not 'annotations'"),
    "size": ("<annotation><filename>c.jpg</filename></annotation>", " size/width", "is missing or empty"),
    "name": (GOOD.format(f"<object>{BOX.format(2)}</object>"), " object[1]/name", "is missing or empty"),
    "box": (GOOD.format("<object><name>a</name></object>"), " object[1]/bndbox/xmin", "is missing or empty"),
    "text": (
        GOOD.format(f"<object><name>a</name>{BOX.format('wide')}</object>"),
        " object[1]/bndbox/xmax",
        "should be a number, not 'wide'",
    ),
    "turned": (
        GOOD.format(f"<object><name>a</name>{BOX.format(0)}</object>"),
        " object[1]/bndbox",
        "not be less than xmin",
    ),
    "comma": (GOOD.format(f"<object><name>a,b</name>{BOX.format(2)}</object>"), " object[1]/name", "a comma"),
}


@pytest.mark.parametrize(("text", "place", "message"), BAD.values(), ids=BAD)
def test_files_that_cannot_be_used_are_refused_or_left_out(db, tmp_path, text, place, message):
    voc(tmp_path, **FILES)
    write(tmp_path / "c.xml", text)
    with pytest.raises(IngestError, match="1 file cannot be used") as refusal:
        db.ingest(tmp_path, dataset="d")
    (problem,) = refusal.value.problems
    assert problem.where == f"c.xml{place}"
    assert message in problem.message
    report = db.ingest(tmp_path, dataset="d", on_error="skip")
    assert predictions(db) == ROWS
    assert notices(report)[0] == "skipped: 1 file cannot be used and left out"


def test_without_the_package_it_is_named(db, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "labelformat", None)
    monkeypatch.setattr("sqlsel.sources.labels.needs.find_spec", lambda _name: None)
    images(tmp_path / "pictures", "a.jpg")
    voc(tmp_path / "pictures", a=[])
    report = db.ingest(tmp_path / "pictures", dataset="d", measure=False)
    assert "not read without labelformat: pip install 'sqlsel[formats]'" in notices(report)[0]
    with pytest.raises(UsageError, match="COCO labels are read with the package labelformat"):
        db.ingest(coco(tmp_path / "labels.json"), dataset="d")


def test_an_empty_file_before_the_others_is_told(db, tmp_path):
    voc(tmp_path / "Annotations", b=[("cat", 1, 2, 3, 4)])
    images(tmp_path, "a.jpg", "b.jpg")
    write(tmp_path / "Annotations" / "a.xml", "")
    with pytest.raises(IngestError) as caught:
        db.ingest(tmp_path, dataset="d", measure=False)
    assert "a.xml: this is no XML" in str(caught.value.problems[0])
