"""What is measured on the images of a folder, in its metadata."""

import pytest

from sqlsel.errors import IngestError
from sqlsel.sources.images.measures import measure
from tests.sources.lightly import folders
from tests.sources.lightly.folders import images, key, metadata, read, reading, task, vectors


def test_measures_stand_under_lightly_beside_other_metadata(tmp_path):
    images(tmp_path, "a.png", "x/b.png")
    metadata(tmp_path, [key("light", "NUMERIC_FLOAT", 0.5)])
    samples, _, told = read(tmp_path, measure=True)
    for name in ("a.png", "x/b.png"):
        assert samples[name]["metadata"] == {"light": 0.5, "lightly": measure(tmp_path / name)}
    assert not told


def test_measuring_is_on_unless_it_is_switched_off(tmp_path):
    images(tmp_path, "a.png")
    with reading(tmp_path) as (intake, rows):
        assert rows(intake.samples)[0]["metadata"]["lightly"]["width"] == 4
    with reading(tmp_path, measure=False) as (intake, rows):
        assert "metadata" not in rows(intake.samples)[0]


def test_images_that_cannot_be_decoded_are_left_out_with_all_about_them(tmp_path):
    images(tmp_path, "a.png", "b.png")
    for index in range(7):
        (tmp_path / f"broken{index}.png").write_text("no image")
    task(tmp_path, a={"predictions": []}, broken0={"predictions": []})
    vectors(tmp_path / "embeddings.parquet", ["a.png", "broken0.png", "b.png"])
    with reading(tmp_path) as (intake, rows):
        assert sorted(row["sample_id"] for row in rows(intake.samples)) == ["a.png", "b.png"]
        assert [row["sample_id"] for row in rows(intake.predictions)] == ["a.png"]
        assert sorted(row["sample_id"] for row in rows(intake.embedding)) == ["a.png", "b.png"]
        (notice,) = intake.problems
    assert notice.severity == "notice"
    assert notice.message.startswith("7 images left out: broken0.png is not an image that Pillow can read, broken1.png")
    assert notice.message.endswith(" ...")


def test_images_too_large_to_decode_stay_samples(tmp_path, monkeypatch):
    from PIL import Image

    images(tmp_path, "large.png", size=(50, 50))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    samples, _, told = read(tmp_path, measure=True)
    assert samples["large.png"]["metadata"] == {"lightly": None}
    assert told[0].startswith("images: 1 not measured (more pixels than Pillow decodes by default")


def test_a_folder_of_broken_images_alone_is_refused(tmp_path):
    (tmp_path / "a.png").write_text("no image")
    with pytest.raises(IngestError, match="none of the 1 images can be decoded") as caught:
        read(tmp_path, measure=True)
    assert "a.png is not an image" in str(caught.value)


def test_without_pillow_the_folder_is_read_and_the_notice_says_what_to_install(tmp_path, monkeypatch):
    images(tmp_path, "a.png")
    monkeypatch.setattr("sqlsel.sources.lightly.folder.can_measure", lambda: False)
    samples, _, told = read(tmp_path, measure=True)
    assert set(samples) == {"a.png"}
    assert told == [
        "images: not measured, so there are no keys such as lightly.sharpness: pip install 'sqlsel[images]'"
    ]


def test_progress_is_told_by_stage(tmp_path):
    images(tmp_path, *(f"{index}.png" for index in range(130)))
    task(tmp_path, **{str(index): {"predictions": []} for index in range(70)})
    told = []
    read(tmp_path, measure=True, progress=lambda *step: told.append(step))
    assert [step for step in told if step[0] == "images"] == [("images", done, 130) for done in (0, 64, 128, 130)]
    assert [step for step in told if step[0] == "predictions"] == [("predictions", 0, None), ("predictions", 64, None)]


def test_temporary_files_go_with_the_context(tmp_path, monkeypatch):
    import tempfile

    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    images(tmp_path / "data", "a.png")
    with reading(tmp_path / "data") as (intake, rows):
        assert len(rows(intake.samples)) == 1
        assert len(list((tmp_path / "temporary").iterdir())) == 1
    assert not list((tmp_path / "temporary").iterdir())
    (tmp_path / "data" / "a.png").unlink()
    with pytest.raises(IngestError):
        folders.read(tmp_path / "data")
    assert not list((tmp_path / "temporary").iterdir())


def test_a_full_disk_is_told_in_words(tmp_path, monkeypatch):
    import errno

    from sqlsel.errors import DatabaseError
    from sqlsel.sources.lightly import folder

    images(tmp_path, "a.png")

    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder, "spool_images", full)
    with pytest.raises(DatabaseError, match="there is no room for temporary files") as caught:
        read(tmp_path)
    assert "TMPDIR" in str(caught.value)
