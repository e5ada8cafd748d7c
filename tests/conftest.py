"""Fixtures that more than one folder uses."""

from pathlib import Path

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
