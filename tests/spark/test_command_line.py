"""The command line on Spark: what it prints is what it prints of a database file."""

from __future__ import annotations

import csv
import io
import json
import os
import shlex
import shutil
import subprocess
import sys

import pytest

import sqlsel as sqlsel_api
from sqlsel.engines.spark.session import start_session
from tests.cli.conftest import sqlsel
from tests.cli.test_help import examples_of, help_of
from tests.demo.made import copy_demo, made_demo

CONFIG = "demo-files/round-1/config.json"
FAR = '{"n_samples": 9, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}'
HERE = ("--db", "demo.duckdb")
THERE = ("--db", "parquet", "--engine", "spark", "--master", "local[2]")
DIGITS = ("--dataset", "digits")
LAST_DIGITS = 1e-12
"""Java's logarithm and C's differ in the last digit now and then."""

on_spark = pytest.mark.spark


@pytest.fixture(scope="module")
def folder(tmp_path_factory, copied):
    """The demo as a file and as a folder of Parquet, side by side."""
    made = tmp_path_factory.mktemp("command line")
    copy_demo(made_demo(tmp_path_factory), made)
    shutil.copytree(copied, made / "parquet")
    return made


@pytest.fixture(autouse=True)
def working_directory(request, monkeypatch):
    if request.node.get_closest_marker("spark") is not None:
        monkeypatch.chdir(request.getfixturevalue("folder"))


def both(*arguments):
    """What a command that succeeds prints on this machine, and on Spark."""
    outcomes = [sqlsel(*arguments, *where) for where in (HERE, THERE)]
    for outcome in outcomes:
        assert outcome.code == 0, outcome.err
    return outcomes


def almost(value):
    """The same value to the last digits of its numbers."""
    if isinstance(value, dict):
        return {key: almost(each) for key, each in value.items()}
    if isinstance(value, list):
        return [almost(each) for each in value]
    return pytest.approx(value, rel=LAST_DIGITS, abs=LAST_DIGITS) if isinstance(value, float) else value


def rows(text):
    """Rows of CSV, with numbers where they are some."""
    return [[_number(cell) for cell in row] for row in csv.reader(io.StringIO(text))]


def _number(cell):
    try:
        return float(cell)
    except ValueError:
        return cell


@on_spark
def test_select_prints_the_same_summary_and_rows(spark):
    here, there = both("select", CONFIG, *DIGITS, "--preselected", "round-1", "--format", "json")
    assert there.err == here.err
    assert json.loads(there.out) == almost(json.loads(here.out))


@on_spark
def test_a_tag_is_kept_listed_combined_and_exported(spark):
    misread = ("--dataset", "misread")
    here, there = both("select", FAR, *misread, "--tag", "far")
    assert there == here
    both("tags", "difference", "initial-tag", "far", "--tag", "others", *misread)
    for command in (("tags", *misread), ("export", *misread, "--tag", "others", "--format", "csv")):
        here, there = both(*command)
        assert len(here.out.splitlines()) > 3
        assert there.out == here.out
    here, there = (sqlsel("select", FAR, *misread, "--tag", "far", *where) for where in (HERE, THERE))
    assert (there.code, there.err) == (here.code, here.err) == (2, here.err)


@on_spark
def test_a_report_has_the_same_numbers(spark):
    here, there = (json.loads(each.out) for each in both("report", *DIGITS, "--tag", "round-1", "--format", "json"))
    assert here.pop("made").keys() == there.pop("made").keys()
    assert there == almost(here)


@on_spark
def test_compare(spark):
    here, there = both("compare", "round-1", "initial-tag", *DIGITS, "--format", "json")
    assert json.loads(there.out) == almost(json.loads(here.out))


@on_spark
def test_curve(spark):
    here, there = both("curve", *DIGITS, "--tag", "round-1", "--format", "csv")
    assert rows(there.out) == almost(rows(here.out))


@on_spark
def test_explain_sql_and_listings(spark):
    query = "SELECT tag, count(*) AS samples FROM digits.tags WHERE tag = 'round-1' GROUP BY tag"
    for command in (("explain", CONFIG, *DIGITS), ("sql", query), ("sql", query, "--format", "csv"), ("info", *DIGITS)):
        here, there = both(*command)
        # but for how large the database is
        assert there.out.partition(", ")[2] == here.out.partition(", ")[2]
    # without an option the folder says what it is for
    assert sqlsel("sql", query, "--db", "parquet").out == sqlsel("sql", query, *HERE).out


