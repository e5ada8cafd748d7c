"""Prediction files: what becomes of them, and what is refused."""

import pytest

from sqlsel.errors import IngestError
from sqlsel.facts import TaskFacts
from tests.sources.lightly.folders import images, read, reading, task, write

CAT = {"category_id": 0, "score": 0.75, "probabilities": [0.75, 0.25]}
DOG = {"category_id": 5, "score": 0.6, "bbox": [1, 2, 30.5, 40]}
TYPES = ("classification", "object-detection", "keypoint-detection", "instance-segmentation", "semantic-segmentation")


def row(
    name, index, category, score=None, probabilities=None, bbox=None, task_name="animals", area=None, confidence=None
):
    return {
        "sample_id": name,
        "task": task_name,
        "object_index": index,
        "category": category,
        "score": score,
        "probabilities": probabilities,
        "bbox": bbox,
        "area": area,
        "keypoint_confidence": confidence,
    }


def test_categories_are_found_by_id_whatever_the_gaps(tmp_path):
    images(tmp_path, "a.png", "b.png")
    task(tmp_path, a={"predictions": [CAT]}, b={"predictions": [{"category_id": 5}]})
    assert read(tmp_path)[1] == [row("a.png", 0, "cat", 0.75, [0.75, 0.25]), row("b.png", 0, "dog")]


def test_objects_are_numbered_in_the_order_of_the_file(tmp_path):
    images(tmp_path, "a.png")
    task(tmp_path, task_type="object-detection", a={"file_name": "a.png", "predictions": [DOG, CAT, DOG]})
    assert read(tmp_path)[1] == [
        row("a.png", 0, "dog", 0.6, None, [1.0, 2.0, 30.5, 40.0], area=1220.0),
        row("a.png", 1, "cat", 0.75, [0.75, 0.25]),
        row("a.png", 2, "dog", 0.6, None, [1.0, 2.0, 30.5, 40.0], area=1220.0),
    ]


def test_an_empty_list_is_an_answer_and_no_file_is_none(tmp_path):
    images(tmp_path, "a.png", "b.png")
    task(tmp_path, task_type="object-detection", a={"predictions": []})
    assert read(tmp_path)[1] == [row("a.png", None, None)]


@pytest.mark.parametrize("name", [*TYPES, "OBJECT_DETECTION", "Keypoint_Detection"])
def test_every_task_type_is_read_and_what_belongs_to_another_is_passed_over(tmp_path, name):
    images(tmp_path, "a.png")
    entry = {**CAT, "bbox": [0, 0, 2, 3], "segmentation": [3, 1, 8, 4], "keypoints": [1, 2, 0.5, 3, 4, 1]}
    task(tmp_path, task_type=name, a={"predictions": [entry]})
    kind = name.lower().replace("_", "-")
    area = 5.0 if "segmentation" in kind else 6.0
    confidence = 0.75 if kind == "keypoint-detection" else None
    with reading(tmp_path) as (intake, rows):
        expected = row("a.png", 0, "cat", 0.75, [0.75, 0.25], [0, 0, 2, 3], area=area, confidence=confidence)
        assert rows(intake.predictions) == [expected]
        assert (intake.tasks[0].task_type, intake.tasks[0].has_keypoints) == (kind, confidence is not None)


@pytest.mark.parametrize(
    ("runs", "pixels"), [([2, 2, 1, 3, 3, 1], 6), ([0, 12], 12), ([12], 0), ([], 0), ([0, 1, 0, 2], 3)]
)
def test_the_area_of_a_mask_is_that_of_its_runs_inside(tmp_path, runs, pixels):
    images(tmp_path, "a.png")
    task(tmp_path, task_type="semantic-segmentation", a={"predictions": [{"category_id": 0, "segmentation": runs}]})
    assert read(tmp_path)[1] == [row("a.png", 0, "cat", area=pixels)]


def test_the_tasks_say_what_their_predictions_have(tmp_path):
    images(tmp_path, "a.png", "b.png")
    task(tmp_path, "all", a={"predictions": [CAT]}, b={"predictions": []})
    task(tmp_path, "some", a={"predictions": [CAT]}, b={"predictions": [{"category_id": 0}]})
    task(tmp_path, "none")
    write(tmp_path / ".lightly/predictions/forgotten/schema.json", {})
    with reading(tmp_path) as (intake, _):
        assert intake.tasks == (
            TaskFacts("all", "classification", ("cat", "dog"), (), has_probabilities=True, has_predictions=True),
            TaskFacts("some", "classification", ("cat", "dog"), (), has_probabilities=False, has_predictions=True),
            TaskFacts("none", "classification", ("cat", "dog"), (), has_probabilities=False, has_predictions=False),
        )
        assert [str(problem) for problem in intake.problems] == [
            ".lightly/predictions/none: the task has no prediction files",
            ".lightly/predictions/forgotten: not read, as tasks.json does not list it",
        ]


