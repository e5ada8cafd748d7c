"""The shell of the command line's tests, and a dataset of a few images."""

import pytest

from tests.cli.conftest import command, shell
from tests.vision.pictures import noise

__all__ = ["command", "shell"]


@pytest.fixture
def photos(tmp_path):
    return noise(tmp_path / "photos", 12)


@pytest.fixture
def with_photos(db, photos):
    db.ingest(photos, dataset="d", measure=False)
    return db
