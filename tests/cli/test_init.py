"""sqlsel init: a config and its schema, whole or not at all."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.cli.conftest import sqlsel

ON_DIGITS = ("--db", "demo.duckdb", "--dataset", "digits")


def test_the_config_and_its_schema(demo):
    outcome = sqlsel("init", *ON_DIGITS)
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.startswith("config.json: a config to start from; what it can say is in sqlsel.schema.json\n")
    lines = (demo / "config.json").read_text().splitlines()
    config = json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))
    schema = json.loads((demo / "config.json").with_name(config["$schema"].removeprefix("./")).read_text())
    assert schema == json.loads(sqlsel("schema").out)
    jsonschema.Draft202012Validator(schema).validate(config)
    assert sqlsel("validate", "config.json", *ON_DIGITS).err == "config.json: no problems\n"
    commands = outcome.err.partition("Next:\n")[2].replace("\\\n", " ")
    for line in commands.splitlines():
        assert sqlsel(*line.split()[1:]).code == 0
    assert "--tag round-2" in commands


def test_a_file_that_is_there_stays(demo):
    (demo / "config.json").write_text("mine")
    outcome = sqlsel("init", *ON_DIGITS)
    assert outcome.code == 2
    assert (
        outcome.err == "Error: config.json exists already\nname another file with -o, or replace it with --overwrite\n"
    )
    assert (demo / "config.json").read_text() == "mine"
    assert not (demo / "sqlsel.schema.json").exists()
    assert sqlsel("init", *ON_DIGITS, "--overwrite").code == 0
    assert (demo / "config.json").read_text() != "mine"


def test_to_stdout_and_on(demo):
    outcome = sqlsel("init", *ON_DIGITS, "--n", "7", "-o", "-")
    assert (outcome.code, outcome.err) == (0, "")
    assert not (demo / "sqlsel.schema.json").exists()
    chosen = sqlsel("select", "-", *ON_DIGITS, "--format", "filenames", stdin=outcome.out)
    assert len(chosen.out.splitlines()) == 7


def test_another_folder(demo):
    (demo / "configs").mkdir()
    assert sqlsel("init", *ON_DIGITS, "-o", "configs/first.json", "-q").err == ""
    assert sorted(path.name for path in (demo / "configs").iterdir()) == ["first.json", "sqlsel.schema.json"]


@pytest.mark.parametrize("output", ["nowhere/config.json", "demo-files"])
def test_where_it_cannot_be_written(demo, output):
    outcome = sqlsel("init", *ON_DIGITS, "-o", output, "--overwrite")
    assert outcome.code == 2
    assert outcome.err.startswith("Error: ")
    assert not (demo / "sqlsel.schema.json").exists()


def test_a_schema_in_a_file(demo):
    assert sqlsel("schema", "-o", "s.json").out == ""
    assert (demo / "s.json").read_text() == sqlsel("schema").out
