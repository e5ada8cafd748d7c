"""Image files of a tag in a folder: copied or linked, all of them or none, and never over something else."""

import json
import os

import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import SqlselError, UsageError
from sqlsel.exports.media import put_files
from tests.exports.tagged import tag
from tests.sources.labels.made import images

NAMES = ["a.jpg", "deep/a.jpg", "deep/er/b.jpg", "c.jpg"]


@pytest.fixture
def mine(db, tmp_path):
    images(tmp_path / "photos", *NAMES)
    db.ingest(tmp_path / "photos", dataset="d", measure=False)
    tag(db, "d", NAMES[:3])
    return db


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("media", ["copy", "symlink", "hardlink"])
def test_folders_stay_and_files_are_the_same(mine, tmp_path, media):
    os.utime(tmp_path / "photos/a.jpg", (1_000_000_000, 1_000_000_000))
    report = mine.export("d", "round-1", "images", tmp_path / "out", media=media)
    assert (report.samples, report.problems, report.path) == (3, (), tmp_path / "out")
    assert files(tmp_path / "out") == [".sqlsel-export.json", *NAMES[:3]]
    for name in NAMES[:3]:
        made, source = tmp_path / "out" / name, tmp_path / "photos" / name
        assert made.read_bytes() == source.read_bytes()
        assert made.samefile(source) == (media != "copy")
        assert made.is_symlink() == (media == "symlink")
    assert (tmp_path / "out/a.jpg").stat().st_mtime == 1_000_000_000


def test_the_folder_tells_what_it_is(mine, tmp_path):
    mine.export("d", "round-1", "images", tmp_path / "out")
    told = json.loads((tmp_path / "out/.sqlsel-export.json").read_text())
    assert (told["dataset"], told["tag"], told["seed"], told["version"]) == ("d", "round-1", 0, sqlsel.__version__)
    assert json.loads(told["config"])["n_samples"] == 3
    assert told["files"] == NAMES[:3]


def test_preselected_images_can_stay_away(mine, tmp_path):
    tag(mine, "d", ["c.jpg"], "round-2", preselected=["a.jpg"])
    assert mine.export("d", "round-2", "images", tmp_path / "both").samples == 2
    mine.export("d", "round-2", "images", tmp_path / "new", exclude_preselected=True)
    assert files(tmp_path / "new")[1:] == ["c.jpg"]


def test_missing_files_are_told_and_nothing_is_left_behind(mine, tmp_path):
    (tmp_path / "photos/deep/a.jpg").unlink()
    with pytest.raises(UsageError) as refused:
        mine.export("d", "round-1", "images", tmp_path / "out")
    assert f"1 of 3 images have no file in {tmp_path}/photos: deep/a.jpg" in str(refused.value)
    assert names_in(tmp_path) == ["photos"]
    report = mine.export("d", "round-1", "images", tmp_path / "out", on_error="skip")
    assert report.samples == 2
    assert "left out: 1 of 3 images have no file" in str(report.problems[0])
    (tmp_path / "photos").rename(tmp_path / "moved")
    with pytest.raises(UsageError, match="3 of 3 images have no file"):
        mine.export("d", "round-1", "images", tmp_path / "out2", on_error="skip")
    assert (
        mine.export("d", "round-1", "images", tmp_path / "out2", images=tmp_path / "moved", on_error="skip").samples
        == 2
    )


