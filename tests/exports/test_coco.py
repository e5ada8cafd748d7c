"""A part of a COCO file: nothing but entries of its lists is gone, and it is ingested again as the same selection."""

import json
import shutil

import pytest

import sqlsel
from sqlsel.errors import SelectionError, UsageError
from sqlsel.exports.json_slices import list_at, lists_of_object, with_entries
from tests.exports.tagged import tag, tag_objects
from tests.sources.labels.made import COCO, coco, images, predictions, samples, write

# Spelling that no writer of JSON would repeat: numbers, blanks, escapes, a key twice, fields that nobody knows.
MINE = """{"info": {"year": 2.0170e3, "by": "caf\\u00e9"},
 "licenses" : [{"id":1,"name":"mine"}],
 "images": [
   {"file_name": "a.jpg", "id": 11, "width": 100, "height": 50, "flickr": null},
   {"id": 7, "file_name": "./b.jpg",  "coco_url": "http:\\/\\/x", "width": 100, "height": 50},
   {"id": 9, "file_name": "c.jpg", "width": 100, "height": 50}
 ],
 "annotations": [
   {"id": 5, "image_id": 7, "category_id": 3, "bbox": [1.0, 2.50, 3e0, 4], "segmentation": [[1,2,3,4,5,6]]},
   {"id": 2, "image_id": 11, "category_id": 3, "bbox": [0, 0, 1, 1], "mine": {"deep": [true]}},
   {"id": 3, "image_id": 7, "category_id": 9, "bbox": [5, 5, 1, 1], "area": 1.0000000000000000000001}
 ],
 "categories": [{"id": 3, "name": "cat", "supercategory": "animal"}, {"id": 9, "name": "dog"}], "mine": 1}
"""


@pytest.fixture
def mine(db, tmp_path):
    """A dataset of three images that was read from a COCO file; and the file."""
    images(tmp_path / "images", "a.jpg", "b.jpg", "c.jpg")
    file = write(tmp_path / "mine.json", MINE)
    db.ingest(file, dataset="d", images=tmp_path / "images", measure=False)
    return file


def lines(text, *numbers):
    return [text.splitlines()[number] for number in numbers]


def test_everything_that_stays_is_spelled_as_it_was(db, tmp_path, mine):
    tag(db, "d", ["b.jpg", "c.jpg"])
    report = db.export("d", "round-1", "coco", tmp_path / "part.json")
    assert (report.samples, report.problems) == (2, ())
    whole, part = MINE.splitlines(), (tmp_path / "part.json").read_text().splitlines()
    assert part == [*whole[:3], *whole[4:8], whole[8], whole[10], *whole[11:]]


def test_every_image_is_the_file_itself(db, tmp_path, mine):
    db.export("d", "initial-tag", "coco", tmp_path / "all.json")
    assert (tmp_path / "all.json").read_text() == MINE


def test_ingesting_the_part_gives_the_samples_and_annotations_of_the_selection(db, tmp_path):
    images(tmp_path / "set/images", "a.jpg", "b.jpg", "c.jpg")
    coco(tmp_path / "set/annotations/all.json")
    db.ingest(tmp_path / "set", dataset="d", measure=False)
    tag(db, "d", ["images/b.jpg", "images/c.jpg"])
    db.export("d", "round-1", "coco", tmp_path / "part.json")
    db.ingest(tmp_path / "part.json", dataset="again", images=tmp_path / "set", measure=False)
    whole = [row for row in predictions(db) if row[0] != "images/a.jpg"]
    assert [row for row in predictions(db, "again") if row[0] != "images/a.jpg"] == whole
    assert len(whole) == 3
    db.ingest(tmp_path / "part.json", dataset="alone")
    assert samples(db, "alone") == ["b.jpg", "c.jpg"]


def test_preselected_images_come_along_unless_they_may_not(db, tmp_path, mine):
    tag(db, "d", ["b.jpg"], preselected=["a.jpg"])
    assert db.export("d", "round-1", "coco", tmp_path / "part.json").samples == 2
    report = db.export("d", "round-1", "coco", tmp_path / "part.json", exclude_preselected=True)
    assert report.samples == 1
    assert [one["id"] for one in json.loads((tmp_path / "part.json").read_text())["images"]] == [7]


