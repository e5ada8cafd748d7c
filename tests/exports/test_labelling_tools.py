"""Label Studio, CVAT, COCO and YOLO made of the predictions of a dataset."""

import json
import xml.etree.ElementTree as ET

import pyarrow as pa
import pytest
from labelformat.formats import COCOObjectDetectionInput, CVATObjectDetectionInput
from labelformat.model.bounding_box import BoundingBoxFormat

from sqlsel.errors import UsageError
from tests.exports.tagged import tag, tag_objects
from tests.sources.labels.made import images, predictions

THING = pa.struct({"category": pa.string(), "score": pa.float64(), "bbox": pa.list_(pa.float64())})
THINGS = {
    "a.jpg": [("car", 0.9, [10, 5, 20, 10]), ("dog & <cat>", 0.5, [90, 40, 30, 30])],
    "b.jpg": [],
    "sub folder/c#1.jpg": [("car", 0.25, [0, 0, 100, 50])],
    "d.jpg": None,
}
SCENE = {"a.jpg": [0.2, 0.8], "b.jpg": [0.6, 0.4], "sub folder/c#1.jpg": [0.1, 0.9], "d.jpg": None}
BOXED = ["a.jpg", "b.jpg", "sub folder/c#1.jpg"]


def table(**columns):
    objects = [
        None if found is None else [dict(zip(THING.names, one, strict=True)) for one in found]
        for found in THINGS.values()
    ]
    return pa.table(
        {
            "file_name": list(THINGS),
            "things": pa.array(objects, pa.list_(THING)),
            "scene": pa.array(list(SCENE.values()), pa.list_(pa.float64())),
            "weather": ["sunny", None, "rainy", "sunny"],
            **columns,
        }
    )


def ingest(db, source):
    """As dataset d: objects in task things, classes of whole images in task scene."""
    classes = {"scene": ["indoor", "outdoor"], "things": ["car", "dog & <cat>"]}
    db.ingest(source, dataset="d", predictions={"things": "things", "scene": "scene"}, classes=classes)
    return db


@pytest.fixture
def mine(db):
    return ingest(db, table(width=[100] * 4, height=[50] * 4))


def exported(db, tmp_path, *arguments, **options):
    report = db.export("d", *arguments, tmp_path / "out", **options)
    return report, json.loads((tmp_path / "out").read_text(encoding="utf-8"))


def test_tasks_of_label_studio_have_links_and_predictions(mine, tmp_path):
    first, second = tag(mine, "d", ["a.jpg", "sub folder/c#1.jpg"])
    report, tasks = exported(mine, tmp_path, "round-1", "labelstudio", model_version="v7")
    assert (report.samples, report.problems) == (2, ())
    assert [task["data"]["file_name"] for task in tasks] == [first, second]
    assert [task["data"]["rank"] for task in tasks] == [1, 2]
    task = next(task for task in tasks if task["data"]["file_name"] == "a.jpg")
    assert task["data"]["image"] == "/data/local-files/?d=a.jpg"
    assert task["data"]["metadata"] == {"weather": "sunny", "width": 100, "height": 50}
    scene, things = task["predictions"]
    number = task["data"]["rank"]
    assert scene == {
        "model_version": "v7",
        "score": 0.8,
        "result": [
            {
                "id": f"{number}-scene-0",
                "from_name": "choice",
                "to_name": "image",
                "type": "choices",
                "value": {"choices": ["outdoor"]},
                "score": 0.8,
            }
        ],
    }
    assert things["score"] == pytest.approx(0.7)
    assert things["result"][0] == {
        "id": f"{number}-things-0",
        "from_name": "label",
        "to_name": "image",
        "type": "rectanglelabels",
        "original_width": 100,
        "original_height": 50,
        "image_rotation": 0,
        "value": {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0, "rectanglelabels": ["car"]},
        "score": 0.9,
    }
    # what leads out of the image ends where it ends
    place = {"x": 90, "y": 80, "width": 10, "height": 20, "rotation": 0, "rectanglelabels": ["dog & <cat>"]}
    assert things["result"][1]["value"] == place


def test_ids_in_tasks_are_each_their_own(mine, tmp_path):
    _, tasks = exported(mine, tmp_path, "initial-tag", "labelstudio")
    ids = [one["id"] for task in tasks for found in task["predictions"] for one in found["result"]]
    assert len(ids) == len(set(ids)) == 6
    by_name = {task["data"]["file_name"]: task["predictions"] for task in tasks}
    assert by_name["d.jpg"] == []
    assert [found["result"] for found in by_name["b.jpg"] if found["model_version"] == "things"] == [[]]


