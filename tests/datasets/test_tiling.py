"""Tiles: stored as the objects of a task, declared by a config, looked at by inputs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.config.tiling import Tiling
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.errors import ConfigError, IngestError, UsageError
from tests import pool as p
from tests.cli.conftest import sqlsel as run

SIZES = [(300, 200), (640, 480), (101, 57)]


@pytest.fixture
def db():
    with sqlsel.connect() as opened:
        table = pa.table(
            {
                "sample_id": [1, 2, 3],
                "file_name": ["a.jpg", "b.jpg", "c.jpg"],
                "lightly": [{"width": width, "height": height} for width, height in SIZES],
                "size": [{"w": None if width == 101 else width, "h": 1, "kind": "x"} for width, _ in SIZES],
                "boxes": [[{"category": "hat", "score": 0.5}]] * 3,
            }
        )
        opened.ingest(table, dataset="photos", predictions={"boxes": "boxes"})
        yield opened


def declared(**changes):
    task = {"type": "TILING", "name": "grid", "num_rows": 2, "num_cols": 3, "overlap": 0.25, **changes}
    return {**p.config(2, ({"type": "EMBEDDINGS", "task": "grid"}, p.DIVERSITY)), "auto_tasks": [task]}


def embed(db, task="grid", count=6):
    rng = np.random.default_rng(0)
    rows = [(image, k) for image in (1, 2, 3) for k in range(count)]
    vectors = rng.standard_normal((len(rows), 4)).tolist()
    table = pa.table({"sample_id": [i for i, _ in rows], "object_index": [k for _, k in rows], "embedding": vectors})
    db.add_object_embeddings(table, dataset="photos", task=task)


def test_each_image_gets_the_grid_in_its_own_pixels(db):
    report = db.tile("photos", task="grid", rows=2, columns=3, overlap=0.25)
    assert report.counts["predictions"] == 3 + 18
    rows = db.sql(
        "SELECT sample_id, object_index, category, score, bbox FROM photos.predictions WHERE task = 'grid' ORDER BY ALL"
    ).fetchall()
    tiling = Tiling(2, 3, 0.25)
    for (width, height), start in zip(SIZES, range(0, 18, 6), strict=True):
        own = rows[start : start + 6]
        assert [row[1] for row in own] == list(range(6))
        assert [row[2] for row in own] == ["r1c1", "r1c2", "r1c3", "r2c1", "r2c2", "r2c3"]
        assert {row[3] for row in own} == {1.0}
        scaled = [(x * width, y * height, w * width, h * height) for x, y, w, h in tiling.boxes()]
        np.testing.assert_allclose([row[4] for row in own], scaled, rtol=1e-12)


@pytest.mark.parametrize("grid", [(1, 1, 0.0), (3, 1, 0.3), (1, 4, 0.0), (5, 7, 0.9)])
def test_the_grid_is_read_off_the_boxes(db, grid):
    db.tile("photos", task="grid", rows=grid[0], columns=grid[1], overlap=grid[2])
    found = DatasetCatalog(db.engine).tiling("photos", "grid")
    assert found.agrees(Tiling(*grid))
    assert DatasetCatalog(db.engine).tiling("photos", "boxes") is None


def test_a_config_of_tiles_runs_once_they_have_embeddings(db):
    with pytest.raises(ConfigError, match=r"no tiles 'grid' yet; `sqlsel tile --task grid --rows 2 --columns 3"):
        db.select(declared(), dataset="photos")
    db.tile("photos", task="grid", rows=2, columns=3, overlap=0.25)
    with pytest.raises(ConfigError, match=r"no object embeddings in dataset 'photos'; compute them with `sqlsel embed"):
        db.select(declared(), dataset="photos")
    embed(db)
    assert len(db.select(declared(), dataset="photos")) == 2
    with pytest.raises(ConfigError, match=r"has 2 x 3 tiles with overlap 0.25 in task 'grid', not 2 x 3 .* overlap 0"):
        db.select(declared(overlap=0), dataset="photos")


def test_embeddings_of_tiles_that_were_cut_elsewhere_will_do(db):
    embed(db)
    assert len(db.select(declared(), dataset="photos")) == 2


def test_single_tiles_are_chosen_without_embeddings(db):
    db.tile("photos", task="grid", rows=2, columns=3)
    config = {
        **p.config(6, ({"type": "METADATA", "key": "object.category"}, {"type": "BALANCE", "target": {"r1c1": 0.5}})),
        "select_objects_of": "grid",
        "auto_tasks": [{"type": "TILING", "name": "grid", "num_rows": 2, "num_cols": 3}],
    }
    found = db.select(config, dataset="photos", where="object.height > 60 AND object.x < 220")
    names = Tiling(2, 3).names()
    assert sum(names[place] == "r1c1" for _, place in found.objects) == 2
    assert set(found.sample_ids) == {1, 2}


def test_laying_it_again_changes_nothing_and_another_grid_replaces_it(db):
    for _ in range(2):
        report = db.tile("photos", task="grid", rows=2, columns=3)
        assert report.counts["predictions"] == 3 + 18
    assert db.tile("photos", task="grid", rows=1, columns=2).counts["predictions"] == 3 + 6
    assert DatasetCatalog(db.engine).facts("photos").tasks["grid"].categories == ("r1c1", "r1c2")
    embed(db, count=2)
    with pytest.raises(UsageError, match="has embeddings of 1 x 2 tiles with overlap 0"):
        db.tile("photos", task="grid", rows=2, columns=2)


@pytest.mark.parametrize(
    ("asked", "kind", "part"),
    [
        ({"task": "boxes"}, UsageError, "task 'boxes' of dataset 'photos' exists and holds no tiles"),
        ({"task": "my grid"}, UsageError, "task 'my grid' is no task name"),
        ({"rows": 0}, UsageError, "0 x 2 tiles with overlap 0 are no grid"),
        ({"overlap": 1.0}, UsageError, "an overlap from 0 to below 1"),
        ({"rows": 200, "columns": 100}, UsageError, "20,000 tiles an image are too many"),
        ({"width": "lightly.widht"}, UsageError, "tiles need the size of the images"),
        ({"width": "size.kind"}, UsageError, "metadata 'size.kind' holds text, not pixels"),
        ({"width": "size.w", "height": "size.h"}, IngestError, "1 of 3 samples have no size in size.w and size.h: '3'"),
    ],
)
def test_what_cannot_be_tiled(db, asked, kind, part):
    with pytest.raises(kind) as caught:
        db.tile("photos", **{"task": "grid", "rows": 2, "columns": 2, **asked})
    assert part in f"{caught.value} {caught.value.hint}"


def test_the_command(tmp_path):
    path = str(tmp_path / "x.duckdb")
    with sqlsel.connect(path) as db:
        table = pa.table({"sample_id": ["a"], "file_name": ["a.jpg"], "w": [30], "h": [20]})
        db.ingest(table, dataset="photos")
    command = ["tile", "--db", path, "--dataset", "photos", "--task", "grid", "--rows", "2", "--columns", "2"]
    assert "there is: 'w', 'h'" in run(*command).err
    outcome = run(*command, "--width", "w", "--height", "h")
    assert (outcome.code, outcome.out) == (0, "")
    assert "predictions: 4 rows" in outcome.err
    assert run(*command, "--overlap", "1").code == 2