def test_a_part_of_detections_is_a_list_of_detections(db, tmp_path, mine):
    found = '[\n {"image_id": 9, "category_id": 3, "bbox": [1,2,3,4], "score": 0.10},\n '
    found += '{"image_id": 11, "category_id": 9, "bbox": [1,2,3,4], "score": 1e-1, "mine": 1}\n]'
    file = write(tmp_path / "found.json", found)
    db.ingest(file, dataset="m", annotations=mine, task="model")
    tag(db, "m", ["a.jpg"])
    db.export("m", "round-1", "coco", tmp_path / "part.json")
    assert (tmp_path / "part.json").read_text() == "[\n " + found.splitlines()[2].strip() + "\n]"


def test_objects_that_were_chosen_are_the_annotations_that_stay(db, tmp_path, mine):
    ((image, number),) = tag_objects(db, "d", "objects", 1)
    db.export("d", "objects-1", "coco", tmp_path / "part.json")
    part = json.loads((tmp_path / "part.json").read_text())
    ids = {"a.jpg": [2], "b.jpg": [5, 3]}
    assert [one["id"] for one in part["annotations"]] == [ids[image][number]]
    assert [one["file_name"].removeprefix("./") for one in part["images"]] == [image]
    tag_objects(db, "d", "objects", 3, "all-objects")
    db.export("d", "all-objects", "coco", tmp_path / "part.json")
    assert json.loads((tmp_path / "part.json").read_text())["annotations"] == json.loads(MINE)["annotations"]


