"""COCO annotations and detections."""

import pytest

from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.errors import IngestError, UsageError
from tests.sources.labels.made import COCO, coco, images, notices, predictions, samples, write

ROWS = [
    ("a.jpg", 0, "dog", None, [0.1, 0.2, 0.3, 0.4], pytest.approx(0.12)),
    ("b.jpg", 0, "cat", None, [1.0, 2.0, 30.5, 40.0], 77.0),
    ("b.jpg", 1, "dog", 0.5, [1.0, 2.0, 3.0, 4.0], 12.0),
    ("c.jpg", None, None, None, None, None),
]


def test_annotations_without_images(db, tmp_path):
    report = db.ingest(coco(tmp_path / "labels.json"), dataset="d")
    assert samples(db) == ["a.jpg", "b.jpg", "c.jpg"]
    assert predictions(db) == ROWS
    assert report.problems == ()
    task = DatasetCatalog(db.engine).facts("d").tasks["objects"]
    assert (task.task_type, task.categories, task.has_probabilities) == ("object-detection", ("cat", "dog"), False)


@pytest.mark.parametrize("folder", ["", "images", "train2017"])
def test_images_near_the_file_are_the_samples(db, tmp_path, folder):
    images(tmp_path / folder, "a.jpg", "b.jpg", "unlabelled.jpg")
    report = db.ingest(coco(tmp_path / "annotations/instances.json"), dataset="d", measure=False)
    assert samples(db) == ["a.jpg", "b.jpg", "unlabelled.jpg"]
    assert predictions(db) == ROWS[:3]
    assert notices(report) == ["task objects: labels of 1 image not in the folder left out: c.jpg"]


def test_a_folder_with_annotations_in_it_names_images_from_there(db, tmp_path):
    images(tmp_path / "train", "a.jpg", "b.jpg", "c.jpg")
    coco(tmp_path / "annotations/instances.json")
    report = db.ingest(tmp_path, dataset="d", task="boxes")
    assert samples(db) == ["train/a.jpg", "train/b.jpg", "train/c.jpg"]
    assert predictions(db) == [(f"train/{name}", *rest) for name, *rest in ROWS]
    assert db.engine.rows("SELECT DISTINCT task FROM d.predictions") == [("boxes",)]
    assert db.engine.rows("SELECT min(metadata.lightly.width) FROM d.samples") == [(100,)]
    assert report.problems == ()


def test_the_folder_of_the_images_can_be_named(db, tmp_path):
    images(tmp_path / "elsewhere/deep", "a.jpg", "b.jpg", "c.jpg")
    file = coco(tmp_path / "labels/x.json")
    db.ingest(file, dataset="d", images=tmp_path / "elsewhere", measure=False)
    assert [row[0] for row in predictions(db)] == ["deep/a.jpg", "deep/b.jpg", "deep/b.jpg", "deep/c.jpg"]
    with pytest.raises(UsageError, match="there is no such folder of images"):
        db.ingest(file, dataset="d", images=tmp_path / "nowhere")


def test_several_files_in_a_folder_are_not_chosen_among(db, tmp_path):
    images(tmp_path, "a.jpg")
    coco(tmp_path / "annotations/train.json")
    coco(tmp_path / "annotations/val.json")
    report = db.ingest(tmp_path, dataset="d", measure=False)
    assert predictions(db) == []
    several = "there are several (annotations/train.json, annotations/val.json); ingest one by its name"
    assert notices(report) == [f"{tmp_path}: labels in it are not read, as {several}"]


def test_detections_refer_to_annotations(db, tmp_path):
    truth = coco(tmp_path / "truth.json")
    found = write(
        tmp_path / "found.json", [{"image_id": 3, "category_id": 7, "bbox": [1, 2, 3, 4], "score": 1.0000001}]
    )
    with pytest.raises(UsageError, match="a list of COCO detections") as refusal:
        db.ingest(found, dataset="d")
    assert "--annotations FILE" in refusal.value.hint
    db.ingest(found, dataset="d", annotations=truth, task="model")
    empty = [(name, None, None, None, None, None) for name in ("a.jpg", "b.jpg")]
    assert predictions(db) == [*empty, ("c.jpg", 0, "dog", 1.0, [1.0, 2.0, 3.0, 4.0], 12.0)]
    with pytest.raises(UsageError, match="annotations is for a list of COCO detections, and this is not"):
        db.ingest(truth, dataset="d", annotations=truth)


def test_keypoints_and_masks_tell_the_type(db, tmp_path):
    truth = coco(
        tmp_path / "truth.json", annotations=[{**COCO["annotations"][0], "segmentation": [[0, 0, 1, 1, 2, 0]]}]
    )
    db.ingest(truth, dataset="d", task="masks")
    points = [{"image_id": 1, "category_id": 3, "score": 0.5, "keypoints": [1, 2, 0.5, 3, 4, 1]}]
    db.ingest(write(tmp_path / "points.json", points), dataset="d", task="points", annotations=truth)
    tasks = DatasetCatalog(db.engine).facts("d").tasks
    assert [tasks[name].task_type for name in ("masks", "points")] == ["instance-segmentation", "keypoint-detection"]
    assert tasks["points"].has_keypoints
    found = predictions(db, columns="task, keypoint_confidence, area")
    assert found[-3:] == [("points", 0.75, None), ("points", None, None), ("points", None, None)]


