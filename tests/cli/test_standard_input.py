"""Tables from stdin, and results to files and to stdout, under the same names everywhere."""

from __future__ import annotations

import csv
import io
import json

import click
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sqlsel as api
from sqlsel.cli import main
from tests.cli.conftest import sqlsel
from tests.cli.test_telling import all_commands

ROWS = [{"id": 1, "file_name": "a.jpg", "w": 0.5}, {"id": 2, "file_name": "b.jpg", "w": 0.25}]


def parquet(rows):
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


SENT = {
    "csv": b"id,file_name,w\n1,a.jpg,0.5\n2,b.jpg,0.25\n",
    "csv with a byte order mark": b"\xef\xbb\xbfid,file_name,w\n1,a.jpg,0.5\n2,b.jpg,0.25\n",
    "json": json.dumps(ROWS, indent=2).encode(),
    "jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
    "parquet": parquet(ROWS),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", SENT)
def test_a_table_on_stdin_is_read_by_its_first_bytes(folder, kind):
    outcome = sqlsel("ingest", "-", "--db", "a.duckdb", "--dataset", "d", "--id", "id", stdin=SENT[kind])
    assert outcome.code == 0, outcome.err
    with api.connect("a.duckdb", read_only=True) as db:
        query = "SELECT CAST(sample_id AS INT), file_name, CAST(metadata.w AS DOUBLE) FROM d.samples ORDER BY 1"
        assert db.engine.rows(query) == [(1, "a.jpg", 0.5), (2, "b.jpg", 0.25)]


def test_large_tables_arrive_whole(folder):
    rows = [{"id": number, "text": "x" * 100} for number in range(5000)]
    lines = "\n".join(map(json.dumps, rows)).encode()
    assert sqlsel("ingest", "-", "--db", "a.duckdb", "--dataset", "d", "--id", "id", stdin=lines).code == 0
    with api.connect("a.duckdb", read_only=True) as db:
        assert db.engine.rows("SELECT count(*), sum(length(metadata.text)) FROM d.samples") == [(5000, 500000)]


def test_vectors_on_stdin(demo):
    with api.connect("demo.duckdb", read_only=True) as db:
        names = db.engine.rows("SELECT sample_id FROM digits.samples ORDER BY 1")
        table = 'sheets."object_embeddings/digit_detection"'
        objects = db.engine.rows(f"SELECT sample_id, object_index, embedding FROM {table}")
    vectors = [{"file_name": name, "embedding": [float(place), 1.0]} for place, (name,) in enumerate(names)]
    on_digits = ("--db", "demo.duckdb", "--dataset", "digits")
    assert sqlsel("add-embedding", "-", *on_digits, "--name", "sent", stdin=parquet(vectors)).code == 0
    rows = [dict(zip(("sample_id", "object_index", "embedding"), row, strict=True)) for row in objects]
    outcome = sqlsel(
        *("add-object-embeddings", "-", "--db", "demo.duckdb", "--dataset", "sheets", "--task", "digit_detection"),
        stdin=parquet(rows),
    )
    assert outcome.code == 0, outcome.err
    with api.connect("demo.duckdb", read_only=True) as db:
        assert set(db.dataset("digits").embeddings) == {"default", "sent"}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (b"", "Error: stdin is empty\n"),
        (b" \n\n", "Error: stdin is empty\n"),
        (b"\x89PNG\x00\x00", "Error: stdin is no table\n"),
        (SENT["parquet"], "Error: no column 'key' in <stdin> (id='key')\n"),
        (SENT["parquet"][:200], "<stdin>"),
    ],
)
def test_what_cannot_be_read(folder, sent, message):
    outcome = sqlsel("ingest", "-", "--db", "a.duckdb", "--dataset", "d", "--id", "key", stdin=sent)
    assert outcome.code in (1, 2)
    assert message in outcome.err
    assert "/tmp" not in outcome.err
    assert not (folder / "a.duckdb").exists()


@pytest.mark.parametrize(
    "line",
    ["datasets", "tags", "info", "score --dataset digits", "explain demo-files/round-1/config.json --dataset digits"],
)
def test_every_listing_goes_to_a_file_too(demo, line):
    name, *rest = line.split()
    formats = ["--format", "csv"] if name in ("datasets", "tags", "score") else []
    printed = sqlsel(name, *rest, "--db", "demo.duckdb", *formats)
    written = sqlsel(name, *rest, "--db", "demo.duckdb", "-o", "out.csv" if formats else "out.txt")
    assert (printed.code, written.code, written.out) == (0, 0, "")
    assert (demo / ("out.csv" if formats else "out.txt")).read_text() == printed.out.replace("\r\n", "\n") or (
        list(csv.reader(io.StringIO(printed.out))) == list(csv.reader((demo / "out.csv").open()))
    )
    dashed = sqlsel(name, *rest, "--db", "demo.duckdb", *formats, "-o", "-")
    assert dashed.out == printed.out


def test_the_same_name_means_the_same_everywhere():
    """Options of one name have the same other name and, but for what they are about, the same kind of value."""
    found: dict[str, set[tuple[tuple[str, ...], str | None]]] = {}
    for _, command in all_commands():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                spelled = (tuple(sorted(parameter.opts)), parameter.metavar)
                for flag in parameter.opts:
                    found.setdefault(flag, set()).add(spelled)
    several = {flag: spelled for flag, spelled in found.items() if len(spelled) > 1}
    # the tag to make has its own word in the help of `tags`; a column may have a name, and class names a file; what
    # `ingest` reads from columns `link` has in tables
    tables = {"--embeddings", "--predictions", "--scores"}
    assert set(several) <= {"--tag", "--embedding", "--classes", "--format", *tables}, several
    assert all(len({opts for opts, _ in spelled}) == 1 for spelled in several.values())
    assert main.get_command(click.Context(main), "select") is not None
