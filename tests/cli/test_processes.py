"""What only whole processes show: locks, Ctrl-C, a full disk, closed pipes, terminals."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import duckdb
import pytest

import sqlsel as api
from tests.cli.conftest import sqlsel

CONFIG = "demo-files/round-1/config.json"
ON_DIGITS = "--db demo.duckdb --dataset digits"
NEEDS_PROC = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
INGEST = "sqlsel ingest demo-files/digits --db demo.duckdb --dataset digits"


def test_a_database_that_another_process_writes_to(demo, shell, command):
    hold = "import sys, sqlsel; db = sqlsel.connect('demo.duckdb'); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=command, text=True
    )
    try:
        assert holder.stdout.readline() == "held\n"
        for line in (f"sqlsel select {CONFIG} {ON_DIGITS}", INGEST, "sqlsel info --db demo.duckdb", "sqlsel demo"):
            outcome = shell(line, folder=demo)
            assert outcome.code == 1
            assert outcome.err.startswith("Error: demo.duckdb: locked by another process (")
            assert f"PID {holder.pid}" in outcome.err
    finally:
        holder.communicate()


def test_a_file_that_is_no_database(demo):
    (demo / "text.duckdb").write_text("this is no database, but it is long enough to look like something\n" * 100)
    for command in (("info",), ("tags",), ("select", CONFIG, "--dataset", "digits")):
        outcome = sqlsel(*command, "--db", "text.duckdb")
        assert outcome.code == 1
        assert "text.duckdb: this is no DuckDB database file" in outcome.err
    assert sqlsel("info", "--db", "demo-files").code == 1


def test_a_database_of_a_newer_version(demo):
    with duckdb.connect("demo.duckdb") as con:
        con.execute("UPDATE sqlsel.meta SET layout_version = 1000")
    for command in (
        ("info",),
        ("select", CONFIG, "--dataset", "digits"),
        ("ingest", "demo-files/digits", "--dataset", "x"),
    ):
        outcome = sqlsel(*command, "--db", "demo.duckdb")
        assert outcome.code == 1
        assert "made by a newer sqlsel" in outcome.err
        assert "pip install --upgrade sqlsel" in outcome.err


def contents(path):
    """Every row of every table that changes when something is stored."""
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_catalog() ORDER BY ALL"
        ).fetchall()
        return {
            table: con.execute(f'SELECT count(*), sum(hash(t)) FROM "{table[0]}"."{table[1]}" AS t').fetchone()
            for table in tables
        }


def ctrl_c(line, demo, command, *, when):
    """Run a command, interrupt it once ``when`` holds, and return its outcome."""
    process = subprocess.Popen(
        line.split(), cwd=demo, env=command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 60
    try:
        while not when(process) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, out, err


def has_opened(path):
    def opened(process):
        try:
            return any(link.readlink() == path for link in Path(f"/proc/{process.pid}/fd").iterdir())
        except OSError:
            return False

    return opened


@NEEDS_PROC
def test_ctrl_c_while_a_folder_is_read_changes_nothing(demo, command):
    before = contents(demo / "demo.duckdb")
    code, out, err = ctrl_c(INGEST, demo, command, when=has_opened(demo / "demo.duckdb"))
    assert (code, out) == (130, "")
    assert err == "Interrupted; nothing was changed.\n"
    assert contents(demo / "demo.duckdb") == before


SLOW = {
    "n_samples": 40_000,
    "strategies": [
        {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}},
        {"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}},
    ],
}


@NEEDS_PROC
def test_ctrl_c_while_samples_are_picked_leaves_no_tag(tmp_path, command):
    import numpy as np
    import pyarrow as pa

    vectors = np.random.default_rng(0).standard_normal((40_000, 64), dtype=np.float32)
    embedding = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), 64)
    with api.connect(tmp_path / "big.duckdb") as db:
        db.ingest(
            pa.table({"id": np.arange(40_000), "embedding": embedding}), dataset="d", id="id", embedding="embedding"
        )
    (tmp_path / "slow.json").write_text(json.dumps(SLOW))
    before = contents(tmp_path / "big.duckdb")
    opened = has_opened(tmp_path / "big.duckdb")
    begun = []

    def picking(process):
        if opened(process):
            begun.append(time.monotonic())
        return bool(begun) and time.monotonic() > begun[0] + 0.7

    line = "sqlsel select slow.json --db big.duckdb --dataset d --tag round-1"
    code, out, err = ctrl_c(line, tmp_path, command, when=picking)
    assert (code, out) == (130, "")
    assert err == "Interrupted; nothing was changed.\n"
    assert contents(tmp_path / "big.duckdb") == before


@NEEDS_PROC
@pytest.mark.parametrize("line", ["sqlsel embed --name looks", "sqlsel embed --task digit_detection --overwrite"])
def test_ctrl_c_while_images_are_embedded_keeps_whole_vectors(demo, command, line):
    dataset = "sheets" if "--task" in line else "digits"
    opened, begun = has_opened(demo / "demo.duckdb"), []

    def embedding(process):
        if opened(process):
            begun.append(time.monotonic())
        return bool(begun) and time.monotonic() > begun[0] + 0.4

    line = f"{line} --db demo.duckdb --dataset {dataset}"
    code, out, err = ctrl_c(line, demo, command, when=embedding)
    assert (code, out) == (130, "")
    assert err == "Interrupted; what was computed is kept, and the same command goes on from there.\n"
    again = sqlsel(*line.split()[1:])
    assert again.code == 0, again.err
    table, ids = "embeddings/looks", "sample_id"
    if "--task" in line:
        table, ids = "object_embeddings/digit_detection", "(sample_id, object_index)"
    with api.connect("demo.duckdb", read_only=True) as db:
        rows, different = db.engine.rows(f'SELECT count(*), count(DISTINCT {ids}) FROM {dataset}."{table}"')[0]
        detected = "FROM sheets.predictions WHERE object_index IS NOT NULL AND task = 'digit_detection'"
        objects = db.engine.rows(f"SELECT count(*) {detected}")[0][0]
    assert rows == different == (1000 if dataset == "digits" else objects)


@NEEDS_PROC
def test_ctrl_c_on_a_terminal_is_one_line_below_it(demo, command):
    main, other = pty.openpty()
    query = "SELECT count(*) FROM range(1000000000000) WHERE random() > 2"
    line = ["sqlsel", "sql", "--db", "demo.duckdb", query]
    process = subprocess.Popen(line, cwd=demo, env=command, stdin=other, stdout=other, stderr=other)
    os.close(other)
    opened = has_opened(demo / "demo.duckdb")
    try:
        while not opened(process) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    finally:
        # the query would go on for days
        process.kill()
    assert os.read(main, 65536).decode().replace("\r\n", "\n") == "\nInterrupted; nothing was changed.\n"
    os.close(main)


def test_a_full_disk_leaves_the_database_as_it_was(demo, shell):
    before = contents(demo / "demo.duckdb")
    line = "ulimit -f 300 && sqlsel ingest demo-files/digits --db demo.duckdb --dataset again --no-measure"
    outcome = shell(line, folder=demo)
    assert outcome.code == 1
    assert outcome.err.startswith("Error: the disk is full")
    assert contents(demo / "demo.duckdb") == before


def test_a_full_disk_leaves_the_exported_file_as_it_was(demo, shell):
    (demo / "x.csv").write_text("old")
    export = f"sqlsel export {ON_DIGITS} --tag initial-tag"
    outcome = shell(f"ulimit -f 8 && {export} -o x.csv", folder=demo)
    assert outcome.code == 1
    assert outcome.err == "Error: x.csv: cannot be written: File too large\nnothing was changed\n"
    assert (demo / "x.csv").read_text() == "old"
    assert not list(demo.glob(".x.csv*"))


def test_a_reader_that_has_seen_enough(demo, shell):
    outcome = shell(
        f"set -o pipefail; sqlsel export {ON_DIGITS} --tag initial-tag --format json | head -c 1",
        folder=demo,
        executable="/bin/bash",
    )
    assert (outcome.code, outcome.out) == (0, "[")
    assert "Broken" not in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("format_name", ["csv", "filenames"])
def test_an_output_that_is_full(demo, shell, format_name):
    line = f"sqlsel export {ON_DIGITS} --tag initial-tag --format {format_name} > /dev/full"
    outcome = shell(line, folder=demo)
    assert outcome.code == 1
    assert outcome.err == "Error: the output: No space left on device\n"


def test_an_error_that_nobody_expected(demo, shell):
    (demo / "broken.py").write_text(
        "import sqlsel.cli, sqlsel.connecting\n"
        "sqlsel.connecting.connect = lambda *_, **__: {}['x']\n"
        "sqlsel.cli.main(prog_name='sqlsel')\n"
    )
    line = f"{sys.executable} broken.py info --db demo.duckdb"
    outcome = shell(line, folder=demo)
    assert (outcome.code, outcome.out) == (1, "")
    first, second = outcome.err.splitlines()
    assert first == "Error: unexpected KeyError: 'x'"
    assert "SQLSEL_DEBUG=1" in second
    assert "Traceback" in shell(f"SQLSEL_DEBUG=1 {line}", folder=demo).err


def on_a_terminal(line, demo, command):
    """What a command prints on a terminal of 80 columns."""
    main, other = pty.openpty()
    termios.tcsetwinsize(other, (24, 80))
    environment = {name: value for name, value in command.items() if name != "COLUMNS"}
    process = subprocess.Popen(line.split(), cwd=demo, env=environment, stdout=other, stderr=other, stdin=other)
    os.close(other)
    parts = []
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    os.close(main)
    return process.wait(), b"".join(parts).decode()


def test_bars_are_drawn_on_a_terminal_and_wiped_away(demo, command):
    code, text = on_a_terminal(f"sqlsel select {CONFIG} {ON_DIGITS}", demo, command)
    assert code == 0
    assert "select: " in text
    last = [line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").split("\n")]
    assert not any("select: " in line for line in last)
    assert any(line.startswith("Selected 100 of ") for line in last)
    assert "\r" not in sqlsel("select", CONFIG, *ON_DIGITS.split()).err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_lacks_characters(demo, shell, encoding):
    outcome = shell(f"PYTHONIOENCODING={encoding} sqlsel sql \"SELECT '日本…' AS name\" --db demo.duckdb", folder=demo)
    assert outcome.code == 0
    assert "\\u65e5\\u672c\\u2026" in outcome.out
