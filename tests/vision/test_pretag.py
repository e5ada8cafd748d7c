"""Predictions of models whose outputs are known, stored in pixels of the image."""

import json
from pathlib import Path

import numpy as np
import pytest

from sqlsel.errors import UsageError
from sqlsel.vision import pretagging
from sqlsel.vision.detections import suppress
from sqlsel.vision.predictor import Predictor
from tests.cli.conftest import sqlsel as command
from tests.vision.models import channel_means, constant
from tests.vision.pictures import images

NAMES = ("cat", "dog", "owl")
LIGHTLY = ("bicycle", "bus", "car", "motorcycle", "person", "train", "truck")
# Images are 20 x 10, models take 64 x 64: letterboxed, 3.2 times as large, from 16 rows below the top.
SCALE, DOWN = 3.2, 16


def there(x, y, width, height):
    """Centre and size in the model's input of a box in the image."""
    return [(x + width / 2) * SCALE, (y + height / 2) * SCALE + DOWN, width * SCALE, height * SCALE]


def corners(x, y, width, height):
    return [x * SCALE, y * SCALE + DOWN, (x + width) * SCALE, (y + height) * SCALE + DOWN]


BOXES = [(2, 1, 8, 6), (2.5, 1, 8, 6), (2, 1, 8, 6), (12, 3, 20, 4), (1, 1, 2, 2)]
CLASSES = [[0.9, 0.1, 0.0], [0.7, 0.2, 0.1], [0.1, 0.6, 0.1], [0.0, 0.1, 0.5], [0.2, 0.1, 0.1]]
# The second is suppressed by the first, the third is of another class, the fourth reaches out, the last is too unsure.
EXPECTED = [
    ("cat", 0.9, [0.9, 0.1, 0.0], [2, 1, 8, 6]),
    ("dog", 0.6, [1 / 8, 6 / 8, 1 / 8], [2, 1, 8, 6]),
    ("owl", 0.5, [0, 1 / 6, 5 / 6], [12, 3, 8, 4]),
]


def yolo8(extra=0):
    rows = [there(*box) + scores + [0.5] * extra for box, scores in zip(BOXES, CLASSES, strict=True)]
    rows += [[0.0] * len(rows[0])] * 20
    return np.array(rows, dtype=np.float32).T[None].copy()


def yolo5():
    rows = [[*there(*box), 0.5, *(2 * score if max(scores) <= 0.5 else score for score in scores)]
            for box, scores in zip(BOXES, CLASSES, strict=True)]  # fmt: skip
    rows += [[0.0] * len(rows[0])] * 20
    return np.array(rows, dtype=np.float32)[None]


def predicted(db, task="t"):
    rows = db.connection.execute(
        "SELECT sample_id, object_index, category, score, probabilities, bbox FROM d.predictions "
        "WHERE task = $1 ORDER BY ALL",
        [task],
    ).fetchall()
    found = {}
    for name, index, *rest in rows:
        found.setdefault(name, []).append((index, *rest))
    return found


def check(objects, expected):
    assert [each[0] for each in objects] == list(range(len(expected)))
    for (_, category, score, probabilities, box), wanted in zip(objects, expected, strict=True):
        assert category == wanted[0]
        assert score == pytest.approx(wanted[1], abs=1e-6)
        assert probabilities == pytest.approx(wanted[2], abs=1e-6)
        assert box == pytest.approx(wanted[3], abs=1e-5) if wanted[3] else box is None


@pytest.fixture
def pictures(db, tmp_path):
    db.ingest(images(tmp_path / "p", ["red", "green", "blue"]), dataset="d", measure=False)
    return db