def test_rows_beyond_one_batch_all_arrive(tmp_path):
    images(tmp_path, "a.png")
    task(tmp_path, task_type="object-detection", a={"predictions": [CAT] * 9_000})
    assert [found["object_index"] for found in read(tmp_path)[1]] == list(range(9_000))


BAD = {
    "no JSON": ('{"predictions": [', ":1:18", "this is no JSON"),
    "more than one": ('{"predictions": []} {}', ":1:21", "Extra data"),
    "empty": (" ", "", "the file is empty"),
    "a list": ([], "", "should be a JSON object, not a list"),
    "no predictions": (
        {"file_name": "a.png"},
        " predictions",
        "should be a list, empty if nothing was found, not null",
    ),
    "entry": ({"predictions": [3]}, " predictions[0]", "should be an object, not the number 3"),
    "unknown category": (
        {"predictions": [{"category_id": 1}]},
        " predictions[0].category_id",
        "(0, 5), not the number 1",
    ),
    "category as text": ({"predictions": [{"category_id": "cat"}]}, " predictions[0].category_id", "the text 'cat'"),
    "category as truth": ({"predictions": [{"category_id": False}]}, " predictions[0].category_id", "not false"),
    "no category": ({"predictions": [{}]}, " predictions[0].category_id", "not null"),
    "score": ({"predictions": [{**CAT, "score": 1.5}]}, " predictions[0].score", "from 0 to 1, not the number 1.5"),
    "score as text": ({"predictions": [{**CAT, "score": "1"}]}, " predictions[0].score", "not the text '1'"),
    "score NaN": ('{"predictions": [{"category_id": 0, "score": NaN}]}', " predictions[0].score", "not the number nan"),
    "probabilities": (
        {"predictions": [{**CAT, "probabilities": 1}]},
        " predictions[0].probabilities",
        "a list of numbers",
    ),
    "length": (
        {"predictions": [{**CAT, "probabilities": [1.0]}]},
        " predictions[0].probabilities",
        "1 probabilities for 2 categories",
    ),
    "range": (
        {"predictions": [{**CAT, "probabilities": [1.5, -0.5]}]},
        " predictions[0].probabilities[0]",
        "from 0 to 1, not the number 1.5",
    ),
    "hole": ({"predictions": [{**CAT, "probabilities": [1.0, None]}]}, " predictions[0].probabilities[1]", "not null"),
    "sum": ({"predictions": [{**CAT, "probabilities": [0.5, 0.25]}]}, " predictions[0].probabilities", "sum to 0.75"),
    "box": (
        {"predictions": [{**DOG, "bbox": [1, 2, 3]}]},
        " predictions[0].bbox",
        "four numbers (x, y, width, height)",
    ),
    "box of text": ({"predictions": [{**DOG, "bbox": [1, 2, 3, "4"]}]}, " predictions[0].bbox[3]", "not the text '4'"),
    "huge box": (
        '{"predictions": [{"category_id": 0, "bbox": [0, 0, 1e999, 1]}]}',
        " predictions[0].bbox[2]",
        "a number",
    ),
    "negative box": ({"predictions": [{**DOG, "bbox": [1, 2, -3, 4]}]}, " predictions[0].bbox[2]", "0 or more"),
    "two answers": ({"predictions": [CAT, CAT]}, " predictions", "one prediction per image, not 2"),
    "other image": ({"file_name": "b.png", "predictions": []}, " file_name", "'b.png' belongs to b.json"),
    "name": ({"file_name": 3, "predictions": []}, " file_name", "should be a text, not the number 3"),
    "half a character": ('{"file_name": "a.\\ud800", "predictions": []}', " file_name", "should be a text"),
    "long number": (f'{{"predictions": {"1" * 5000}}}', "", "this JSON cannot be read"),
    "deep": ("[" * 100_000, "", "this JSON cannot be read"),
}


BAD_OF_A_TYPE = {
    "mask": ("instance-segmentation", {"segmentation": "3 1"}, "segmentation", "a list of run lengths, not the text"),
    "polygon": ("instance-segmentation", {"segmentation": [[1, 2]]}, "segmentation[0]", "a whole number from 0 on"),
    "run": ("semantic-segmentation", {"segmentation": [3, 1, -8]}, "segmentation[2]", "not the number -8"),
    "points": ("keypoint-detection", {"keypoints": [1, 2]}, "keypoints", "each keypoint in turn, not a list of 2"),
    "no points": ("keypoint-detection", {"keypoints": []}, "keypoints", "not a list of 0"),
    "confidence": ("keypoint-detection", {"keypoints": [1, 2, 3]}, "keypoints[2]", "from 0 to 1, not the number 3"),
    "point": ("keypoint-detection", {"keypoints": [1, None, 1]}, "keypoints[1]", "a number, not null"),
}