@on_spark
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("tags", *THERE, "--dataset", "digit"), "Error: no dataset 'digit'"),
        (("tags", "--db", "parquet", "--master", "local[7]"), "Error: Spark is on in this process, on local[2]"),
        (
            ("tags", *HERE, "--engine", "spark"),
            "Error: demo.duckdb: Spark reads folders of Parquet, and this is a file",
        ),
        (("tags", *HERE, "--master", "local[2]"), "Error: demo.duckdb: Spark reads folders of Parquet"),
        (("tags", *HERE, "--engine", "duckdb", "--master", "local[2]"), "Error: --master is for --engine spark"),
        (("tags", "--db", "demo-files", "--engine", "spark"), "demo-files: no such database of Parquet"),
        (("select", FAR, *DIGITS, *THERE, "--memory-limit", "1GB"), "Error: --memory-limit is for this machine"),
        (("link", *HERE, *DIGITS, "--samples", "x"), "Error: only datasets on Spark are made of tables by their names"),
        (("link", "--db", "lake", *DIGITS, "--samples", "x", "--classes", "a"), "'a' is not of the form TASK=a,b,c"),
        (("link", "--db", "lake", *DIGITS, "--samples", "nowhere"), "nowhere"),
    ],
)
def test_what_is_wrong_is_told_in_two_lines(spark, arguments, told):
    outcome = sqlsel(*arguments)
    assert outcome.code in (1, 2)
    assert outcome.out == ""
    lines = outcome.err.splitlines()
    assert len(lines) <= 2
    assert told in lines[0]


@on_spark
def test_the_examples_of_link_work(spark):
    """Which are not among those of the other commands, as they need Spark."""
    for line in examples_of(help_of("link")):
        outcome = sqlsel(*shlex.split(line)[1:])
        assert outcome.code == 0, f"{line}\n{outcome.err}"
    linked = sqlsel("info", "--db", "lake", "--format", "json", *THERE[2:])
    (found,) = json.loads(linked.out)["datasets"]
    assert (found["dataset"], found["samples"], found["embeddings"][0]["dimensions"]) == ("numbers", 1000, 24)


@on_spark
def test_link_says_what_it_found(spark, copied):
    place = {name: next((copied / "digits" / name).iterdir()) for name in ("samples", "embeddings", "predictions")}
    outcome = sqlsel(
        *("link", "--db", "pond", "--dataset", "seen", "--samples", place["samples"]),
        *("--embeddings", f"small={place['embeddings']}", "--predictions", place["predictions"]),
        *("--classes", "digit_classification=0,1,2,3,4,5,6,7,8,9"),
    )
    assert outcome.err.splitlines() == [
        "new dataset seen: 1,000 samples, of tables that stay where they are",
        "  embedding small: 24 dimensions",
        "  task digit_classification: 10 classes",
    ]
    again = sqlsel("link", "--db", "pond", "--dataset", "seen", "--samples", place["samples"])
    assert (again.code, again.err.splitlines()[0]) == (2, "Error: there is a dataset 'seen' already")


def command(folder, *arguments, before="pass", **environment):
    """Run a command as a process of its own."""
    program = f"import sys; {before}; from sqlsel.cli import main; main(prog_name='sqlsel')"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def test_java_that_is_missing_is_told_with_what_to_install(tmp_path):
    done = command(tmp_path, "tags", "--db", "any", "--engine", "spark", JAVA_HOME=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"Error: Spark needs Java 17 or newer, and there is none in JAVA_HOME={tmp_path}",
        "apt install openjdk-17-jre-headless",
    ]


def test_pyspark_that_is_missing_is_told_with_what_to_install(tmp_path):
    done = command(tmp_path, "tags", "--db", "any", "--engine", "spark", before="sys.modules['pyspark'] = None")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "Error: Spark needs pyspark, which is not installed",
        "pip install 'sqlsel[spark]'",
    ]


CALLING = "An error occurred while calling None.org.apache.spark.sql.classic.SparkSession.\n"


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        # what Spark said of spark://127.0.0.1:1 after a minute, of k8s:// and of yarn, shortened
        (
            (
                f"{CALLING}: java.lang.IllegalStateException: Cannot call methods on a stopped SparkContext.\n"
                "This stopped SparkContext was created at:\n\torg.apache.spark.api.java.JavaSparkContext.<init>"
            ),
            "nothing answers there",
        ),
        (
            (
                f"{CALLING}: io.fabric8.kubernetes.client.KubernetesClientException: An error has occurred.\n"
                "\tat io.fabric8.kubernetes\nCaused by: java.io.IOException: Connection refused: /127.0.0.1:1\n"
                "Caused by: io.netty.channel.AnnotatedConnectException: Connection refused: /127.0.0.1:1"
            ),
            "Connection refused: /127.0.0.1:1",
        ),
        ("When running with master 'yarn' either is needed\nmore", "When running with master 'yarn' either is needed"),
    ],
)
def test_a_master_that_cannot_be_reached_is_told_in_two_lines(monkeypatch, failure, told):
    from pyspark.sql import SparkSession

    def fail(_builder):
        raise RuntimeError(failure)

    monkeypatch.setattr(SparkSession.Builder, "getOrCreate", fail)
    monkeypatch.setattr("sqlsel.engines.spark.session.check_installed", lambda: None)
    with pytest.raises(sqlsel_api.DatabaseError) as raised:
        start_session("spark://127.0.0.1:1")
    assert str(raised.value).splitlines() == [
        f"Spark does not start on spark://127.0.0.1:1: {told}",
        "check --master: local[2], spark://HOST:7077, yarn",
    ]