@pytest.mark.parametrize("shape", [(1, 3, 64, 64), ("n", 3, 64, 64)])
@pytest.mark.parametrize(
    ("arrays", "properties"),
    [
        ({"output0": yolo8()}, {}),
        ({"output0": yolo8().transpose(0, 2, 1).copy()}, {}),
        ({"output0": yolo8(extra=32), "protos": np.zeros((1, 32, 4, 4), dtype=np.float32)}, {}),
        ({"output0": yolo8()}, {"names": "{0: 'cat', 1: 'dog', 2: 'owl'}", "imgsz": "[64, 64]"}),
    ],
)
def test_yolo_without_objectness(pictures, tmp_path, arrays, properties, shape):
    if shape[0] == "n":
        arrays = {name: np.repeat(array, 3, axis=0) for name, array in arrays.items()}
        shape = (3, *shape[1:])
    model = constant(tmp_path / "m.onnx", arrays, shape, properties=properties)
    report = pictures.pretag("d", model, task="t", classes=None if properties else NAMES)
    assert (report.added, report.objects, report.task_type) == (3, 9, "object-detection")
    found = predicted(pictures)
    assert list(found) == ["000.png", "001.png", "002.png"]
    for objects in found.values():
        check(objects, EXPECTED)


def test_yolo_with_objectness(pictures, tmp_path):
    model = constant(tmp_path / "m.onnx", {"output": yolo5()})
    pictures.pretag("d", model, task="t", classes="cat, dog, owl", confidence=0.3)
    expected = [
        ("owl", 0.5, [0, 1 / 6, 5 / 6], [12, 3, 8, 4]),
        ("cat", 0.45, [0.9, 0.1, 0.0], [2, 1, 8, 6]),
        ("dog", 0.3, [1 / 8, 6 / 8, 1 / 8], [2, 1, 8, 6]),
    ]
    check(predicted(pictures)["000.png"], expected)


def test_suppression_is_by_class_and_as_strict_as_asked(pictures, tmp_path):
    model = constant(tmp_path / "m.onnx", {"output0": yolo8()})
    pictures.pretag("d", model, task="t", classes=NAMES, iou=0.9, confidence=0.2)
    assert [each[1] for each in predicted(pictures)["000.png"]] == ["cat", "cat", "dog", "owl", "cat"]


def test_suppression_against_a_plain_loop():
    rng = np.random.default_rng(0)
    for _ in range(30):
        low = rng.uniform(0, 40, (60, 2))
        boxes = np.concatenate([low, low + rng.uniform(0, 30, (60, 2))], axis=1)
        classes, scores = rng.integers(0, 3, 60), rng.integers(0, 20, 60) / 20
        kept = []
        for row in sorted(range(60), key=lambda row: (-scores[row], row)):
            if all(classes[row] != classes[other] or union_share(boxes[row], boxes[other]) <= 0.4 for other in kept):
                kept.append(row)
        assert suppress(boxes, classes, scores, 0.4).tolist() == kept


def union_share(a, b):
    shared = max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return shared / (areas - shared)


TORCHVISION = {
    "boxes": np.array([corners(1, 1, 4, 4), corners(10, 2, 5, 5), corners(0, 0, 3, 3)], dtype=np.float32),
    "labels": np.array([2, 1, 3]),
    "scores": np.array([0.5, 0.75, 0.1], dtype=np.float32),
}


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 3, 64, 64)])
@pytest.mark.parametrize("classes", [NAMES, ("__background__", *NAMES)])
def test_boxes_labels_and_scores(pictures, tmp_path, shape, classes):
    model = constant(tmp_path / "m.onnx", TORCHVISION, shape)
    pictures.pretag("d", model, task="t", classes=classes)
    expected = [("cat", 0.75, [0.75, 0.125, 0.125], [10, 2, 5, 5]), ("dog", 0.5, [0.25, 0.5, 0.25], [1, 1, 4, 4])]
    for objects in predicted(pictures).values():
        check(objects, expected)


def test_names_with_gaps_as_those_of_coco(pictures, tmp_path):
    classes = ["__background__", "cat", "N/A", "dog", "N/A"]
    pictures.pretag("d", constant(tmp_path / "m.onnx", TORCHVISION), task="t", classes=classes)
    ((categories,),) = pictures.sql("SELECT categories FROM sqlsel.tasks WHERE task = 't'").fetchall()
    assert list(categories) == ["cat", "N/A 2", "dog", "N/A 4"]
    assert [each[1] for each in predicted(pictures)["000.png"]] == ["cat", "N/A 2"]


