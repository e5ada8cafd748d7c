"""Vectors of images, cut off in the middle: what was computed is kept, and gone on with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sqlsel
from sqlsel.vision import walk
from sqlsel.vision.embedders import BuiltIn
from tests.cli.conftest import sqlsel as command
from tests.vision.stored import DIVERSITY, vectors


def test_what_a_run_left_is_gone_on_with(with_photos, photos, monkeypatch):
    expected = with_photos.embed("d") and vectors(with_photos)
    monkeypatch.setattr(walk, "ROWS_AT_A_TIME", 4)
    monkeypatch.setattr(BuiltIn, "batch", 2)
    described = BuiltIn.vectors
    calls = []

    def interrupted(self, prepared):
        calls.append(len(prepared))
        if len(calls) == 4:
            raise KeyboardInterrupt
        return described(self, prepared)

    monkeypatch.setattr(BuiltIn, "vectors", interrupted)
    with pytest.raises(KeyboardInterrupt):
        with_photos.embed("d", overwrite=True)
    kept = with_photos.sql('SELECT count(*) FROM d."descriptions/embeddings"').fetchall()
    assert kept == [(4,)]
    assert with_photos.embed("d").added == 12
    assert sum(calls) == 6 + 2 + 8, "four of twelve are not looked at again"
    after = vectors(with_photos)
    assert all((after[name] == vector).all() for name, vector in expected.items())
    tables = with_photos.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'd'").fetchall()
    assert ("descriptions/embeddings",) not in tables


KILLED = """
import os, sys, sqlsel
from sqlsel.vision import walk
from sqlsel.vision.embedders import {kind} as Kind
walk.ROWS_AT_A_TIME = 4
Kind.batch = 2
wholly, calls = Kind.vectors, []
def vectors(self, prepared):
    self.batch = 2
    calls.append(1)
    if len(calls) == 4:
        os._exit(9)
    return wholly(self, prepared)
Kind.vectors = vectors
with sqlsel.connect(sys.argv[1]) as db:
    db.embed("d", model={model!r})
"""


@pytest.mark.parametrize("kind", ["BuiltIn", "ByModel"])
def test_a_kill_leaves_a_database_that_works(photos, tmp_path, kind):
    model = None
    if kind == "ByModel":
        from tests.vision.models import channel_means

        model = str(channel_means(tmp_path / "m.onnx", (2, 3, 8, 8)))
    path = tmp_path / "x.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(photos, dataset="d", measure=False)
    code = KILLED.format(kind=kind, model=model)
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code, str(path)], env={**os.environ, "PYTHONPATH": str(root)})
    assert done.returncode == 9
    with sqlsel.connect(path) as db:
        if model is None:
            assert db.sql('SELECT count(*) FROM d."descriptions/embeddings"').fetchall() == [(4,)]
        else:
            assert len(vectors(db)) == 4
            assert len(db.select(DIVERSITY, dataset="d").sample_ids) == 4
        report = db.embed("d", model=model)
        assert report.added + report.kept == 12
        assert len(db.select(DIVERSITY, dataset="d").sample_ids) == 5


def test_ctrl_c_says_what_is_kept(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    place = ("--db", "x.duckdb", "--dataset", "d")

    def interrupted(self, prepared):
        raise KeyboardInterrupt

    monkeypatch.setattr(BuiltIn, "vectors", interrupted)
    outcome = command("ingest", photos, *place, "--embed")
    assert outcome.code == 130
    assert "Interrupted; the samples are stored; `sqlsel embed --db x.duckdb --dataset d` goes on." in outcome.err
    outcome = command("embed", *place)
    assert outcome.code == 130
    assert "Interrupted; what was computed is kept, and the same command goes on from there." in outcome.err
