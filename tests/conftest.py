"""Fixtures that more than one folder uses."""

import os
from pathlib import Path

# Tests that run side by side share the cores: threads of each for small matrices would only stand in each other's way.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest

import sqlsel

CLOTHING = Path(__file__).parents[2] / "shared" / "data" / "clothing"


@pytest.fixture(scope="session")
def clothing():
    """The folder of real images with embeddings, predictions and metadata that lies beside some checkouts."""
    if not CLOTHING.is_dir():
        pytest.skip("the clothing images are not beside this checkout")
    return CLOTHING


@pytest.fixture
def db():
    """An empty database in memory."""
    with sqlsel.connect() as database:
        yield database
