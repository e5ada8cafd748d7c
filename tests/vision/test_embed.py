"""Vectors of a dataset's images: from the folder to the selection, in steps, with what may go wrong on the way."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

import sqlsel
from sqlsel.errors import IngestError, UsageError
from sqlsel.vision import embedding, walk
from sqlsel.vision.embedders import BuiltIn
from tests.cli.conftest import sqlsel as command
from tests.vision.pictures import SIZE, noise
from tests.vision.stored import DIVERSITY, vectors


def test_a_folder_of_images_goes_to_a_selection_in_two_commands(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("config.json").write_text(json.dumps(DIVERSITY))
    ingested = command("ingest", "photos/", "--db", "x.duckdb", "--dataset", "photos", "--embed")
    assert ingested.code == 0, ingested.err
    assert "dataset photos, embeddings: 12 vectors of 64 numbers added" in ingested.err
    known = command("info", "--db", "x.duckdb")
    assert "12 of 64 dimensions, computed by built-in" in known.out
    selected = command("select", "config.json", "--db", "x.duckdb", "--dataset", "photos", "--format", "filenames")
    assert selected.code == 0, selected.err
    assert len(set(selected.out.split())) == 5


def test_ingest_leaves_given_vectors_alone(photos, tmp_path, monkeypatch):
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = sorted(path.name for path in photos.iterdir())
    pq.write_table(pa.table({"file_name": names, "embedding": np.eye(12).tolist()}), photos / "embeddings.parquet")
    monkeypatch.chdir(tmp_path)
    outcome = command("ingest", "photos/", "--db", "x.duckdb", "--dataset", "photos", "--embed")
    assert outcome.code == 0
    assert "the dataset has embeddings; `sqlsel embed --name NAME` computes others" in outcome.err
    again = command("embed", "--db", "x.duckdb", "--dataset", "photos")
    assert again.code == 2
    assert "has embedding 'default' already, ingested and not computed" in again.err
    assert command("embed", "--db", "x.duckdb", "--dataset", "photos", "--name", "looks").code == 0


def test_vectors_are_the_same_each_time_and_in_pieces(with_photos, monkeypatch):
    with_photos.embed("d")
    once = vectors(with_photos)
    monkeypatch.setattr(walk, "ROWS_AT_A_TIME", 3)
    monkeypatch.setattr(BuiltIn, "batch", 2)
    with_photos.embed("d", overwrite=True)
    in_pieces = vectors(with_photos)
    assert once.keys() == in_pieces.keys()
    assert all((once[name] == in_pieces[name]).all() for name in once)
    assert all(np.linalg.norm(vector) == pytest.approx(1, abs=1e-6) for vector in once.values())


def test_new_images_are_given_in_the_axes_of_the_old_ones(with_photos, photos):
    assert with_photos.embed("d").added == 12
    before = vectors(with_photos)
    for number, path in enumerate(sorted(photos.iterdir())):
        Image.open(path).save(photos / f"copy-{number}.png")
    with_photos.ingest(photos, dataset="d", measure=False)
    report = with_photos.embed("d")
    assert (report.added, report.kept) == (12, 12)
    after = vectors(with_photos)
    for name, vector in before.items():
        assert (after[name] == vector).all()
        assert after[f"copy-{int(name[:3])}.png"] == pytest.approx(vector, abs=1e-6)
    assert "fitted to 12 of the 24 vectors" in str(report.problems[-1])
    assert with_photos.embed("d", overwrite=True).problems == ()


def test_axes_are_fitted_to_some_of_many_images(with_photos, photos, monkeypatch):
    """Which ones, does not depend on their order; the others are given in the same axes, and nothing twice."""
    monkeypatch.setattr(embedding, "MOST_FITTED", 5)
    monkeypatch.setattr(walk, "ROWS_AT_A_TIME", 2)
    monkeypatch.setattr(BuiltIn, "batch", 2)
    for name in ("001.png", "008.png"):
        (photos / name).write_bytes(b"no image")
    told = []
    report = with_photos.embed("d", progress=lambda *each: told.append(each))
    assert (report.added, report.failed) == (10, 2)
    assert len(report.problems) == 3
    assert told[-1][1] <= 12
    ((fitted,),) = with_photos.sql("SELECT DISTINCT images FROM sqlsel.projections").fetchall()
    assert 3 <= fitted <= 5
    for number in range(2):
        image = Image.open(photos / "000.png")
        image.save(photos / f"copy-{number}.png")
    with_photos.ingest(photos, dataset="d", measure=False)
    assert with_photos.embed("d").added == 2
    found = vectors(with_photos)
    assert found["copy-1.png"] == pytest.approx(found["000.png"], abs=1e-6)


def test_one_image_and_equal_images_have_vectors(db, tmp_path):
    for name, colours in {"one": ["red"], "equal": ["red"] * 3, "black": ["black", "black"]}.items():
        folder = tmp_path / name
        folder.mkdir()
        for number, colour in enumerate(colours):
            Image.new("RGB", SIZE, colour).save(folder / f"{number}.png")
        db.ingest(folder, dataset=name, measure=False)
        assert db.embed(name).added == len(colours)
        found = list(vectors(db, dataset=name).values())
        assert all((vector == found[0]).all() for vector in found)


def test_corrupt_and_missing_images_are_told_and_left_out(with_photos, photos):
    (photos / "003.png").write_bytes(b"not an image")
    (photos / "005.png").unlink()
    data = (photos / "007.png").read_bytes()
    (photos / "007.png").write_bytes(data[: len(data) // 2])
    report = with_photos.embed("d")
    assert (report.added, report.failed) == (9, 3)
    told = [str(problem) for problem in report.problems]
    assert told[0] == "3 images left out:"
    assert told[1] == "003.png: is not an image that Pillow can read"
    assert told[2].startswith("005.png: is not in ")
    assert told[3].startswith("007.png: cannot be decoded (")
    selection = with_photos.select(DIVERSITY, dataset="d")
    assert not {"003.png", "005.png", "007.png"} & set(selection.sample_ids)


def test_another_model_or_other_settings_do_not_go_with_what_is_there(with_photos, tmp_path):
    from tests.vision.models import channel_means

    model = channel_means(tmp_path / "clip.onnx")
    with_photos.embed("d", model=model, name="clip")
    with pytest.raises(UsageError, match=r"computed by clip.onnx, not by built-in\n.*--name.*--overwrite"):
        with_photos.embed("d", name="clip")
    with pytest.raises(UsageError, match="with other settings: fit crop"):
        with_photos.embed("d", model=model, name="clip", fit="stretch")
    channel_means(model, ("n", 3, 16, 16))
    with pytest.raises(UsageError, match="other settings: height 8, width 8"):
        with_photos.embed("d", model=model, name="clip")
    assert with_photos.embed("d", name="clip", overwrite=True).width == 64
    with pytest.raises(IngestError, match="computed from its images"):
        with_photos.add_embedding(_frame(with_photos), dataset="d", name="clip")


def _frame(db):
    import pyarrow as pa

    names = sorted(vectors(db, "embeddings/clip"))
    return pa.table({"file_name": names, "embedding": np.eye(64)[: len(names)].tolist()})


def test_images_are_found_where_they_went(photos, tmp_path):
    """With the database, to where --images says, and no longer at all."""
    first = tmp_path / "first"
    first.mkdir()
    photos.rename(first / "photos")
    with sqlsel.connect(first / "x.duckdb") as db:
        db.ingest(first / "photos", dataset="d", measure=False)
    first.rename(tmp_path / "second")
    with sqlsel.connect(tmp_path / "second" / "x.duckdb") as db:
        assert db.embed("d").added == 12
        (tmp_path / "second" / "photos").rename(tmp_path / "third")
        with pytest.raises(UsageError, match=r"which is not there any more\n.*--images DIR"):
            db.embed("d", overwrite=True)
        assert len(vectors(db)) == 12, "nothing is removed before images are found"
        (tmp_path / "empty").mkdir()
        with pytest.raises(IngestError, match="none of the first 12 images can be looked at"):
            db.embed("d", overwrite=True, images=tmp_path / "empty")
        assert len(vectors(db)) == 12
        assert db.embed("d", overwrite=True, images=tmp_path / "third").added == 12
        assert db.embed("d", overwrite=True).added == 12, "the folder is remembered"


def test_a_table_with_file_names_needs_the_folder(db, photos):
    import pyarrow as pa

    names = [str(path) for path in sorted(photos.iterdir())]
    db.ingest(pa.table({"id": list(range(12)), "file_name": names}), dataset="paths")
    assert db.embed("paths").added == 12
    db.ingest(pa.table({"id": list(range(12)), "file_name": [Path(name).name for name in names]}), dataset="names")
    with pytest.raises(IngestError, match=r"the folder of the images is not known(.|\n)*--images DIR"):
        db.embed("names")
    assert db.embed("names", images=photos).added == 12
    db.ingest(pa.table({"id": [1, 2]}), dataset="nameless")
    with pytest.raises(UsageError, match="have no file name"):
        db.embed("nameless")


def test_objects_are_cut_out(db, tmp_path):
    """Two halves of each image: the vectors of equal halves are equal, whatever image they are in."""
    import pyarrow as pa

    folder = tmp_path / "halves"
    folder.mkdir()
    rng = np.random.default_rng(3)
    left, right = (Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)) for _ in range(2))
    for name, parts in {"a.png": (left, right), "b.png": (right, left)}.items():
        whole = Image.new("RGB", (80, 40))
        whole.paste(parts[0], (0, 0))
        whole.paste(parts[1], (40, 0))
        whole.save(folder / name)
    boxes = [[0, 0, 40, 40], [40, 0, 40, 40], [200, 0, 10, 10]]
    objects = [{"category": "half", "score": 0.9, "bbox": box} for box in boxes]
    rows = pa.table({"file_name": ["a.png", "b.png", "c.png"], "objects": [objects[:2], objects, []]})
    db.ingest(rows, dataset="d", predictions={"halves": "objects"}, classes={"halves": ["half"]})
    report = db.embed("d", task="halves", images=folder)
    assert (report.added, report.failed) == (4, 1)
    assert "b.png: has no pixels in the box [200.0, 0.0, 10.0, 10.0]" in map(str, report.problems)
    found = db.sql('SELECT sample_id, object_index, embedding FROM d."object_embeddings/halves"').fetchall()
    by_object = {(name, index): np.array(vector) for name, index, vector in found}
    assert (by_object["a.png", 0] == by_object["b.png", 1]).all()
    assert (by_object["a.png", 1] == by_object["b.png", 0]).all()
    assert not np.allclose(by_object["a.png", 0], by_object["a.png", 1])
    again = db.embed("d", task="halves")
    assert (again.added, again.kept, again.failed) == (0, 4, 1)
    with pytest.raises(UsageError, match=r"no task 'halfs'\ndid you mean 'halves'"):
        db.embed("d", task="halfs")


def test_the_vectors_of_objects_take_no_name(with_photos):
    with pytest.raises(
        UsageError, match="embedding 'clip': the vectors of the objects of a task have no name"
    ) as refusal:
        with_photos.embed("d", task="halves", name="clip")
    assert "--overwrite replaces what the objects have" in refusal.value.hint


def test_objects_of_an_image_stay_together_when_stored(db, tmp_path, monkeypatch):
    """Vectors of a sample replace those it had, so that half of them must not come later."""
    import pyarrow as pa

    from tests.vision.models import channel_means

    folder = noise(tmp_path / "photos", 4)
    objects = [[{"category": "x", "score": 1.0, "bbox": [5.0 * i, 5, 5, 5]} for i in range(n)] for n in (3, 0, 5, 2)]
    rows = pa.table({"file_name": [f"{n:03}.png" for n in range(4)], "objects": objects})
    db.ingest(rows, dataset="d", predictions={"t": "objects"}, classes={"t": ["x"]})
    monkeypatch.setattr(walk, "ROWS_AT_A_TIME", 1)
    model = channel_means(tmp_path / "m.onnx", (2, 3, 8, 8))
    assert db.embed("d", task="t", model=model, images=folder).added == 10
    found = db.sql('SELECT sample_id, count(*) FROM d."object_embeddings/t" GROUP BY ALL ORDER BY ALL').fetchall()
    assert found == [("000.png", 3), ("002.png", 5), ("003.png", 2)]


def test_an_image_is_looked_at_upright(db, tmp_path):
    folder = noise(tmp_path / "turned", 4)
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(folder / "000.png") as image:
        image.save(folder / "same.png")
        image.transpose(Image.Transpose.ROTATE_90).save(folder / "turned.png", exif=exif)
    db.ingest(folder, dataset="d", measure=False)
    db.embed("d")
    found = vectors(db)
    assert found["turned.png"] == pytest.approx(found["same.png"], abs=1e-6)


def test_near_duplicates_are_neighbours(db, tmp_path):
    """Half the size, blurred, brighter, cut at the edges, badly compressed: always nearest to where it comes from."""
    folder = noise(tmp_path / "originals", 40, seed=5)
    changes = {
        "half.png": lambda image: image.resize((24, 20)),
        "soft.png": lambda image: image.filter(ImageFilter.GaussianBlur(1)),
        "light.png": lambda image: image.point(lambda value: min(255, round(value * 1.15))),
        "cut.png": lambda image: image.crop((2, 2, 46, 38)),
        "bad.jpg": lambda image: image,
    }
    for path in sorted(folder.glob("???.png")):
        with Image.open(path) as image:
            for ending, change in changes.items():
                change(image).save(folder / f"{path.stem}-{ending}", quality=30)
    db.ingest(folder, dataset="d", measure=False)
    db.embed("d")
    found = vectors(db)
    originals = sorted(name for name in found if len(name) == 7)
    matrix = np.stack([found[name] for name in originals])
    for name, vector in found.items():
        assert originals[int((matrix @ vector).argmax())][:3] == name[:3], name


def test_progress_is_told(with_photos):
    told = []
    with_photos.embed("d", progress=lambda *each: told.append(each))
    assert told == [("embedding", number, 12) for number in range(1, 13)]


def test_an_unknown_dataset_and_a_folder_that_is_none(with_photos):
    with pytest.raises(UsageError, match="no dataset 'e'"):
        with_photos.embed("e")
    with pytest.raises(UsageError, match="no such folder"):
        with_photos.embed("d", images="absent")


def test_exif_data_that_makes_no_sense_takes_no_image(db, tmp_path):
    folder = noise(tmp_path / "odd", 2)
    with Image.open(folder / "000.png") as image:
        image.save(folder / "odd.jpg", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    db.ingest(folder, dataset="d")
    assert db.embed("d").added == 3


def test_a_read_only_database_is_told(photos, tmp_path):
    with sqlsel.connect(tmp_path / "x.duckdb") as db:
        db.ingest(photos, dataset="d", measure=False)
    with sqlsel.connect(tmp_path / "x.duckdb", read_only=True) as db, pytest.raises(sqlsel.SqlselError) as failure:
        db.embed("d")
    assert "open for reading only" in str(failure.value)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--size", "2by2"), "--size '2by2' is no size"),
        (("--mean", "a,b"), "--mean 'a,b' is no list of numbers"),
        (("--layout", "HWC"), "HWC"),
        (("--batch", "0"), "0 is not in the range"),
        (("--fit", "crop"), "fit says how a model is fed, and there is no model"),
    ],
)
def test_options_that_are_wrong(photos, tmp_path, monkeypatch, option, told):
    monkeypatch.chdir(tmp_path)
    assert command("ingest", photos, "--db", "x.duckdb", "--dataset", "d").code == 0
    outcome = command("embed", "--db", "x.duckdb", "--dataset", "d", *option)
    assert outcome.code == 2
    assert told in outcome.err
