"""sqlsel report on the command line: files, stdout, what is missing, and what it says."""

from __future__ import annotations

import json
import sys

import jsonschema
import pytest

import sqlsel as package
from sqlsel.errors import UsageError
from sqlsel.report.page import content_policy, embedded
from sqlsel.report.schema import report_schema
from sqlsel.report.thumbnails import Wanted, read_thumbnails
from tests import pool as p
from tests.cli.conftest import sqlsel
from tests.report.conftest import CONFIG, read


@pytest.fixture
def database(tmp_path, monkeypatch):
    """A file with a selection, and the working directory it is in."""
    monkeypatch.chdir(tmp_path)
    with package.connect("x.duckdb") as db:
        db.ingest(p.make_pool(30, 0).table(), dataset="pool", **p.MAPPING)
        db.select(CONFIG, dataset="pool", tag="round-1")
    return tmp_path


def report(*arguments):
    return sqlsel("report", "--db", "x.duckdb", "--dataset", "pool", "--tag", "round-1", *arguments)


def test_a_file_is_written_and_said(database):
    outcome = report("-o", "report.html")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.startswith("report on tag round-1 written to report.html, ")
    page = (database / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert report("-o", "report.html", "--quiet").err == ""


def test_stdout_needs_a_format(database):
    outcome = report()
    assert outcome.code == 2
    assert outcome.err == "Error: a report to stdout needs --format\nname one: html, json; or a file: -o report.html\n"
    outcome = report("--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    report("-o", "report.json")
    told, written = json.loads(outcome.out), read(database / "report.json")
    assert {**told, "made": None} == {**written, "made": None}


def test_the_format_is_that_of_the_name_unless_it_is_named(database):
    assert report("-o", "report.txt").code == 2
    assert report("-o", "report.txt", "--format", "json").code == 0
    assert read(database / "report.txt")["tag"] == "round-1"


@pytest.mark.parametrize("module", ["jinja2", "plotly"])
def test_what_is_missing_is_named_before_anything_runs(database, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    outcome = report("-o", "report.html")
    assert outcome.code == 2
    assert f"a report as a page needs {module}, which is not installed" in outcome.err
    assert "pip install 'sqlsel[report]'" in outcome.err
    assert not (database / "report.html").exists()
    assert report("-o", "report.json").code == 0


def test_names_that_are_not_there(database):
    outcome = sqlsel("report", "--db", "x.duckdb", "--dataset", "pool", "--tag", "round-2", "-o", "r.html")
    assert outcome.code == 2
    assert "did you mean 'round-1'?" in outcome.err
    assert not (database / "r.html").exists()


def test_the_schema_is_one_and_says_what_things_are():
    schema = json.loads(sqlsel("schema", "report").out)
    assert schema == report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"].keys() == set(schema["required"])
    assert sqlsel("schema").out != sqlsel("schema", "report").out


def test_the_page_may_run_its_own_scripts_alone():
    policy = content_policy(["let a = 1;"])
    assert "default-src 'none'" in policy
    assert "'sha256-" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert embedded("</script><!-- & '\u2028") == '"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u0027\\u2028"'


def test_images_are_cut_shrunk_and_bounded(tmp_path):
    from base64 import b64decode
    from io import BytesIO

    from PIL import Image

    from sqlsel.report import thumbnails

    image = Image.new("RGB", (600, 400), (200, 10, 10))
    image.paste((10, 200, 10), (0, 0, 300, 400))
    image.save(tmp_path / "a.png")
    (tmp_path / "broken.png").write_bytes(b"no image")
    wanted = [
        Wanted("whole", "a.png", None, 96),
        Wanted("part", "a.png", (300, 0, 300, 400), 96),
        Wanted("broken", "broken.png", None, 96),
        Wanted("gone", "gone.png", None, 96),
    ]
    found = read_thumbnails([tmp_path], wanted, thumbnails.MOST_BYTES, lambda *_: None)
    assert list(found) == ["whole", "part"]

    def opened(name):
        return Image.open(BytesIO(b64decode(found[name].uri.partition(",")[2])))

    assert opened("whole").size == (96, 64)
    assert opened("part").size == (72, 96)
    red, green, _ = opened("part").convert("RGB").getpixel((36, 48))
    assert red > 150 > 50 > green
    room = len(found["whole"].uri)
    assert list(read_thumbnails([tmp_path], wanted[:2], room, lambda *_: None)) == ["whole"]


def test_no_images_and_no_database(database, tmp_path):
    with package.connect(database / "x.duckdb", read_only=True) as db:
        selection = db.select(CONFIG, dataset="pool")
        page = selection.report(tmp_path / "r.html", thumbnails=0).read_text()
        assert '"thumbnails":{}' in page
    with pytest.raises(UsageError):
        package.Selection(selection.to_arrow(), selection.summary()).report(tmp_path / "x.html")
