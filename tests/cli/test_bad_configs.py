"""Configs that are wrong: every problem at once, with its place; exit code 2, and no tag."""

from __future__ import annotations

import json

import pytest

import sqlsel as api
from tests.cli.conftest import sqlsel

ON_DIGITS = ("--db", "demo.duckdb", "--dataset", "digits")
EMBEDDINGS = {"type": "EMBEDDINGS"}
DIVERSITY = {"type": "DIVERSITY"}
WEIGHTS = {"type": "WEIGHTS"}


def config(source, strategy, **top):
    return json.dumps({"n_samples": 5, "strategies": [{"input": source, "strategy": strategy}], **top})


def scores(task="digit_classification", score="uncertainty_entropy"):
    return {"type": "SCORES", "task": task, "score": score}


def queries(dataset="misread", tag="initial-tag"):
    return {"type": "EMBEDDINGS", "dataset_id": dataset, "tag_name": tag}


def balance(**target):
    return {"type": "BALANCE", "target": target}


CLASSES = {"type": "PREDICTIONS", "task": "digit_classification", "name": "CLASS_DISTRIBUTION"}
SIMILARITY = {"type": "SIMILARITY"}


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("", "", "the config is empty"),
        ("this is\nno JSON", "", "expected"),
        ('{"n_samples": 5, "strategies": [}', "", "expected"),
        ("[1, 2]\n", "", "the config is a list"),
        (config(EMBEDDINGS, DIVERSITY, n_samples=0), "n_samples", "at least 1, not 0"),
        (config(EMBEDDINGS, DIVERSITY, n_samples=-3), "n_samples", "at least 1, not -3"),
        (config(EMBEDDINGS, DIVERSITY, n_samples=2.5), "n_samples", "2.5"),
        (config(EMBEDDINGS, DIVERSITY, n_samples=None, proportion_samples=1.5), "proportion_samples", "1.5"),
        (config(EMBEDDINGS, DIVERSITY, proportion_samples=0.5), "", "n_samples"),
        (config({"type": "EMBEDDING"}, DIVERSITY), "strategies[0].input.type", "did you mean 'EMBEDDINGS'"),
        (config(scores(task="digit_clasification"), WEIGHTS), "strategies[0].input.task", "digit_classification"),
        (config(scores(score="uncertainty_entrophy"), WEIGHTS), "strategies[0].input.score", "uncertainty_entropy"),
        (config({"type": "METADATA", "key": "ink.amont"}, balance(bold=1)), "strategies[0].input.key", "ink.amount"),
        (config(CLASSES, balance(seven=1)), "strategies[0].strategy.target", "seven"),
        (config(queries(dataset="misred"), SIMILARITY), "strategies[0].input.dataset_id", "misread"),
        (config(queries(dataset="digits", tag="round-2"), SIMILARITY), "strategies[0].input.tag_name", "round-1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(demo, text, path, message):
    checked = sqlsel("validate", "-", *ON_DIGITS, stdin=text)
    assert checked.code == 2
    (line,) = [line for line in checked.out.splitlines() if message in line]
    assert line.startswith("<stdin>:")
    assert path in line
    assert checked.err == "<stdin>: 1 error\n"
    chosen = sqlsel("select", "-", *ON_DIGITS, "--tag", "round-2", stdin=text)
    assert chosen.code == 2
    assert chosen.err.startswith("Error: config: 1 problem\n")
    assert message in chosen.err
    assert chosen.out == ""
    with api.connect("demo.duckdb", read_only=True) as db:
        assert [tag.tag for tag in db.tags("digits")] == ["round-1"]


def test_problems_for_a_program(demo):
    (demo / "bad.json").write_text(
        '{\n  "n_samples": 5,\n  "n_samples": 6,\n  "strategies": [\n'
        '    { "input": { "type": "METADATA; x", "key": 3 },\n'
        '      "strategy": { "type": "WEIGHT" } }\n  ]\n}\n'
    )
    lines = sqlsel("validate", "bad.json")
    outcome = sqlsel("validate", "bad.json", "--format", "json")
    assert (outcome.code, outcome.err) == (lines.code, lines.err) == (2, lines.err)
    told = json.loads(outcome.out)
    assert len(told) == len(lines.out.splitlines()) > 2
    for problem, line in zip(told, lines.out.splitlines(), strict=True):
        assert list(problem) == ["file", "severity", "path", "line", "column", "message", "hint"]
        whole = problem["message"] if problem["hint"] is None else f"{problem['message']}; {problem['hint']}"
        assert line == f"bad.json:{problem['line']}:{problem['column']}: {problem['path']}: {whole}"
    by_path = {problem["path"]: problem for problem in told}
    word = by_path["strategies[0].strategy.type"]
    assert word["message"] == "unknown strategy type 'WEIGHT'"
    assert word["hint"].startswith("did you mean 'WEIGHTS'? allowed: ")
    assert by_path["strategies[0].input.type"]["message"].endswith("'METADATA; x'")


def test_no_problems_for_a_program(demo):
    right = sqlsel("validate", "demo-files/round-1/config.json", *ON_DIGITS, "--format", "json")
    assert (right.code, json.loads(right.out)) == (0, [])
    notice = config(EMBEDDINGS, DIVERSITY, n_samples=None, proportion_samples=0.1).replace(
        "0.1", "0.10000000000000000001"
    )
    noticed = sqlsel("validate", "-", "--format", "json", stdin=notice)
    (told,) = json.loads(noticed.out)
    assert (noticed.code, told["severity"], told["file"]) == (0, "notice", "<stdin>")
    assert told["hint"] == "0.1 is used"
    broken = sqlsel("validate", "-", "--format", "json", stdin="[1]\n")
    (told,) = json.loads(broken.out)
    assert (broken.code, told["path"], told["line"], told["column"]) == (2, None, None, None)


def test_all_problems_at_once_as_an_editor_reads_them(demo):
    (demo / "bad.json").write_text(
        '{\n  "n_samples": 0,\n  "strategies": [\n    { "input": { "type": "METADATA" },\n'
        '      "strategy": { "type": "BALANCED" } }\n  ],\n}\n'
    )
    outcome = sqlsel("validate", "bad.json")
    assert outcome.code == 2
    assert [line.split(": ")[:2] for line in outcome.out.splitlines()] == [
        ["bad.json:2:16", "n_samples"],
        ["bad.json:4:16", "strategies[0].input"],
        ["bad.json:5:19", "strategies[0].strategy"],
        ["bad.json:5:29", "strategies[0].strategy.type"],
    ]
    assert outcome.err == "bad.json: 4 errors\n"


def test_notices_alone_are_no_failure(demo):
    outcome = sqlsel(
        "validate",
        "-",
        stdin='{"n_samples": 5, "strategies": [{"input": {"type": "EMBEDDINGS"},\n'
        ' "strategy": {"type": "DIVERSITY"}, "strength": 2}]}',
    )
    assert outcome.code == 0
    assert outcome.out.startswith("<stdin>:2:49: notice: strategies[0].strength: ")
    assert outcome.err == "<stdin>: 1 notice\n"


def test_a_good_config(demo):
    outcome = sqlsel("validate", "demo-files/round-1/config.json", *ON_DIGITS)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "demo-files/round-1/config.json: no problems\n")


