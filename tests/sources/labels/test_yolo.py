"""YOLO text files and their yaml file."""

from pathlib import Path

import pytest

from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.errors import IngestError, UsageError
from tests.sources.labels.made import images, notices, predictions, samples, voc, write, yolo

TWO = "0 0.5 0.5 0.2 0.4\n\n1 0.25 0.5 0.1 0.2 0.75\n"
ROWS = [
    ("images/train/a.jpg", 0, "cat", None, pytest.approx([40, 15, 20, 20]), pytest.approx(400)),
    ("images/train/a.jpg", 1, "dog", 0.75, pytest.approx([20, 20, 10, 10]), pytest.approx(100)),
    ("images/train/b.jpg", None, None, None, None, None),
    ("images/train/c.jpg", None, None, None, None, None),
]


@pytest.mark.parametrize("whole", [True, False])
def test_labels_by_folder_and_by_file(db, tmp_path, whole):
    file = yolo(tmp_path, {"a": TWO, "b": "", "c": None})
    report = db.ingest(tmp_path if whole else file, dataset="d")
    assert samples(db) == ["images/train/a.jpg", "images/train/b.jpg", "images/train/c.jpg"]
    assert predictions(db) == ROWS
    assert report.problems == ()
    assert db.engine.rows("SELECT min(metadata.lightly.height) FROM d.samples") == [(50,)]
    assert DatasetCatalog(db.engine).facts("d").tasks["objects"].categories == ("cat", "dog")


def test_all_parts_are_read_or_the_one_that_is_named(db, tmp_path):
    yolo(tmp_path, {"a": TWO})
    file = yolo(tmp_path, {"z": TWO}, "images/val", train="images/train", val="images/val", test="images/test")
    db.ingest(file, dataset="d", measure=False)
    assert {row[0] for row in predictions(db)} == {"images/train/a.jpg", "images/val/z.jpg"}
    db.ingest(file, dataset="e", split="val", task="guess", measure=False)
    assert {row[0] for row in predictions(db, "e")} == {"images/val/z.jpg"}
    with pytest.raises(UsageError, match="there is no part 'holdout'"):
        db.ingest(file, dataset="e", split="holdout")


def test_the_path_in_the_file_says_where_the_images_are(db, tmp_path):
    yolo(tmp_path / "data", {"a": TWO})
    file = write(tmp_path / "x.yaml", "{path: data, train: images/train, names: {0: cat, 1: dog}}")
    db.ingest(file, dataset="d", measure=False)
    assert predictions(db) == ROWS[:2]


def test_folders_as_roboflow_writes_them(db, tmp_path):
    yolo(tmp_path, {"a": TWO}, "train/images")
    file = yolo(tmp_path, {"a": TWO}, "train/images", train="../train/images")
    db.ingest(file, dataset="d", measure=False)
    assert [row[:3] for row in predictions(db)] == [("train/images/a.jpg", 0, "cat"), ("train/images/a.jpg", 1, "dog")]


def test_polygons_have_their_box_and_their_area(db, tmp_path):
    yolo(tmp_path, {"a": "1 0 0 0.5 0 0.5 1\n0 0 0 0.1 0 0.1 0.2 0 0.2 0.9\n"})
    db.ingest(tmp_path, dataset="d", measure=False)
    assert predictions(db) == [
        ("images/train/a.jpg", 0, "dog", None, [0, 0, 50, 50], pytest.approx(1250)),
        ("images/train/a.jpg", 1, "cat", 0.9, [0, 0, 10, 10], pytest.approx(100)),
    ]
    assert DatasetCatalog(db.engine).facts("d").tasks["objects"].task_type == "instance-segmentation"


def test_keypoints_have_confidences_where_the_object_has_one(db, tmp_path):
    box = "0 0.5 0.5 0.2 0.4"
    yolo(tmp_path, {"a": f"{box} 0.1 0.1 0.5 0.2 0.2 1 0.9\n", "b": f"{box} 0.1 0.1 2 0.2 0.2 1\n"}, kpt_shape=[2, 3])
    db.ingest(tmp_path, dataset="d", measure=False)
    assert predictions(db, columns="score, bbox[3], keypoint_confidence") == [(0.9, 20, 0.75), (None, 20, None)]
    assert DatasetCatalog(db.engine).facts("d").tasks["objects"].task_type == "keypoint-detection"


BAD = {
    "class": ("7 0.5 0.5 0.2 0.4", "the number of a class (0 to 1), not '7'"),
    "name": ("cat 0.5 0.5 0.2 0.4", "the number of a class (0 to 1), not 'cat'"),
    "few": ("0 0.5 0.5", "a box of four numbers and perhaps a score, not 3 fields"),
    "text": ("0 0.5 0.5 0.2 wide", "should be numbers, not 'wide'"),
    "nan": ("0 0.5 0.5 0.2 nan", "should be numbers, not 'nan'"),
    "score": ("0 0.5 0.5 0.2 0.4 7", "a score should be from 0 to 1, not 7.0"),
    "negative": ("0 0.5 0.5 -0.2 0.4", "a width or height should be 0 or more"),
}