def test_a_folder_is_replaced_only_if_an_export_made_it_and_nothing_else_is_in_it(mine, tmp_path):
    out = tmp_path / "out"
    mine.export("d", "round-1", "images", out, media="symlink")
    with pytest.raises(UsageError, match="out: holds an earlier export\nuse another name, or --overwrite"):
        mine.export("d", "round-1", "images", out)
    tag(mine, "d", ["c.jpg"], "round-2")
    mine.export("d", "round-2", "images", out, overwrite=True)
    assert files(out) == [".sqlsel-export.json", "c.jpg"]
    assert files(tmp_path / "photos") == sorted(NAMES), "links were followed"
    (out / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds files that no export made: notes\.txt"):
        mine.export("d", "round-1", "images", out, overwrite=True)
    with pytest.raises(UsageError, match="there is something in it already"):
        mine.export("d", "round-1", "images", tmp_path / "photos", overwrite=True)
    assert files(out) == [".sqlsel-export.json", "c.jpg", "notes.txt"]
    (tmp_path / "empty").mkdir()
    assert mine.export("d", "round-1", "images", tmp_path / "empty").samples == 3


def test_where_no_folder_can_be(mine, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for place, message in [
        (tmp_path / "file", "a file, not a folder"),
        (".", "you are in it"),
        ("no/where", "No such file"),
    ]:
        with pytest.raises(UsageError, match=message):
            mine.export("d", "round-1", "images", place)
    assert names_in(tmp_path) == ["file", "here", "photos"]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_copy_that_is_cut_off_leaves_the_earlier_one(mine, tmp_path, monkeypatch, failure):
    mine.export("d", "round-1", "images", tmp_path / "out")
    copied = []

    def breaks(source, target):
        copied.append(target)
        if len(copied) == 2:
            raise failure

    monkeypatch.setattr("sqlsel.exports.media.shutil.copy2", breaks)
    with pytest.raises((SqlselError, KeyboardInterrupt)):
        mine.export("d", "round-1", "images", tmp_path / "out", overwrite=True)
    assert len(copied) == 2
    assert names_in(tmp_path) == ["out", "photos"]
    assert files(tmp_path / "out") == [".sqlsel-export.json", *NAMES[:3]]
    assert (tmp_path / "out/a.jpg").stat().st_size > 0


def test_links_that_this_disk_cannot_have(mine, tmp_path, monkeypatch):
    def breaks(*_arguments):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("pathlib.Path.hardlink_to", breaks)
    with pytest.raises(UsageError, match="there can be no hardlink to it: it is on another disk\nuse --media copy"):
        mine.export("d", "round-1", "images", tmp_path / "out", media="hardlink")
    assert names_in(tmp_path) == ["photos"]


def dataset_of(db, *names):
    db.ingest(pa.table({"file_name": [str(name) for name in names]}), dataset="t")


def test_whole_paths_lose_what_they_all_begin_with(db, tmp_path):
    images(tmp_path / "x", "1/a.jpg", "2/a.jpg")
    dataset_of(db, tmp_path / "x/1/a.jpg", tmp_path / "x/2/a.jpg")
    db.export("t", "initial-tag", "images", tmp_path / "out")
    assert files(tmp_path / "out")[1:] == ["1/a.jpg", "2/a.jpg"]


def test_names_that_lead_out_of_the_folder_or_are_one(db, tmp_path):
    images(tmp_path / "x", "1/a.jpg", "b.jpg")
    dataset_of(db, "../b.jpg", "a.jpg")
    with pytest.raises(UsageError, match=r"'\.\./b\.jpg' leads out of the folder"):
        db.export("t", "initial-tag", "images", tmp_path / "out", images=tmp_path / "x/1")
    db.ingest(pa.table({"file_name": ["1/a.jpg", "1//a.jpg"]}), dataset="u")
    with pytest.raises(UsageError, match=r"'1//a\.jpg' and '1/a\.jpg' would be one file: 1/a\.jpg"):
        db.export("u", "initial-tag", "images", tmp_path / "out", images=tmp_path / "x")
    dataset_of(db, "a.jpg")
    with pytest.raises(UsageError, match="the folder of the images is not known, --images names it"):
        db.export("t", "initial-tag", "images", tmp_path / "out")
    assert names_in(tmp_path) == ["x"]


def test_names_that_differ_in_case_where_the_disk_makes_no_difference(tmp_path, monkeypatch):
    images(tmp_path, "a.jpg", "A.jpg")
    lexists = os.path.lexists
    monkeypatch.setattr("os.path.lexists", lambda path: lexists(path) or lexists(str(path).replace("a.jpg", "A.jpg")))
    with pytest.raises(UsageError, match=r"'a\.jpg' would be a second file of that name"):
        put_files({"a.jpg": tmp_path / "a.jpg", "A.jpg": tmp_path / "A.jpg"}, tmp_path / "out", "copy")