def test_all_objects_of_the_images_on_request(db, tmp_path, mine):
    config = {"n_samples": 1, "select_objects_of": "objects", "strategies": []}
    config["strategies"] = [{"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}]
    chosen = db.select(config, dataset="d", tag="objects-1", where="file_name = 'b.jpg'")
    assert len(chosen.objects) == 1
    db.export("d", "objects-1", "coco", tmp_path / "part.json", all_objects=True)
    assert [one["id"] for one in json.loads((tmp_path / "part.json").read_text())["annotations"]] == [5, 3]


def test_images_that_are_not_in_the_file(db, tmp_path, mine):
    images(tmp_path / "images", "d.jpg", "e.jpg")
    db.ingest(tmp_path / "images", dataset="d", measure=False)
    tag(db, "d", ["b.jpg", "d.jpg"])
    with pytest.raises(UsageError) as refused:
        db.export("d", "round-1", "coco", tmp_path / "part.json")
    assert str(refused.value) == (
        '1 of 2 images are not in mine.json: d.jpg\n--on-error skip (on_error="skip" in Python) writes the others'
    )
    assert not (tmp_path / "part.json").exists()
    report = db.export("d", "round-1", "coco", tmp_path / "part.json", on_error="skip")
    assert (report.samples, [str(one) for one in report.problems]) == (
        1,
        ["left out: 1 of 2 images are not in mine.json: d.jpg"],
    )
    tag(db, "d", ["d.jpg", "e.jpg"], "round-2")
    with pytest.raises(UsageError, match="2 of 2 images are not in mine"):
        db.export("d", "round-2", "coco", tmp_path / "part.json", on_error="skip")


def test_a_dataset_is_found_in_a_file_that_is_given(db, tmp_path, mine):
    db.ingest(tmp_path / "images", dataset="plain", measure=False)
    tag(db, "plain", ["b.jpg"])
    with pytest.raises(UsageError, match="holds boxes, and dataset 'plain' has none"):
        db.export("plain", "round-1", "coco", tmp_path / "part.json")
    db.export("plain", "round-1", "coco", tmp_path / "part.json", source=mine)
    assert [one["id"] for one in json.loads((tmp_path / "part.json").read_text())["images"]] == [7]
    # its names may begin higher up, or lower down
    db.ingest(tmp_path, dataset="higher", measure=False)
    tag(db, "higher", ["images/b.jpg"])
    db.export("higher", "round-1", "coco", tmp_path / "part.json", source=mine)
    assert [one["id"] for one in json.loads((tmp_path / "part.json").read_text())["images"]] == [7]
    deeper = write(tmp_path / "deeper.json", MINE.replace("a.jpg", "images/a.jpg").replace("./b", "images/b"))
    db.export("plain", "round-1", "coco", tmp_path / "part.json", source=deeper)
    assert [one["id"] for one in json.loads((tmp_path / "part.json").read_text())["images"]] == [7]


def test_the_file_is_found_where_it_went_with_the_database(tmp_path):
    (tmp_path / "here").mkdir()
    with sqlsel.connect(tmp_path / "here/x.duckdb") as db:
        db.ingest(coco(tmp_path / "here/mine.json"), dataset="d")
        tag(db, "d", ["b.jpg"])
    shutil.move(tmp_path / "here", tmp_path / "there")
    with sqlsel.connect(tmp_path / "there/x.duckdb", read_only=True) as db:
        assert db.export("d", "round-1", "coco", tmp_path / "part.json").samples == 1
        (tmp_path / "there/mine.json").rename(tmp_path / "other.json")
        with pytest.raises(
            UsageError, match=r"here/mine\.json: the COCO file .* is not there any more\nsay where it is"
        ):
            db.export("d", "round-1", "coco", tmp_path / "part.json")
        assert db.export("d", "round-1", "coco", tmp_path / "p.json", source=tmp_path / "other.json").samples == 1


def test_of_several_files_one_has_to_be_named(db, tmp_path):
    for name in ("train", "val"):
        write(tmp_path / f"{name}.json", {**COCO, "images": [{"id": 1, "file_name": f"{name}.jpg"}], "annotations": []})
        db.ingest(tmp_path / f"{name}.json", dataset="d")
    tag(db, "d", ["train.jpg", "val.jpg"])
    with pytest.raises(UsageError, match=r"read from several files of COCO: .*val\.json, .*train\.json\nsay of which"):
        db.export("d", "round-1", "coco", tmp_path / "part.json")
    options = {"source": tmp_path / "val.json", "on_error": "skip"}
    assert db.export("d", "round-1", "coco", tmp_path / "part.json", **options).samples == 1


def test_the_file_itself_is_not_replaced_by_a_part_of_it(db, tmp_path, mine):
    tag(db, "d", ["b.jpg"])
    with pytest.raises(UsageError, match="the file that a part is taken of"):
        db.export("d", "round-1", "coco", mine)
    assert mine.read_text() == MINE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"images": [', "broken.json:1:13: this is no JSON: Expecting value"),
        ('{"images": [],}', "broken.json:1:15: this is no JSON"),
        ('{"pictures": []}', "broken.json: cannot be read as COCO: it has no list of images"),
        ('[{"image_id": 1, "bbox": [1,2,3,4]}]', "broken.json: a list of COCO detections"),
        ('{"images": []}', "1 of 1 images are not in broken.json: b.jpg"),
    ],
)
def test_files_that_are_no_coco(db, tmp_path, mine, text, message):
    tag(db, "d", ["b.jpg"])
    with pytest.raises(UsageError) as refused:
        db.export("d", "round-1", "coco", tmp_path / "part.json", source=write(tmp_path / "broken.json", text))
    assert message in str(refused.value)
    assert not (tmp_path / "part.json").exists()


def test_a_tag_with_nothing_in_it(db, tmp_path, mine):
    tag(db, "d", ["b.jpg"])
    with pytest.raises(SelectionError, match="tag 'initial-tag' of dataset 'd' holds nothing to write"):
        db.export("d", "initial-tag", "coco", tmp_path / "part.json", exclude_preselected=True)


@pytest.mark.parametrize("flags", [(1, 1, 1), (0, 0, 0), (1, 0, 1), (0, 1, 0), (0, 0, 1)])
@pytest.mark.parametrize(
    "text", ['{"a":[1,2,3],"b":[ ]}', ' { "b" : [],\n"a" : [ 1 , {"x": [2]} ,"]" ] } ', '{"a": [1,2,3]}']
)
def test_any_entries_can_be_left_out(text, flags):
    found = lists_of_object(text, {"a": lambda value: value, "b": lambda value: value})
    part = "".join(with_entries(text, [(found["a"], flags)]))
    whole = json.loads(text)
    assert json.loads(part) == {**whole, "a": [one for one, keep in zip(whole["a"], flags, strict=True) if keep]}
    assert (part == text) == all(flags)
    listed = text[found["a"].begin : found["a"].end]
    assert list_at(listed, 0, lambda value: value).notes == whole["a"]
