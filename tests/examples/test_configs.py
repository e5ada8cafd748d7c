"""Every example config: it fits the schema, it runs as its comment says, and its SQL is known.

The SQL that each config compiles to is kept in ``tests/golden``. After a change that is meant to change it, renew the
files and read the difference:

    SQLSEL_RENEW_GOLDEN=1 pytest tests/examples && git diff tests/golden
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from sqlsel.config import check_config, json_schema
from sqlsel.config.reader import read_json
from sqlsel.datasets.catalog import DatasetCatalog
from tests.examples.conftest import COMMAND, CONFIGS, EXAMPLES, dataset_of

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = [
    "visual_diversity",
    "active_learning",
    "diversity_and_active_learning",
    "metadata_threshold",
    "object_balance",
    "metadata_balance",
    "similarity_search",
    "object_diversity",
    "minimum_distance",
    "several_tasks",
]
every_config = pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)


def test_there_is_a_config_for_each_case():
    assert set(CASES) <= {config.stem for config in CONFIGS}


@every_config
def test_it_fits_the_schema(config):
    reading = read_json(config.read_text())
    assert not reading.faults
    jsonschema.Draft202012Validator(json_schema()).validate(reading.value)


@every_config
def test_it_has_no_problems(demo, config):
    problems = check_config(config, catalog=DatasetCatalog(demo.engine), dataset=dataset_of(config))
    assert [problem for problem in problems if problem.severity == "error"] == []


@every_config
def test_it_gives_what_it_asks_for(demo, config):
    selection = demo.select(config, dataset=dataset_of(config))
    asked = read_json(config.read_text()).value
    if "n_samples" in asked:
        assert len(selection) == asked["n_samples"]
    assert len(set(selection.objects or selection.sample_ids)) == len(selection) > 0
    assert json.loads(json.dumps(selection.summary()))["selected"] == len(selection)
    assert selection.sample_ids == demo.select(config, dataset=dataset_of(config)).sample_ids


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
@every_config
def test_its_sql_is_the_golden_one(demo, config, dialect):
    found = demo.explain(config, dataset=dataset_of(config)).sql(dialect) + "\n"
    golden = GOLDEN / f"{config.stem}.{dialect}.sql"
    if os.environ.get("SQLSEL_RENEW_GOLDEN"):
        golden.write_text(found, encoding="utf-8")
    assert golden.is_file(), f"no {golden}; SQLSEL_RENEW_GOLDEN=1 pytest tests/examples makes it"
    assert found == golden.read_text(encoding="utf-8"), "renew it if the change is meant: see the top of this file"


def test_no_golden_file_is_left_over():
    assert {path.name.split(".")[0] for path in GOLDEN.iterdir()} == {config.stem for config in CONFIGS}


def test_the_readme_lists_every_config_with_its_command():
    text = (EXAMPLES / "README.md").read_text()
    for config in CONFIGS:
        command, path, dataset = COMMAND.search(config.read_text()).groups()
        assert f"\n{command}\n" in text
        assert f"| [{config.stem}]({Path(path).relative_to('examples')}) | {dataset} |" in text