@pytest.mark.parametrize(
    ("prefix", "link"),
    [
        (None, "/data/local-files/?d=sub%20folder/c%231.jpg"),
        ("https://example.org/x/", "https://example.org/x/sub%20folder/c%231.jpg"),
        ("s3://bucket/x/", "s3://bucket/x/sub folder/c#1.jpg"),
    ],
)
def test_links_are_escaped_where_they_are_urls(mine, tmp_path, prefix, link):
    tag(mine, "d", ["sub folder/c#1.jpg"])
    _, tasks = exported(mine, tmp_path, "round-1", "labelstudio", image_url=prefix, task="scene")
    assert tasks[0]["data"]["image"] == link


def test_the_labelling_config_fits_the_tasks(mine, tmp_path):
    mine.export("d", "initial-tag", "labelstudio-config", tmp_path / "config.xml")
    view = ET.parse(tmp_path / "config.xml").getroot()
    _, tasks = exported(mine, tmp_path, "initial-tag", "labelstudio")
    controls = {control.get("name"): control for control in view}
    assert controls.pop("image").get("value") == "$image"
    assert {name: control.tag for name, control in controls.items()} == {
        "choice": "Choices",
        "label": "RectangleLabels",
    }
    for task in tasks:
        for one in [one for found in task["predictions"] for one in found["result"]]:
            control = controls[one["from_name"]]
            assert control.get("toName") == one["to_name"]
            assert one["type"] == control.tag.lower()
            assert one["value"][one["type"]][0] in [label.get("value") for label in control]


def test_controls_can_have_other_names(mine, tmp_path):
    names = {"task": "things", "from_name": "bbox", "to_name": "photo"}
    _, tasks = exported(mine, tmp_path, "initial-tag", "labelstudio", **names)
    found = [one for task in tasks for prediction in task["predictions"] for one in prediction["result"]]
    assert {(one["from_name"], one["to_name"]) for one in found} == {("bbox", "photo")}
    mine.export("d", "initial-tag", "labelstudio-config", tmp_path / "config.xml", **names)
    assert '<RectangleLabels name="bbox" toName="photo">' in (tmp_path / "config.xml").read_text()
    with pytest.raises(UsageError, match="--from-name names one control, and there are two"):
        mine.export("d", "initial-tag", "labelstudio-config", tmp_path / "config.xml", from_name="bbox")


def test_sizes_come_from_the_files_where_no_metadata_tells_them(db, tmp_path):
    ingest(db, table())
    with pytest.raises(UsageError, match="2 of 4 images have no size: neither metadata"):
        db.export("d", "initial-tag", "labelstudio", tmp_path / "out")
    images(tmp_path / "photos", "a.jpg", "sub folder/c#1.jpg")
    _, tasks = exported(db, tmp_path, "initial-tag", "labelstudio", images=tmp_path / "photos")
    sizes = {one.get("original_width") for task in tasks for found in task["predictions"] for one in found["result"]}
    assert sizes == {None, 100}
    report, tasks = exported(db, tmp_path, "initial-tag", "labelstudio", on_error="skip")
    assert [task["data"]["file_name"] for task in tasks] == ["b.jpg", "d.jpg"]
    assert report.samples == 2


def test_only_the_objects_that_were_chosen(mine, tmp_path):
    chosen = tag_objects(mine, "d", "things", 2)
    _, tasks = exported(mine, tmp_path, "objects-1", "labelstudio", task="things")
    found = [
        (task["data"]["file_name"], int(one["id"].rpartition("-")[2]))
        for task in tasks
        for prediction in task["predictions"]
        for one in prediction["result"]
    ]
    assert sorted(found) == sorted(chosen)


def test_cvat_reads_back_as_the_same_boxes(mine, tmp_path):
    tag(mine, "d", BOXED)
    mine.export("d", "round-1", "cvat", tmp_path / "annotations.xml")
    reader = CVATObjectDetectionInput(input_file=tmp_path / "annotations.xml")
    assert [one.name for one in reader.get_categories()] == ["car", "dog & <cat>"]
    assert {(one.filename, one.width, one.height) for one in reader.get_images()} == {(name, 100, 50) for name in BOXED}
    found = {
        label.image.filename: [(one.category.name, one.box.to_format(BoundingBoxFormat.XYWH)) for one in label.objects]
        for label in reader.get_labels()
    }
    assert found == {name: [(category, box) for category, _, box in THINGS[name]] for name in BOXED}


def test_coco_made_of_predictions_is_ingested_as_the_same(mine, tmp_path):
    tag(mine, "d", BOXED)
    report, document = exported(mine, tmp_path, "round-1", "coco")
    assert [str(one) for one in report.problems] == [
        "the dataset was not read from COCO; this is made of the predictions of task things"
    ]
    assert [one["id"] for one in document["annotations"]] == [1, 2, 3]
    assert len(list(COCOObjectDetectionInput(input_file=tmp_path / "out").get_labels())) == 3
    (tmp_path / "out").rename(tmp_path / "made.json")
    mine.ingest(tmp_path / "made.json", dataset="again", task="things")
    columns = "sample_id, object_index, category, score, bbox"
    whole = [row for row in predictions(mine, columns=f"{columns}, task") if row[-1] == "things" and row[0] != "d.jpg"]
    assert predictions(mine, "again", f"{columns}, task") == whole


