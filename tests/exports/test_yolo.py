"""A part of a YOLO dataset: label files byte for byte, data.yaml in its own text, ingested again as the same."""

import pytest
import yaml

from sqlsel.errors import UsageError
from sqlsel.exports.yaml_text import with_values
from tests.exports.tagged import tag, tag_objects
from tests.sources.labels.made import images, predictions, samples, write, yolo

LABELS = {
    "a": "0 0.5 0.5 0.20 0.4\n",
    "b": "1  .1 .1 .1 .1\r\n\n0 .5 .5 .1 .1 0.75",
    "deep/c": None,
}


@pytest.fixture
def mine(db, tmp_path):
    """A dataset of two parts that was read from a YOLO dataset; and its yaml file."""
    file = yolo(tmp_path / "set", LABELS)
    images(tmp_path / "set/images/val", "v.jpg")
    file.write_text(
        f"# mine\npath: {tmp_path}/set  # moved\ntrain: images/train\nval: ./images/val\n\nnames: [cat, dog]\n"
    )
    db.ingest(file, dataset="d", measure=False)
    return file


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_labels_and_images_of_the_selected_in_their_folders(db, tmp_path, mine):
    tag(db, "d", ["images/train/b.jpg", "images/train/deep/c.jpg", "images/val/v.jpg"])
    report = db.export("d", "round-1", "yolo", tmp_path / "part")
    assert (report.samples, report.problems) == (3, ())
    part, pictures = tmp_path / "part", ["images/train/b.jpg", "images/train/deep/c.jpg", "images/val/v.jpg"]
    assert files(part) == [".sqlsel-export.json", "data.yaml", *pictures, "labels/train/b.txt"]
    assert (part / "labels/train/b.txt").read_bytes() == LABELS["b"].encode()
    for name in pictures:
        assert (part / name).read_bytes() == (tmp_path / "set" / name).read_bytes()
    assert (part / "data.yaml").read_text() == "# mine\ntrain: images/train\nval: images/val\n\nnames: [cat, dog]\n"


def test_ingesting_the_part_gives_the_samples_and_labels_of_the_selection(db, tmp_path, mine):
    chosen = ["images/train/a.jpg", "images/train/b.jpg"]
    tag(db, "d", chosen)
    report = db.export("d", "round-1", "yolo", tmp_path / "part")
    assert [str(one) for one in report.problems] == [
        "no image of val is in the tag: that folder is empty, and no model trains with it"
    ]
    db.ingest(tmp_path / "part/data.yaml", dataset="again", measure=False)
    assert samples(db, "again") == chosen
    assert predictions(db, "again") == [row for row in predictions(db) if row[0] in chosen]
    assert len(predictions(db, "again")) == 3


@pytest.mark.parametrize(("media", "kind"), [("symlink", "link"), ("hardlink", "file"), ("none", None)])
def test_images_can_be_links_or_stay_away(db, tmp_path, mine, media, kind):
    tag(db, "d", ["images/train/a.jpg"])
    db.export("d", "round-1", "yolo", tmp_path / "part", media=media)
    image, source = (tmp_path / folder / "images/train/a.jpg" for folder in ("part", "set"))
    assert image.exists() == (kind is not None)
    if kind is not None:
        assert image.samefile(source)
        assert image.is_symlink() == (kind == "link")
    assert not (tmp_path / "part/labels/train/a.txt").is_symlink()


def test_objects_that_were_chosen_are_the_lines_that_stay(db, tmp_path, mine):
    chosen = tag_objects(db, "d", "objects", 2)
    db.export("d", "objects-1", "yolo", tmp_path / "part", media="none")
    lines = {
        "images/train/a.jpg": ["0 0.5 0.5 0.20 0.4"],
        "images/train/b.jpg": ["1  .1 .1 .1 .1", "0 .5 .5 .1 .1 0.75"],
    }
    for image in lines:
        label = tmp_path / "part" / image.replace("images", "labels").replace(".jpg", ".txt")
        kept = [lines[name][number] for name, number in sorted(chosen) if name == image]
        assert [line for line in (label.read_text().splitlines() if label.exists() else []) if line] == kept
    db.export("d", "objects-1", "yolo", tmp_path / "whole", media="none", all_objects=True)
    for image in {name for name, _ in chosen}:
        label = image.replace("images", "labels").replace(".jpg", ".txt")
        assert (tmp_path / "whole" / label).read_bytes() == (tmp_path / "set" / label).read_bytes()