@pytest.mark.parametrize(
    ("name", "message"), [("demo-files", "is a directory"), ("none.json", "there is no file 'none.json'")]
)
def test_a_config_that_is_no_file(demo, name, message):
    checked = sqlsel("validate", name)
    assert checked.code == 2
    assert checked.out.startswith(f"{name}: ")
    assert message in checked.out
    chosen = sqlsel("select", name, *ON_DIGITS)
    assert chosen.code == 2
    assert message in chosen.err


def test_stdin_that_is_no_text(demo):
    outcome = sqlsel("validate", "-", stdin=b"\xff\xfe\x00{")
    assert outcome.code == 2
    assert outcome.err.startswith("Error: stdin is no text in UTF-8 (byte 1)\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--db", "demo.duckdb"), "--db needs --dataset"),
        (("--dataset", "digits"), "--dataset needs --db"),
        (("--db", "demo.duckdb", "--dataset", "digts"), "digits"),
    ],
)
def test_validate_against_what(demo, arguments, message):
    outcome = sqlsel("validate", "demo-files/round-1/config.json", *arguments)
    assert outcome.code == 2
    assert message in outcome.out + outcome.err


def test_more_samples_than_there_are_is_a_notice(demo):
    outcome = sqlsel("select", config(EMBEDDINGS, DIVERSITY, n_samples=5000), *ON_DIGITS, "--format", "filenames")
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 1000
    assert "5,000 samples were asked for, 1,000 are selected" in " ".join(outcome.err.split())


def test_thresholds_that_leave_nothing(demo):
    nothing = config(
        {"type": "METADATA", "key": "ink.share"}, {"type": "THRESHOLD", "threshold": 9, "operation": "BIGGER"}
    )
    outcome = sqlsel("select", nothing, *ON_DIGITS, "--tag", "round-2")
    assert outcome.code == 1
    assert outcome.err.startswith("Error: dataset digits: nothing to select from: ")
    assert "metadata ink.share > 9" in outcome.err
    with api.connect("demo.duckdb", read_only=True) as db:
        assert [tag.tag for tag in db.tags("digits")] == ["round-1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--dataset", "digts"), "no dataset 'digts'\ndid you mean 'digits'?"),
        (
            ("--dataset", "digits", "--preselected", "round-2"),
            "no tag 'round-2' in dataset 'digits'\ndid you mean 'round-1'",
        ),
        (("--dataset", "digits", "--tag", "initial-tag"), "tag 'initial-tag' is reserved"),
        (("--dataset", "digits", "--tag", "a/b"), "tag 'a/b' is no tag name"),
        (("--dataset", "digits", "--where", "nonsense("), "where"),
        (("--dataset", "digits", "--where", "no_such_column > 1"), "no_such_column"),
    ],
)
def test_names_that_do_not_exist(demo, arguments, message):
    outcome = sqlsel("select", config(EMBEDDINGS, DIVERSITY), "--db", "demo.duckdb", *arguments)
    assert outcome.code == 2
    assert outcome.err.startswith("Error: ")
    assert message in outcome.err
    assert "Traceback" not in outcome.err


def test_the_schema_is_json(demo):
    import jsonschema

    schema = json.loads(sqlsel("schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(config(EMBEDDINGS, DIVERSITY)))