def test_yolo_made_of_predictions_is_ingested_as_the_same(mine, tmp_path):
    images(tmp_path / "photos", *THINGS)
    tag(mine, "d", BOXED)
    mine.export("d", "round-1", "yolo", tmp_path / "out", images=tmp_path / "photos")
    text = (tmp_path / "out/data.yaml").read_text()
    assert "path" not in text
    mine.ingest(tmp_path / "out", dataset="again", task="things", measure=False)
    found = {
        (row[0], row[1], row[2]): row[3]
        for row in predictions(mine, "again", "sample_id, object_index, category, bbox")
    }
    assert len(found) == 4
    for name in BOXED:
        for number, (category, _, box) in enumerate(THINGS[name]):
            assert found[f"images/{name}", number, category] == pytest.approx(box)


def test_two_images_with_one_label_file_are_refused(db, tmp_path):
    row = [{"category": "car", "score": 1.0, "bbox": [0, 0, 1, 1]}]
    source = pa.table({"file_name": ["a.jpg", "a.png"], "things": pa.array([row, row], pa.list_(THING))})
    source = source.append_column("width", [[9, 9]]).append_column("height", [[9, 9]])
    db.ingest(source, dataset="d", predictions={"things": "things"}, classes={"things": ["car"]})
    with pytest.raises(UsageError, match=r"'a.jpg' and 'a.png' would have one label file: a\.txt"):
        db.export("d", "initial-tag", "yolo", tmp_path / "out", media="none")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("format_name", ["coco", "cvat", "yolo"])
def test_images_without_a_prediction_are_told(mine, tmp_path, format_name):
    with pytest.raises(UsageError, match=r"1 of 4 images have no prediction of task 'things': d\.jpg\n--on-error skip"):
        mine.export("d", "initial-tag", format_name, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_boxes_are_of_one_task(mine, tmp_path):
    with pytest.raises(UsageError, match="cvat holds boxes, and task 'scene' has none\nclasses of whole images"):
        mine.export("d", "initial-tag", "cvat", tmp_path / "out", task="scene")
    with pytest.raises(UsageError, match=r"no task 'thing' with predictions in dataset 'd'; did you mean 'things'\?"):
        mine.export("d", "initial-tag", "cvat", tmp_path / "out", task="thing")
    more = table().select(["file_name", "things"]).rename_columns(["file_name", "more"])
    mine.ingest(more, dataset="d", predictions={"more": "more"}, classes={"more": ["car", "dog & <cat>"]})
    with pytest.raises(UsageError, match="cvat holds one task, and dataset 'd' has several: more, things\nsay which"):
        mine.export("d", "initial-tag", "cvat", tmp_path / "out")


@pytest.mark.parametrize(
    ("format_name", "options", "message"),
    [
        (
            "csv",
            {"media": "copy"},
            "--media (media in Python) says nothing about csv\nleave it out; it is for yolo, images",
        ),
        ("coco", {"image_url": "x"}, "--image-url (image_url in Python) says nothing about coco"),
        ("images", {"media": "move"}, "no media 'move'\nuse copy, symlink, hardlink, none"),
        ("coco", {"on_error": "skp"}, "no on_error 'skp'; did you mean 'skip'?"),
        ("coco", {"images": "nowhere"}, "nowhere: no such folder"),
        ("coc", {}, "no format 'coc'; did you mean 'coco'?\nthere is: filenames, csv"),
        ("coco", {"source": "nowhere.json"}, "nowhere.json: no such file"),
    ],
)
def test_options_without_a_meaning(mine, tmp_path, monkeypatch, format_name, options, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        mine.export("d", "initial-tag", format_name, "out", **options)
    assert message in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_tasks_pass_the_checks_of_label_studio_itself(mine, tmp_path):
    checker = pytest.importorskip(
        "label_studio_sdk.label_interface",
        reason="label-studio-sdk, which checks tasks against a config, is not installed: large",
    )
    mine.export("d", "initial-tag", "labelstudio-config", tmp_path / "config.xml")
    interface = checker.LabelInterface((tmp_path / "config.xml").read_text())
    _, tasks = exported(mine, tmp_path, "initial-tag", "labelstudio")
    for task in tasks:
        assert interface.validate_task({"data": task["data"]})
        for prediction in task["predictions"]:
            assert interface.validate_prediction(prediction, return_errors=True) == []