@pytest.mark.parametrize(("kind", "entry", "place", "message"), BAD_OF_A_TYPE.values(), ids=BAD_OF_A_TYPE)
def test_what_is_wrong_for_a_task_type_is_refused_with_the_place(tmp_path, kind, entry, place, message):
    images(tmp_path, "a.png")
    task(tmp_path, task_type=kind, a={"predictions": [{**DOG, "category_id": 0}, {**DOG, **entry}]})
    with pytest.raises(IngestError, match="1 file cannot be used") as caught:
        read(tmp_path)
    (problem,) = caught.value.problems
    assert problem.where == f".lightly/predictions/animals/a.json predictions[1].{place}"
    assert message in problem.message


def test_a_category_covers_an_image_once(tmp_path):
    images(tmp_path, "a.png")
    entries = [{"category_id": 0}, {"category_id": 5}, {"category_id": 0}]
    task(tmp_path, task_type="semantic-segmentation", a={"predictions": entries})
    with pytest.raises(IngestError, match="one mask per category, and 'cat' has two"):
        read(tmp_path)


@pytest.mark.parametrize(("document", "place", "message"), BAD.values(), ids=BAD)
def test_a_file_that_is_wrong_is_refused_with_the_place(tmp_path, document, place, message):
    images(tmp_path, "a.png", "b.png")
    task(tmp_path, a=document, b={"predictions": [CAT]})
    with pytest.raises(IngestError, match="1 file cannot be used; nothing was stored") as caught:
        read(tmp_path)
    (problem,) = caught.value.problems
    assert problem.where == f".lightly/predictions/animals/a.json{place}"
    assert message in problem.message


def test_text_that_is_not_utf8_is_refused(tmp_path):
    images(tmp_path, "a.png")
    task(tmp_path)
    (tmp_path / ".lightly/predictions/animals/a.json").write_bytes(b'{"predictions": [], "note": "\xff"}')
    with pytest.raises(IngestError, match="the text is not UTF-8"):
        read(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"predictions": []}',
        b' \n{"predictions": []}\r\n\n',
        '{"predictions": []}'.encode("utf-16"),
        b'{"predictions": [], "note": "' + b"long " * 20_000 + b'"}',
    ],
)
def test_json_is_read_as_python_reads_it(tmp_path, content):
    images(tmp_path, "a.png")
    task(tmp_path)
    (tmp_path / ".lightly/predictions/animals/a.json").write_bytes(content)
    assert read(tmp_path)[1] == [row("a.png", None, None)]


def test_small_departures_of_single_precision_are_no_faults(tmp_path):
    images(tmp_path, "a.png")
    entry = {"category_id": 0, "score": 1.0000001, "probabilities": [1.0000001, 0.0005]}
    task(tmp_path, a={"predictions": [entry]})
    assert read(tmp_path)[1] == [row("a.png", 0, "cat", 1.0000001, [1.0000001, 0.0005])]


def test_all_bad_files_are_told_of_at_once(tmp_path):
    images(tmp_path, "good.png")
    bad = {f"bad{number:02}": {"predictions": [{"category_id": 9}]} for number in range(23)}
    task(tmp_path, good={"predictions": [CAT]}, **bad)
    task(tmp_path, "second", good="no json")
    write(tmp_path / ".lightly/metadata/schema.json", "[{]")
    with pytest.raises(IngestError, match=r"25 files cannot be used \(the first 10 are listed\)") as caught:
        read(tmp_path)
    assert [problem.where for problem in caught.value.problems][1:3] == [
        f".lightly/predictions/animals/bad{number:02}.json predictions[0].category_id" for number in (0, 1)
    ]
    assert len(caught.value.problems) == 10


def test_bad_files_are_left_out_on_request(tmp_path):
    images(tmp_path, "good.png", *(f"bad{number:02}.png" for number in range(12)))
    bad = {f"bad{number:02}": {"predictions": [{"category_id": 9}]} for number in range(12)}
    task(tmp_path, good={"predictions": [CAT]}, **bad)
    samples, rows, told = read(tmp_path, on_error="skip")
    assert len(samples) == 13
    assert rows == [row("good.png", 0, "cat", 0.75, [0.75, 0.25])]
    assert told[0] == "skipped: 12 files cannot be used and left out (the first 10 follow)"
    assert told[1].startswith(".lightly/predictions/animals/bad00.json predictions[0].category_id: should be an id")
    assert len(told) == 11


def test_what_describes_the_others_is_never_left_out(tmp_path):
    images(tmp_path, "a.png", "b.png")
    task(tmp_path, a={"predictions": [CAT]}, b={"predictions": 3})
    write(tmp_path / ".lightly/metadata/schema.json", "[{]")
    with pytest.raises(IngestError, match="1 file cannot be used") as caught:
        read(tmp_path, on_error="skip")
    assert "on_error" not in caught.value.hint


def test_a_task_whose_files_are_all_bad_is_refused_in_any_case(tmp_path):
    images(tmp_path, "a.png", "b.png")
    task(tmp_path, a={"predictions": 1}, b={"predictions": 2})
    with pytest.raises(IngestError, match="not one prediction of task 'animals' can be used"):
        read(tmp_path, on_error="skip")
