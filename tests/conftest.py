"""Fixtures that more than one folder uses."""

import os
import signal
from pathlib import Path

# Tests that run side by side share the cores: threads of each for small matrices would only stand in each other's way.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

import sqlsel

# How long data takes to make says nothing where tests run side by side.
settings.register_profile("sqlsel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sqlsel")

CLOTHING = Path(__file__).parents[2] / "shared" / "data" / "clothing"


@pytest.fixture(autouse=True)
def ctrl_c():
    """Ctrl-C does what it does in any program of Python.

    Who is started in the background ignores it, and hands that on; a Spark session puts a handler of its own.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


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


FIRST = ("spark", "vision", "docs", "examples", "readme", "demo", "report", "cli")
"""Folders whose tests take long: what is begun first does not leave one process alone at the end."""


def pytest_collection_modifyitems(items):
    """Processes side by side share out whole files, as a file makes its fixtures once; Spark starts in one of them."""

    def place(item):
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        alone = item.get_closest_marker("spark") is not None
        return 0 if alone else FIRST.index(folder) if folder in FIRST else len(FIRST)

    items.sort(key=place)
    for item in items:
        alone = item.get_closest_marker("spark") is not None
        item.add_marker(pytest.mark.xdist_group("spark" if alone else item.nodeid.partition("::")[0]))