@pytest.mark.parametrize(("line", "message"), BAD.values(), ids=BAD)
def test_lines_that_cannot_be_used_are_told_with_their_number(db, tmp_path, line, message):
    yolo(tmp_path, {"a": TWO, "b": f"0 0.5 0.5 0.2 0.4\n{line}\n"})
    with pytest.raises(IngestError, match="1 file cannot be used") as refusal:
        db.ingest(tmp_path, dataset="d", measure=False)
    (problem,) = refusal.value.problems
    assert problem.where == "labels/train/b.txt:2"
    assert message in problem.message
    report = db.ingest(tmp_path, dataset="d", measure=False, on_error="skip")
    assert predictions(db) == ROWS[:2]
    assert samples(db) == ["images/train/a.jpg", "images/train/b.jpg"]
    assert notices(report) == ["skipped: 1 file cannot be used and left out", str(problem)]


BROKEN = {
    "yaml": ("names: [", "cannot be read as yaml"),
    "list": ("- a", "should have 'names' and folders of images"),
    "no folder": ({"names": ["a"]}, "names no folder of images"),
    "gone": ({"names": ["a"], "train": "images/gone"}, "there is no folder .*images/gone"),
    "list of folders": ({"names": ["a"], "train": ["images"]}, "train should be one folder of images, not a list"),
    "gaps": ({"names": {0: "a", 2: "b"}, "train": "images"}, "counted from 0 without gaps"),
    "outside": ({"names": ["a"], "train": "/images"}, "is not below"),
}


@pytest.mark.parametrize(("config", "message"), BROKEN.values(), ids=BROKEN)
def test_files_that_say_too_little_are_refused(db, tmp_path, config, message):
    images(tmp_path / "images", "a.jpg")
    with pytest.raises(IngestError, match=message):
        db.ingest(write(tmp_path / "x.yaml", str(config)), dataset="d")


def test_a_folder_without_labels_of_one_kind_is_a_folder_of_images(db, tmp_path):
    yolo(tmp_path, {"a": TWO})
    voc(tmp_path / "Annotations", a=[("cat", 1, 2, 3, 4)])
    report = db.ingest(tmp_path, dataset="d", measure=False)
    assert predictions(db) == []
    assert "there are several (data.yaml, Annotations)" in notices(report)[0]


@pytest.mark.parametrize("path", [None, ".", "yard"])
def test_from_a_relative_path(db, tmp_path, monkeypatch, path):
    """The labels of a dataset below the working folder were looked for in a folder that is not there."""
    monkeypatch.chdir(tmp_path)
    if path == "yard":
        yolo(Path("data/yard"), {"a": TWO})
        file = write(Path("data/x.yaml"), {"path": "yard", "train": "images/train", "names": ["cat", "dog"]})
    else:
        file = yolo(Path("data"), {"a": TWO}, **({} if path is None else {"path": path}))
    db.ingest(file, dataset="d", measure=False)
    assert predictions(db) == ROWS[:2]


def test_a_dataset_without_a_folder_of_labels_is_refused(db, tmp_path):
    file = yolo(tmp_path, {"a": None})
    with pytest.raises(IngestError, match=r"there is no folder .*labels.train") as caught:
        db.ingest(file, dataset="d", measure=False)
    assert "'labels' for 'images'" in caught.value.hint


def test_files_that_begin_with_a_byte_order_mark_are_read(db, tmp_path):
    file = yolo(tmp_path, {"a": f"\ufeff{TWO}"})
    file.write_text(f"\ufeff{file.read_text()}")
    db.ingest(file, dataset="d", measure=False)
    assert predictions(db) == ROWS[:2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"0 50 25 20 10\n", "labels/train/a.txt:1: should be shares of the image (0 to 1), not pixels such as 50"),
        (b"0 0 0 50 0 50 20\n", "not pixels such as 50"),
        ("0 0.5 0.5 0.2 0.4".encode("utf-16"), "labels/train/a.txt: cannot be read: the text is not UTF-8"),
    ],
)
def test_pixels_and_other_encodings_are_refused(db, tmp_path, content, message):
    file = yolo(tmp_path, {"a": "", "b": TWO})
    (tmp_path / "labels/train/a.txt").write_bytes(content)
    with pytest.raises(IngestError) as caught:
        db.ingest(file, dataset="d", measure=False)
    assert message in str(caught.value.problems[0])