def test_a_folder_of_images_and_the_yaml_file_that_is_given(db, tmp_path, mine):
    db.ingest(tmp_path / "set/images/train", dataset="plain", measure=False)
    tag(db, "plain", ["b.jpg"])
    db.export("plain", "round-1", "yolo", tmp_path / "part", source=mine)
    assert "images/train/b.jpg" in files(tmp_path / "part")
    assert "labels/train/b.txt" in files(tmp_path / "part")


def test_a_yaml_file_of_roboflow_leads_into_the_part_and_not_back(db, tmp_path):
    file = yolo(tmp_path / "set", {"a": "0 .5 .5 .1 .1\n"}, "train/images")
    file.write_text("train: ../train/images\nval: ../valid/images\nnc: 2\nnames: ['cat', 'dog']\n")
    images(tmp_path / "set/valid/images", "b.jpg")
    db.ingest(file, dataset="d", measure=False)
    db.export("d", "initial-tag", "yolo", tmp_path / "set/part")
    text = (tmp_path / "set/part/data.yaml").read_text()
    assert text == "train: train/images\nval: valid/images\nnc: 2\nnames: ['cat', 'dog']\n"
    db.ingest(tmp_path / "set/part/data.yaml", dataset="again", measure=False)
    assert samples(db, "again") == ["train/images/a.jpg", "valid/images/b.jpg"]


def test_the_dataset_itself_is_not_replaced(db, tmp_path, mine):
    before = files(tmp_path / "set")
    with pytest.raises(UsageError, match="there is something in it already"):
        db.export("d", "initial-tag", "yolo", tmp_path / "set", overwrite=True)
    assert files(tmp_path / "set") == before


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("# c\npath: ../x  # root\ntrain: a\n", "# c\ntrain: b\n"),
        ("train: 'a' # keep\npath: /x", "train: b # keep\n"),
        ("path: |\n  a\n  b\ntrain: a\n", "train: b\n"),
        ('{"train": "a", "path": "/x", "nc": 2}', '{"train": b, "nc": 2}'),
        ('{"nc": 2, "path": "/x"}', '{"nc": 2}'),
        ("names: [a]\n", "names: [a]\n"),
        ("- a\n", "- a\n"),
    ],
)
def test_values_of_yaml_change_and_nothing_else(text, left):
    assert with_values(text, {"path": None, "train": "b"}) == left


@pytest.mark.parametrize("value", ["no", "1", "a: b", "a #b", "[x", "ü/x y", "~", "", "'", "a, b"])
def test_values_come_back_from_yaml(value):
    assert yaml.safe_load(with_values("train: a\nnc: 1\n", {"train": value})) == {"train": value, "nc": 1}
    assert yaml.safe_load(with_values('{"train": "a", "nc": 1}', {"train": value})) == {"train": value, "nc": 1}


def test_files_that_are_no_yaml_of_a_dataset(db, tmp_path, mine):
    for text, message in [("names: [a]\n", "names no folder of images"), ("a: [", "cannot be read as yaml")]:
        with pytest.raises(UsageError, match=message):
            db.export("d", "initial-tag", "yolo", tmp_path / "part", source=write(tmp_path / "x.yaml", text))
    with pytest.raises(UsageError, match="no file of YOLO\nname one:"):
        db.export("d", "initial-tag", "yolo", tmp_path / "part", source=write(tmp_path / "x.json", "{}"))
    assert not (tmp_path / "part").exists()