BAD = {
    "image": ({"image_id": 9}, ".image_id", "one of the images, not the number 9"),
    "category": ({"category_id": "cat"}, ".category_id", "one of the categories, not the text 'cat'"),
    "box": ({"bbox": [1, 2, 3]}, ".bbox", "four numbers (x, y, width, height), not a list of 3"),
    "number": ({"bbox": [1, 2, 3, None]}, ".bbox", "four numbers"),
    "negative": ({"bbox": [1, 2, -3, 4]}, ".bbox", "0 or more, not -3"),
    "score": ({"score": 70}, ".score", "from 0 to 1, not the number 70"),
    "area": ({"area": -1}, ".area", "from 0 on, not the number -1"),
}


@pytest.mark.parametrize(("change", "place", "message"), BAD.values(), ids=BAD)
def test_entries_that_cannot_be_used_are_refused_or_left_out(db, tmp_path, change, place, message):
    rows = [*COCO["annotations"], {"image_id": 1, "category_id": 3, "bbox": [0, 0, 1, 1], **change}]
    file = coco(tmp_path / "labels.json", annotations=rows)
    with pytest.raises(IngestError, match="1 entry cannot be used; nothing was stored") as refusal:
        db.ingest(file, dataset="d")
    (problem,) = refusal.value.problems
    assert problem.where == f"labels.json annotations[3]{place}"
    assert message in problem.message
    assert db.datasets() == []
    report = db.ingest(file, dataset="d", on_error="skip")
    # the whole image is left without a prediction: a count that lacks an object would be wrong
    assert predictions(db) == (ROWS if place == ".image_id" else ROWS[1:])
    assert samples(db) == (["a.jpg", "b.jpg", "c.jpg"] if place == ".image_id" else ["b.jpg", "c.jpg"])
    assert notices(report)[0] == "skipped: 1 entry cannot be used and left out"


BROKEN = {
    "json": ('{"images": [], "annotations": [', "labels.json 1:32", "this is no JSON"),
    "categories": ({**COCO, "categories": 3}, "labels.json categories", "should be a list, not the number 3"),
    "id": ({**COCO, "categories": [{"name": "a"}]}, "labels.json categories[0].id", "a whole number of its own"),
    "name": ({**COCO, "categories": [{"id": 1}]}, "labels.json categories[0].name", "a name of its own, not null"),
    "none": ({**COCO, "categories": []}, "labels.json categories", "at least one category"),
    "annotations": ({**COCO, "annotations": None}, "labels.json annotations", "should be a list, not null"),
}


@pytest.mark.parametrize(("document", "place", "message"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_coco_is_refused_whatever_may_be_skipped(db, tmp_path, document, place, message):
    with pytest.raises(IngestError, match="cannot be read as COCO") as refusal:
        db.ingest(write(tmp_path / "labels.json", document), dataset="d", on_error="skip")
    (problem,) = refusal.value.problems
    assert problem.where == place
    assert message in problem.message


def test_nothing_but_bad_entries_is_refused_in_any_case(db, tmp_path):
    rows = [{"image_id": 1, "category_id": 5}, {"image_id": 2, "category_id": 5}, {"image_id": 3, "category_id": 5}]
    with pytest.raises(IngestError, match="not one prediction of task 'objects' can be used"):
        db.ingest(coco(tmp_path / "labels.json", annotations=rows), dataset="d", on_error="skip")


def test_other_json_is_a_table_as_before(db, tmp_path):
    rows = [{"sample_id": 1, "image_id": 5, "category_id": 3}, {"sample_id": 2, "image_id": 6, "category_id": 4}]
    db.ingest(write(tmp_path / "table.json", rows), dataset="d")
    assert samples(db) == [1, 2]
    with pytest.raises(UsageError, match="task names what labels become, and there are none"):
        db.ingest(tmp_path / "table.json", dataset="d", task="objects")


def test_a_file_that_begins_with_a_byte_order_mark_is_known(db, tmp_path):
    images(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    file = coco(tmp_path / "annotations" / "x.json")
    file.write_text(f"\ufeff{file.read_text()}")
    db.ingest(tmp_path, dataset="d", measure=False)
    assert len(predictions(db)) == 4


def test_two_images_of_one_name_are_refused(db, tmp_path):
    file = coco(tmp_path / "x.json", images=[*COCO["images"], {"id": 4, "file_name": "./a.jpg"}])
    with pytest.raises(IngestError) as caught:
        db.ingest(file, dataset="d")
    assert "images[3].file_name: should be a name of its own, not the text './a.jpg'" in str(caught.value.problems[0])


def test_a_model_that_found_nothing(db, tmp_path):
    db.ingest(write(tmp_path / "found.json", []), dataset="d", annotations=coco(tmp_path / "x.json"))
    assert [row[:3] for row in predictions(db)] == [(f"{name}.jpg", None, None) for name in "abc"]


def test_broken_detections_tell_where_and_objects_that_they_are_none(db, tmp_path):
    annotations = coco(tmp_path / "x.json")
    with pytest.raises(IngestError) as caught:
        db.ingest(write(tmp_path / "found.json", '[{"image_id": 1,'), dataset="d", annotations=annotations)
    assert "found.json 1:17: this is no JSON" in str(caught.value.problems[0])
    with pytest.raises(UsageError, match="annotations is for a list of COCO detections, and this is an object"):
        db.ingest(write(tmp_path / "found.json", {}), dataset="d", annotations=annotations)
