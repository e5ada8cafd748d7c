"""Images are measured once: a run that was cut off goes on, and one that comes again measures what is new."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import sqlsel
from sqlsel.errors import IngestError
from sqlsel.sources.images.measures import measure
from sqlsel.sources.lightly import keeping


def image(path, number):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 6), (number % 256, number // 256, 7)).save(path)


@pytest.fixture
def folder(tmp_path):
    for number in range(12):
        image(tmp_path / "images" / "a" / f"{number:03d}.png", number)
    return tmp_path / "images"


@pytest.fixture
def looked_at(monkeypatch):
    """The names of the files that are measured."""
    from sqlsel.sources.images import one

    seen = []
    original = one.read_image
    monkeypatch.setattr(one, "read_image", lambda path: (seen.append(Path(path).name), original(path))[1])
    return seen


def told(report):
    return [problem.message for problem in report.problems]


def sharpness(db):
    return dict(db.sql("SELECT file_name, metadata.lightly FROM d.samples").fetchall())


def test_a_second_run_measures_what_is_new_or_changed(folder, looked_at):
    with sqlsel.connect() as db:
        assert told(db.ingest(folder, dataset="d")) == []
        assert len(looked_at) == 12
        looked_at.clear()
        image(folder / "a" / "100.png", 100)
        image(folder / "a" / "003.png", 4000)
        os.utime(folder / "a" / "003.png", ns=(1, 1))
        os.utime(folder / "a" / "004.png", ns=(2, 2))
        report = db.ingest(folder, dataset="d")
        assert sorted(looked_at) == ["003.png", "004.png", "100.png"]
        assert told(report) == ["10 images measured before and unchanged since, so not measured again"]
        assert (report.added, report.updated) == (1, 12)
        values = sharpness(db)
    assert values == {f"a/{path.name}": measure(path) for path in (folder / "a").iterdir()}


def test_another_version_of_the_measures_counts_for_nothing(folder, looked_at, monkeypatch):
    from sqlsel.sources.lightly import readings

    with sqlsel.connect() as db:
        db.ingest(folder, dataset="d")
        monkeypatch.setattr(readings, "VERSION", 10**6)
        looked_at.clear()
        db.ingest(folder, dataset="d")
    assert len(looked_at) == 12


def test_images_that_cannot_be_decoded_are_looked_at_again(folder, looked_at):
    (folder / "a" / "bad.png").write_bytes(b"no image")
    with sqlsel.connect() as db:
        db.ingest(folder, dataset="d")
        looked_at.clear()
        image(folder / "a" / "bad.png", 77)
        os.utime(folder / "a" / "bad.png", ns=(5, 5))
        assert db.ingest(folder, dataset="d").added == 1
    assert looked_at == ["bad.png"]


def test_images_too_large_to_be_measured_are_told_of_again(folder, monkeypatch):
    image(folder / "large.png", 5)
    Image.new("RGB", (50, 50)).save(folder / "large.png")
    with sqlsel.connect() as db:
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)
        first, second = (told(db.ingest(folder, dataset="d")) for _ in range(2))
    assert first[0].startswith("1 not measured (more pixels")
    assert second[0] == first[0]


def test_what_was_measured_before_a_failure_is_kept(folder, looked_at, monkeypatch):
    from sqlsel.sources.images import many

    original = many.measure_images

    def cut_off(*arguments, **options):
        for number, found in enumerate(original(*arguments, **options)):
            if number == 7:
                raise KeyboardInterrupt
            yield found

    with sqlsel.connect() as db:
        with monkeypatch.context() as patch:
            patch.setattr(many, "measure_images", cut_off)
            with pytest.raises(KeyboardInterrupt):
                db.ingest(folder, dataset="d")
        assert db.datasets() == []
        looked_at.clear()
        assert told(db.ingest(folder, dataset="d"))[0].startswith("7 images measured before")
        assert len(looked_at) == 5
        assert len(sharpness(db)) == 12


SLOW = """
import sys, time
import sqlsel.sources.images.one as one
from sqlsel.sources.lightly import keeping
keeping.IMAGES = 5
original = one.read_image
def slowly(path):
    time.sleep(0.02)
    return original(path)
one.read_image = slowly
from sqlsel.cli import main
main(["ingest", sys.argv[1], "--db", sys.argv[2], "--dataset", "d"])
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGINT])
def test_an_ingest_that_is_killed_goes_on_where_it_was(tmp_path, with_signal):
    for number in range(90):
        image(tmp_path / "images" / f"{number:03d}.png", number)
    database = tmp_path / "new.duckdb"
    command = [sys.executable, "-c", SLOW, str(tmp_path / "images"), str(database)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + 60
    while not (Path(f"{database}.wal").exists() and Path(f"{database}.wal").stat().st_size > 4_000):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(with_signal)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == (-signal.SIGKILL if with_signal == signal.SIGKILL else 130)
    if with_signal == signal.SIGINT:
        assert f"what was measured on the images is kept in {database}; run it again to go on" in errors
    with sqlsel.connect(database) as db:
        assert db.datasets() == []
        (message,) = told(db.ingest(tmp_path / "images", dataset="d"))
        before = int(message.split()[0])
        assert 5 <= before < 90
        assert db.sql("SELECT count(metadata.lightly.sharpness) FROM d.samples").fetchall() == [(90,)]


def test_readings_are_kept_now_and_then(folder, monkeypatch):
    kept = []
    monkeypatch.setattr(keeping, "IMAGES", 5)
    monkeypatch.setattr(keeping.Keeping, "_keep", _counting(kept, keeping.Keeping._keep))
    with sqlsel.connect() as db:
        db.ingest(folder, dataset="d")
    assert [number for number in kept if number] == [5, 5, 2]


def _counting(kept, original):
    def keep(self):
        kept.append(len(self._waiting))
        original(self)

    return keep


def test_a_folder_of_broken_images_is_refused_though_nothing_was_kept(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no image")
    with sqlsel.connect() as db, pytest.raises(IngestError, match="none of the 1 images can be decoded"):
        db.ingest(tmp_path, dataset="d")
