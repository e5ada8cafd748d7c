"""Databases with something to select from, in a working directory of their own."""

from __future__ import annotations

import pytest

import sqlsel
from sqlsel.lightly import ApiWorkflowClient
from tests import pool as p

DIVERSE = {"n_samples": 5, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working directory: empty, and with no database named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SQLSEL_DB", raising=False)
    monkeypatch.delenv("SQLSEL_PRETAGGING_MODEL", raising=False)
    return tmp_path


@pytest.fixture
def pool(here):
    """A client of a database with one dataset of 40 samples."""
    with sqlsel.connect(here / "sqlsel.duckdb") as db:
        db.ingest(p.make_pool(40, 0).table(), dataset="pool", **p.MAPPING)
    client = ApiWorkflowClient(token="nobody asks for it", dataset_id="pool")
    yield client
    client.wait()


@pytest.fixture
def images(here):
    """A folder with 12 small images, each of one colour."""
    image = pytest.importorskip("PIL.Image")
    folder = here / "images"
    folder.mkdir()
    for number in range(12):
        image.new("RGB", (32, 24), (number * 20, 255 - number * 20, 90)).save(folder / f"img_{number:02}.png")
    return folder


def done(client, scheduled_id):
    """The last state of a run, once it has ended."""
    return list(client.compute_worker_run_info_generator(scheduled_id))[-1]