def test_labels_that_begin_at_zero_and_outputs_by_their_shapes(pictures, tmp_path):
    arrays = {"a": TORCHVISION["labels"][None] - 1, "b": TORCHVISION["scores"][None], "c": TORCHVISION["boxes"][None]}
    model = constant(tmp_path / "m.onnx", arrays)
    pictures.pretag("d", model, task="t", classes=NAMES, first_label=0)
    assert [each[1] for each in predicted(pictures)["000.png"]] == ["cat", "dog"]
    with pytest.raises(UsageError, match=r"label 0, and 3 class names begin at label 1\n.*--first-label"):
        pictures.pretag("d", model, task="u", classes=NAMES)


def test_end_to_end_rows(pictures, tmp_path):
    rows = [[*corners(1, 1, 4, 4), 0.5, 2], [*corners(10, 2, 5, 5), 0.75, 0], [0, 0, 0, 0, 0, 0]] + [[0] * 6] * 5
    model = constant(tmp_path / "m.onnx", {"output0": np.array([rows], dtype=np.float32)})
    pictures.pretag("d", model, task="t", classes=NAMES)
    expected = [("cat", 0.75, [0.75, 0.125, 0.125], [10, 2, 5, 5]), ("owl", 0.5, [0.25, 0.25, 0.5], [1, 1, 4, 4])]
    check(predicted(pictures)["000.png"], expected)


def test_images_without_objects_have_an_empty_prediction(pictures, tmp_path):
    model = constant(tmp_path / "m.onnx", {"output0": yolo8()})
    report = pictures.pretag("d", model, task="t", classes=NAMES, confidence=0.95)
    assert (report.added, report.objects) == (3, 0)
    assert predicted(pictures) == {f"00{number}.png": [(None,) * 5] for number in range(3)}
    assert pictures.pretag("d", model, task="t", classes=NAMES, confidence=0.95).kept == 3


@pytest.mark.parametrize("given", ["logits", "probabilities"])
def test_a_classifier(pictures, tmp_path, given):
    """The colours themselves are the numbers: red, green and blue images are told apart."""
    model = channel_means(tmp_path / "m.onnx", ("n", 3, 8, 8))
    scale = {"mean": 0, "std": 1 / 3} if given == "logits" else {"mean": 0, "std": 1}
    report = pictures.pretag("d", model, task="t", classes=NAMES, **scale)
    assert (report.task_type, report.objects) == ("classification", 3)
    top, other = (np.exp(3), 1) if given == "logits" else (1, 0)
    sure = top / (top + 2 * other)
    found = predicted(pictures)
    expected = [(sure if i == 0 else other / (top + 2 * other)) for i in range(3)]
    check(found["000.png"], [("cat", sure, expected, None)])
    assert found["002.png"][0][1] == "owl"
    with pytest.raises(UsageError, match="a classifier finds no objects"):
        pictures.pretag("d", model, task="u", classes=NAMES, crops=True)


def test_class_names_are_given_said_or_lightlys(pictures, tmp_path):
    seven = np.zeros((1, 11, 30), dtype=np.float32)
    seven[0, :4, 0] = there(1, 1, 4, 4)
    seven[0, 4 + 2, 0] = 0.8
    model = constant(tmp_path / "m.onnx", {"output0": seven})
    assert pictures.pretag("d", model).task == "lightly_pretagging"
    assert predicted(pictures, "lightly_pretagging")["000.png"][0][1] == "car"
    with pytest.raises(UsageError, match=r"what its classes are called\n.*7 classes with --classes a,b,c"):
        pictures.pretag("d", model, task="other")
    (tmp_path / "names.txt").write_text("a\nb\nc\nd\ne\nf\ng\n")
    pictures.pretag("d", model, task="other", classes=tmp_path / "names.txt")
    assert predicted(pictures, "other")["000.png"][0][1] == "c"
    with pytest.raises(UsageError, match=r"not understood: output0 .* and 2 class names"):
        pictures.pretag("d", model, task="third", classes="a,b")
    with pytest.raises(UsageError, match="stand for two classes: 'a'"):
        pictures.pretag("d", model, task="third", classes="a,b,a")


