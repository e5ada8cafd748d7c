"""The example configs, on the demo's database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sqlsel
from tests.demo.made import made_demo

EXAMPLES = Path(__file__).parents[2] / "examples"
CONFIGS = sorted((EXAMPLES / "configs").glob("*.json"))
COMMAND = re.compile(
    r"^// {3}(sqlsel select (examples/configs/\w+\.json) --db demo\.duckdb --dataset (\w+))$", re.MULTILINE
)


def dataset_of(config: Path) -> str:
    """The dataset that the command at the head of a config names."""
    _, path, dataset = COMMAND.search(config.read_text()).groups()
    assert path == f"examples/configs/{config.name}"
    return dataset


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo's database, for reading."""
    with sqlsel.connect(made_demo(tmp_path_factory) / "demo.duckdb", read_only=True) as db:
        yield db


@pytest.fixture
def select(demo):
    """Run an example config by its name."""

    def run(name: str, **asked):
        config = EXAMPLES / "configs" / f"{name}.json"
        return demo.select(config, dataset=dataset_of(config), **asked)

    return run
