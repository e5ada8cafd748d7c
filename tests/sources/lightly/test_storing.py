"""Folders on their way into a dataset: all or nothing."""

import pytest

from sqlsel.errors import IngestError
from tests.sources.lightly.folders import images, task, write


def test_a_folder_with_a_bad_file_leaves_the_database_as_it_was(tmp_path, db):
    images(tmp_path, "a.png", "b.png")
    task(tmp_path, a={"predictions": [{"category_id": 0}]})
    db.ingest(tmp_path, dataset="animals")
    before = db.connection.execute("SELECT * FROM animals.predictions").fetchall()
    images(tmp_path, "c.png")
    write(tmp_path / ".lightly/predictions/animals/b.json", {"predictions": [{"category_id": 99}]})
    with pytest.raises(IngestError):
        db.ingest(tmp_path, dataset="animals")
    assert db.connection.execute("SELECT * FROM animals.predictions").fetchall() == before
    assert db.connection.execute("SELECT count(*) FROM animals.samples").fetchall() == [(2,)]
    with pytest.raises(IngestError):
        db.ingest(tmp_path, dataset="others")
    assert db.datasets() != []
    assert "others" not in str(db.datasets())


def test_what_is_gone_from_a_prediction_file_is_gone_from_the_dataset(tmp_path, db):
    images(tmp_path, "a.png")
    task(tmp_path, task_type="object-detection", a={"predictions": [{"category_id": 0}, {"category_id": 5}]})
    db.ingest(tmp_path, dataset="animals")
    write(tmp_path / ".lightly/predictions/animals/a.json", {"predictions": []})
    db.ingest(tmp_path, dataset="animals")
    rows = db.connection.execute("SELECT object_index, category FROM animals.predictions").fetchall()
    assert rows == [(None, None)]


def test_notices_reach_the_report(tmp_path, db):
    images(tmp_path, "a.png")
    (tmp_path / "broken.png").write_text("no image")
    task(tmp_path, gone={"predictions": []}, a={"predictions": []})
    report = db.ingest(tmp_path, dataset="animals")
    assert report.added == 1
    assert sorted(problem.where for problem in report.problems) == [".lightly", "images"]
