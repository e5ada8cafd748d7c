"""Images with the very same bytes as another are left out and told of."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner
from PIL import Image

import sqlsel
from sqlsel.cli import main


@pytest.fixture
def folder(tmp_path):
    images = tmp_path / "images"
    (images / "b").mkdir(parents=True)
    for number in range(4):
        Image.new("RGB", (9, 7), (number, 0, 0)).save(images / f"{number}.png")
    shutil.copy(images / "1.png", images / "b" / "copy.png")
    shutil.copy(images / "1.png", images / "0-copy.png")
    shutil.copy(images / "3.png", images / "z.png")
    return images


def names(db):
    return [row[0] for row in db.sql("SELECT file_name FROM d.samples ORDER BY 1").fetchall()]


LEFT_OUT = "3 exact duplicates left out: 1.png (the same as 0-copy.png), b/copy.png (the same as 0-copy.png), z.png"


def test_the_first_by_name_stays(db, folder):
    report = db.ingest(folder, dataset="d")
    assert [problem.message for problem in report.problems] == [f"{LEFT_OUT} (the same as 3.png)"]
    assert names(db) == ["0-copy.png", "0.png", "2.png", "3.png"]
    assert report.added == 4


def test_the_one_that_the_dataset_has_stays(db, folder):
    (folder / "0-copy.png").rename(folder / "hidden")
    (folder / "b" / "copy.png").rename(folder / "b" / "hidden")
    db.ingest(folder, dataset="d")
    (folder / "hidden").rename(folder / "0-copy.png")
    (folder / "b" / "hidden").rename(folder / "b" / "copy.png")
    report = db.ingest(folder, dataset="d")
    assert names(db) == ["0.png", "1.png", "2.png", "3.png"]
    assert report.added == 0
    assert "0-copy.png (the same as 1.png)" in report.problems[0].message


def test_they_are_found_among_what_was_measured_before(db, folder):
    first = db.ingest(folder, dataset="d").problems
    second = db.ingest(folder, dataset="d").problems
    assert second[0] == first[0]
    assert second[1].message.startswith("7 images measured before")


def test_they_can_be_kept(db, folder, tmp_path):
    report = db.ingest(folder, dataset="d", keep_duplicates=True)
    assert report.problems == ()
    assert len(names(db)) == 7
    database = str(tmp_path / "x.duckdb")
    arguments = ["ingest", str(folder), "--db", database, "--dataset", "d"]
    assert LEFT_OUT in " ".join(CliRunner().invoke(main, arguments).stderr.split())
    assert "3 samples added" in CliRunner().invoke(main, [*arguments, "--keep-duplicates"]).stderr


def test_without_measuring_nothing_is_looked_into(db, folder):
    assert db.ingest(folder, dataset="d", measure=False).problems == ()
    assert len(names(db)) == 7


def test_their_predictions_go_with_them(db, folder):
    task = folder / ".lightly" / "predictions" / "kinds"
    (task / "b").mkdir(parents=True)
    (task.parent / "tasks.json").write_text('["kinds"]')
    schema = {"task_type": "classification", "categories": [{"id": 0, "name": "x"}, {"id": 1, "name": "y"}]}
    (task / "schema.json").write_text(json.dumps(schema))
    for name in ("0", "1", "0-copy", "b/copy", "z"):
        predictions = [{"category_id": 0, "probabilities": [1.0, 0.0], "score": 1.0}]
        content = {"file_name": f"{name}.png", "predictions": predictions}
        (task / f"{name}.json").write_text(json.dumps(content))
    report = db.ingest(folder, dataset="d")
    assert [problem.message[:27] for problem in report.problems] == ["3 exact duplicates left out"]
    found = db.sql("SELECT sample_id FROM d.predictions ORDER BY 1").fetchall()
    assert found == [("0-copy.png",), ("0.png",)]


def test_the_same_pixels_in_other_bytes_are_no_duplicates(db, tmp_path):
    picture = Image.new("RGB", (9, 7))
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.png", compress_level=0)
    assert db.ingest(tmp_path, dataset="d").added == 2


def test_the_one_shot_select(folder):
    config = {"n_samples": 10, "strategies": [{"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}]}
    assert len(sqlsel.select(folder, config).sample_ids) == 4