def test_scores_that_are_none_are_refused(pictures, tmp_path):
    model = constant(tmp_path / "m.onnx", {"output0": yolo8() * 10})
    with pytest.raises(UsageError, match="scores go from 0 to 9, not from 0 to 1"):
        pictures.pretag("d", model, task="t", classes=NAMES)
    with pytest.raises(UsageError, match="confidence 2 is not between 0 and 1"):
        pictures.pretag("d", model, task="t", classes=NAMES, confidence=2)


def test_what_is_stored_is_skipped_and_never_mixed(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(pretagging, "IMAGES_AT_A_TIME", 1)
    model = constant(tmp_path / "m.onnx", {"output0": yolo8()})
    predict, calls = Predictor.predict, []

    def interrupted(self, prepared):
        calls.append(len(prepared))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return predict(self, prepared)

    monkeypatch.setattr(Predictor, "predict", interrupted)
    with pytest.raises(KeyboardInterrupt):
        pictures.pretag("d", model, task="t", classes=NAMES)
    assert len(predicted(pictures)) == 2
    report = pictures.pretag("d", model, task="t", classes=NAMES)
    assert (report.added, report.kept) == (1, 2)
    assert len(calls) == 4
    with pytest.raises(UsageError, match=r"made otherwise: confidence differ\n.*--task.*--overwrite"):
        pictures.pretag("d", model, task="t", classes=NAMES, confidence=0.9)
    report = pictures.pretag("d", model, task="t", classes=NAMES, confidence=0.8, overwrite=True)
    assert (report.added, report.kept, report.objects) == (3, 0, 3)


def test_ingested_predictions_are_left_alone(pictures, tmp_path):
    import pyarrow as pa

    rows = pa.table({"file_name": ["000.png"], "seen": [{"cat": 0.5, "dog": 0.5}]})
    pictures.ingest(rows, dataset="d", predictions={"t": "seen"})
    model = constant(tmp_path / "m.onnx", {"output0": yolo8()})
    with pytest.raises(UsageError, match="predictions that were ingested"):
        pictures.pretag("d", model, task="t", classes=NAMES)


def test_corrupt_images_are_told(pictures, tmp_path):
    (tmp_path / "p" / "001.png").write_bytes(b"no image")
    report = pictures.pretag("d", constant(tmp_path / "m.onnx", {"output0": yolo8()}), task="t", classes=NAMES)
    assert (report.added, report.failed) == (2, 1)
    assert str(report.problems[1]) == "001.png: is not an image that Pillow can read"


OBJECT_BALANCE = {
    "n_samples": 2,
    "strategies": [
        {"input": {"type": "EMBEDDINGS", "task": "lightly_pretagging"}, "strategy": {"type": "DIVERSITY"}},
        {
            "input": {"type": "PREDICTIONS", "task": "lightly_pretagging", "name": "CLASS_DISTRIBUTION"},
            "strategy": {"type": "BALANCE", "target": dict.fromkeys(LIGHTLY, 1 / 7)},
        },
    ],
}


def test_object_balancing_runs_from_a_folder_of_images(tmp_path, monkeypatch):
    """Ingest, pretag with crops, select: three commands."""
    monkeypatch.chdir(tmp_path)
    images(Path("photos"), ["red", "green", "blue", "white"])
    output = np.zeros((1, 11, 30), dtype=np.float32)
    for number, label in enumerate((2, 4)):
        output[0, :4, number] = there(1 + 9 * number, 1, 4, 4)
        output[0, 4 + label, number] = 0.8
    constant(Path("yolo.onnx"), {"output0": output})
    Path("config.json").write_text(json.dumps(OBJECT_BALANCE))
    place = ("--db", "x.duckdb", "--dataset", "photos")
    assert command("ingest", "photos", *place).code == 0
    pretagged = command("pretag", *place, "--model", "yolo.onnx", "--crops")
    assert pretagged.code == 0, pretagged.err
    assert "dataset photos, task lightly_pretagging (object-detection)" in pretagged.err
    assert "4 images looked at, 8 objects" in pretagged.err
    assert "8 vectors of objects added" in pretagged.err
    selected = command("select", "config.json", *place, "--format", "filenames")
    assert selected.code == 0, selected.err
    assert len(selected.out.split()) == 2
    again = command("pretag", *place, "--model", "yolo.onnx", "--crops")
    assert "0 images looked at, 0 objects, 4 were there" in again.err
