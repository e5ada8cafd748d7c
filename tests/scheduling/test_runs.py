"""Runs: recorded, done by a thread, watched, and run again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

import sqlsel
from sqlsel.lightly import ApiWorkflowClient, IgnoredOptionWarning, InvalidConfigurationError
from sqlsel.scheduling import list_runs, run_waiting
from tests.cli.conftest import sqlsel as command
from tests.scheduling.conftest import DIVERSE, done

ROOT = str(command.__globals__["ROOT"])

SLOW = """
import time
import sqlsel.scheduling.worker as worker
from sqlsel.lightly import ApiWorkflowClient

def slow(db, run, run_id, tell):
    tell("SAMPLING", "taking its time")
    print("busy", flush=True)
    time.sleep(60)

worker.run_job = slow
diverse = {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}
client = ApiWorkflowClient(dataset_id="pool")
client.schedule_compute_worker_run(selection_config={"n_samples": 5, "strategies": [diverse]})
"""


def test_a_run_goes_through_its_states(pool):
    scheduled = pool.schedule_compute_worker_run(selection_config=DIVERSE)
    infos = list(pool.compute_worker_run_info_generator(scheduled))
    states = [info.state for info in infos]
    assert states[:2] == ["OPEN", "STARTED"]
    assert "SAMPLING" in states
    assert states[-1] == "COMPLETED"
    assert infos[-1].message == "selected 5 samples as tag run-1"
    assert infos[-1].ended_successfully()
    assert [info.in_end_state() for info in infos].count(True) == 1
    with pytest.raises(ValueError, match="not ended"):
        infos[0].ended_successfully()
    assert pool.get_compute_worker_run_info(scheduled) == infos[-1]
    assert pool.get_compute_worker_run_info("none").state == "CANCELED_OR_NOT_EXISTING"


def test_what_was_scheduled_and_what_ran_can_be_asked_for(pool):
    scheduled = pool.schedule_compute_worker_run(selection_config=DIVERSE, runs_on=["gpu"], priority="HIGH")
    done(pool, scheduled)
    assert pool.get_scheduled_compute_worker_runs() == []
    (asked,) = pool.get_scheduled_compute_worker_runs(state="DONE")
    assert (asked.id, asked.dataset_id, asked.priority, asked.runs_on) == (scheduled, "pool", "HIGH", ("gpu",))
    assert asked.config["selection"] == DIVERSE
    run = pool.get_compute_worker_run_from_scheduled_run(scheduled)
    assert pool.get_compute_worker_run(run.id) == run
    assert pool.get_compute_worker_runs(dataset_id="pool") == [run] == list(pool.get_compute_worker_runs_iter())
    assert run.state == "COMPLETED"
    assert run.last_modified_at >= run.created_at > 1_600_000_000_000
    pool.wait()
    with sqlsel.connect("sqlsel.duckdb", read_only=True) as db:
        kept = db.connection.execute("SELECT run_id, tag FROM sqlsel.sqlsel.runs").fetchall()
    assert kept == [(run.id, "run-1")]
    with pytest.raises(sqlsel.UsageError, match="no run 'none'"):
        pool.get_compute_worker_run("none")


def test_two_runs_do_not_disturb_each_other(pool):
    first = pool.schedule_compute_worker_run(selection_config=DIVERSE)
    second = pool.schedule_compute_worker_run(selection_config=DIVERSE, worker_config={"use_datapool": True})
    other = ApiWorkflowClient(dataset_id="pool")
    third = other.schedule_compute_worker_run(selection_config=DIVERSE, lightly_config={"seed": None})
    assert all(done(pool, each).ended_successfully() for each in (first, second, third))
    tags = {tag.name: tag for tag in pool.get_all_tags()}
    assert {name: tag.tot_size for name, tag in tags.items()} == {"run-1": 5, "run-2": 10, "run-3": 5, "initial-tag": 5}
    new = pool.get_filenames_in_tag(tags["run-2"], exclude_parent_tag=True)
    assert not set(new) & set(pool.get_filenames_in_tag(tags["run-1"]))


def test_urgent_runs_come_first(here, pool):
    with sqlsel.connect(here / "sqlsel.duckdb") as db:
        from sqlsel.datasets.schedule import add_run, read_schedule

        for priority in ("LOW", "MID", "CRITICAL", "HIGH"):
            add_run(
                db.engine,
                "pool",
                selection_config=DIVERSE,
                worker_config={},
                lightly_config={},
                priority=priority,
                runs_on=(),
            )
        assert run_waiting(db) == 4
        ended = sorted(read_schedule(db.engine), key=lambda run: run.last.at)
    assert [run.priority for run in ended] == ["CRITICAL", "HIGH", "MID", "LOW"]


def test_a_run_that_fails_says_why_and_the_next_one_goes_on(pool):
    missing = {
        "n_samples": 5,
        "strategies": [
            {"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}},
            {
                "input": {"type": "RANDOM"},
                "strategy": {"type": "THRESHOLD", "threshold": 2, "operation": "BIGGER"},
            },
        ],
    }
    first = pool.schedule_compute_worker_run(selection_config=missing)
    second = pool.schedule_compute_worker_run(selection_config=DIVERSE)
    failed = done(pool, first)
    assert failed.state == "FAILED"
    assert "nothing to select from" in failed.message
    assert not failed.ended_successfully()
    assert done(pool, second).ended_successfully()


def test_a_defect_is_a_crash_that_is_told(pool, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr("sqlsel.scheduling.worker.run_job", broken)
    crashed = done(pool, pool.schedule_compute_worker_run(selection_config=DIVERSE))
    assert crashed.state == "CRASHED"
    assert crashed.message.startswith("ZeroDivisionError: no such luck")
    assert "Traceback" in crashed.message


def test_a_run_can_be_run_again(pool):
    scheduled = pool.schedule_compute_worker_run(selection_config=DIVERSE)
    done(pool, scheduled)
    pool.run_again(scheduled)
    again = list(pool.compute_worker_run_info_generator(scheduled))
    assert again[0].message == "waiting for the worker, again"
    assert again[-1].message == "selected 5 samples as tag run-2"
    assert len(pool.get_compute_worker_runs()) == 1
    with pytest.raises(sqlsel.UsageError, match="no scheduled run 'none'"):
        pool.run_again("none")


def test_a_run_whose_process_was_killed_failed_and_can_be_run_again(here, pool):
    environment = {**os.environ, "PYTHONPATH": ROOT}
    process = subprocess.Popen([sys.executable, "-c", SLOW], cwd=here, env=environment, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"busy\n"
        database = here / "sqlsel.duckdb"
        seen = command("runs", "--db", database, "--format", "json")
        assert seen.code == 0, seen.err
        assert '"state": "SAMPLING"' in seen.out
        assert '"message": "taking its time"' in seen.out
        told = command("runs", "show", seen.out.split('"run": "')[1][:24], "--db", database)
        assert "taking its time" in told.out, told.err
        (waiting,) = pool.get_scheduled_compute_worker_runs()
        assert waiting.state == "LOCKED"
        assert command("runs", "again", waiting.id[:8], "--db", database).code == 1
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    listed = command("runs", "--db", database)
    assert listed.code == 0
    assert "FAILED" in listed.out
    info = pool.get_compute_worker_run_info(waiting.id)
    assert info.state == "FAILED"
    assert "process that ran it" in info.message
    outcome = command("runs", "again", waiting.id[:8], "--db", database)
    assert outcome.code == 0, outcome.err
    assert "selected 5 samples as tag run-1" in outcome.err
    assert pool.get_compute_worker_run_info(waiting.id).ended_successfully()
    assert not (here / "sqlsel.duckdb.runs.json").exists()


def scheduled(db, **more):
    from sqlsel.datasets.schedule import add_run

    asked = {"selection_config": DIVERSE, "worker_config": {}, "lightly_config": {}, "priority": "MID", "runs_on": ()}
    return add_run(db.engine, "pool", **{**asked, **more})


def test_a_run_that_waits_can_be_canceled(here, pool):
    with sqlsel.connect(here / "sqlsel.duckdb") as db:
        first, second = scheduled(db), scheduled(db)
    pool.cancel_run(first)
    pool.cancel_run(first)
    info = pool.get_compute_worker_run_info(first)
    assert (info.state, info.message) == ("CANCELED_OR_NOT_EXISTING", "canceled while it waited")
    assert done(pool, first) == info
    assert not info.ended_successfully()
    assert [run.id for run in pool.get_scheduled_compute_worker_runs()] == [second]
    assert [run.id for run in pool.get_scheduled_compute_worker_runs(state="CANCELED")] == [first]
    with sqlsel.connect(here / "sqlsel.duckdb") as db:
        assert run_waiting(db) == 1
        assert [(row.run, row.state, row.seconds is None) for row in list_runs(db.engine)] == [
            (first, "CANCELED", True),
            (second, "COMPLETED", False),
        ]
        assert db.tags("pool")[0].tag == "run-1"
    with pytest.raises(sqlsel.UsageError, match="is COMPLETED\nonly a run that waits"):
        pool.cancel_run(second)
    with pytest.raises(sqlsel.UsageError, match="no scheduled run 'none'"):
        pool.cancel_run("none")
    pool.run_again(first)
    assert done(pool, first).ended_successfully()


def test_the_command_cancels_too(here, pool):
    with sqlsel.connect(here / "sqlsel.duckdb") as db:
        waiting = scheduled(db)
    outcome = command("runs", "cancel", waiting[:8], "--db", "sqlsel.duckdb")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", f"run {waiting[:8]}: canceled\n")
    assert "CANCELED" in command("runs", "--db", "sqlsel.duckdb").out


def test_a_run_is_canceled_from_beside_the_process_that_works(here, pool):
    """While one run is on, another process takes back the one that waits."""
    code = SLOW.replace("time.sleep(60)", "input(); raise ValueError").replace(
        "client.schedule", "waiting = client.schedule", 1
    )
    again = code.splitlines()[-1].removeprefix("waiting = ")
    process = subprocess.Popen(
        [sys.executable, "-c", f"{code}\nprint({again}, flush=True)\nclient.wait()"],
        cwd=here,
        env={**os.environ, "PYTHONPATH": ROOT},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        told = sorted((process.stdout.readline(), process.stdout.readline()), key=len)
        assert told[0] == "busy\n"
        waiting = told[1].strip()
        outcome = command("runs", "cancel", waiting, "--db", "sqlsel.duckdb")
        assert outcome.code == 0, outcome.err
        assert "cancels it before it takes the next run" in outcome.err
        running = next(run.id for run in pool.get_scheduled_compute_worker_runs(state="LOCKED"))
        assert "only a run that waits" in command("runs", "cancel", running, "--db", "sqlsel.duckdb").err
        process.communicate("\n", timeout=60)
    finally:
        process.kill()
        process.wait()
    assert pool.get_compute_worker_run_info(waiting).message == "canceled while it waited"
    assert pool.get_compute_worker_run_info(running).state == "CRASHED"
    assert list(here.glob("*.runs.json*")) == []


def test_a_file_that_another_process_opened_is_waited_for(here, pool):
    code = "import duckdb, time; c = duckdb.connect('sqlsel.duckdb'); print('open', flush=True); time.sleep(1)"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=here, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"open\n"
    began = time.monotonic()
    assert done(pool, pool.schedule_compute_worker_run(selection_config=DIVERSE)).ended_successfully()
    assert time.monotonic() - began > 0.5
    process.wait()
    process.stdout.close()


def test_a_client_works_on_an_open_database(db):
    from tests import pool as p

    db.ingest(p.make_pool(20, 0).table(), dataset="pool", **p.MAPPING)
    for given in (db, db.connection):
        client = ApiWorkflowClient(dataset_id="pool", database=given)
        assert done(client, client.schedule_compute_worker_run(selection_config=DIVERSE)).ended_successfully()
        client.wait()
    assert [tag.tag for tag in db.tags("pool")] == ["run-1", "run-2"]
    assert [row.state for row in list_runs(db.engine)] == ["COMPLETED", "COMPLETED"]


def test_selections_that_were_made_at_once_are_listed_too(db):
    from tests import pool as p

    db.ingest(p.make_pool(20, 0).table(), dataset="pool", **p.MAPPING)
    selection = db.select(DIVERSE, dataset="pool", tag="by-hand")
    (row,) = list_runs(db.engine)
    assert (row.run, row.tag, row.state, row.dataset) == (selection.run_id, "by-hand", "COMPLETED", "pool")
    assert list_runs(db.engine, "other") == []


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({}, sqlsel.UsageError, "selection_config is missing"),
        ({"selection_config": {"n_samples": 5}}, sqlsel.ConfigError, "strategies"),
        ({"selection_config": DIVERSE, "priority": "HIHG"}, sqlsel.UsageError, "did you mean 'HIGH'"),
        (
            {"selection_config": DIVERSE, "worker_config": {"use_datapol": True}},
            InvalidConfigurationError,
            "did you mean 'use_datapool'",
        ),
        (
            {"selection_config": DIVERSE, "worker_config": {"datasource": {"proces_all": True}}},
            InvalidConfigurationError,
            "did you mean 'datasource.process_all'",
        ),
        (
            {"selection_config": DIVERSE, "worker_config": {"use_datapool": "yes"}},
            InvalidConfigurationError,
            "must be True or False, not 'yes'",
        ),
        (
            {"selection_config": DIVERSE, "lightly_config": {"sede": 1}},
            InvalidConfigurationError,
            "did you mean 'seed'",
        ),
        (
            {
                "selection_config": {
                    "n_samples": 5,
                    "strategies": [{"input": {"type": "METADATA", "key": "wether"}, "strategy": {"type": "WEIGHTS"}}],
                }
            },
            sqlsel.ConfigError,
            "no key 'wether'",
        ),
    ],
)
def test_what_is_wrong_is_said_at_the_call(pool, arguments, error, said):
    with pytest.raises(error) as failure:
        pool.schedule_compute_worker_run(**arguments)
    assert said in str(failure.value)
    assert pool.get_scheduled_compute_worker_runs() == []


def test_options_without_a_meaning_are_told(pool):
    config = {"enable_training": False, "corruptnessCheck": {"corruptionThreshold": 0.1}, "num_processes": -1}
    with pytest.warns(IgnoredOptionWarning) as told:
        scheduled = pool.schedule_compute_worker_run(
            selection_config=DIVERSE, worker_config=config, lightly_config={"loader": {"batch_size": 16}, "seed": 3}
        )
    messages = [str(each.message) for each in told]
    assert len(messages) == 4
    assert all("has no effect here" in message for message in messages)
    assert {each.filename for each in told} == {__file__}
    assert done(pool, scheduled).ended_successfully()
    pool.wait()
    with sqlsel.connect("sqlsel.duckdb", read_only=True) as db:
        assert db.connection.execute("SELECT seed FROM sqlsel.sqlsel.runs").fetchall() == [(3,)]


def test_the_command_lists_and_formats(pool, here):
    scheduled = pool.schedule_compute_worker_run(selection_config=DIVERSE)
    done(pool, scheduled)
    pool.wait()
    table = command("runs", "--db", here / "sqlsel.duckdb", "--dataset", "pool")
    header, _, row = table.out.splitlines()
    assert header.split() == ["run", "dataset", "state", "tag", "since", "seconds", "message"]
    assert row.split()[:4] == [scheduled[:8], "pool", "COMPLETED", "run-1"]
    csv = command("runs", "--db", here / "sqlsel.duckdb", "--format", "csv").out.splitlines()
    assert csv[1].startswith(f"{scheduled},pool,COMPLETED,run-1,")
    shown = command("runs", "show", scheduled[:8], "--db", here / "sqlsel.duckdb")
    assert [line.split()[0] for line in shown.out.splitlines()[2:4]] == ["OPEN", "STARTED"]
    assert "selected 5 samples" in shown.out
    assert command("runs", "show", "none", "--db", here / "sqlsel.duckdb").code == 2
    assert command("runs", "--db", here / "sqlsel.duckdb", "--dataset", "pol").code == 2
    assert command("runs").code == 2


def test_a_database_without_runs_says_so(here):
    sqlsel.connect(here / "empty.duckdb").close()
    outcome = command("runs", "--db", here / "empty.duckdb")
    assert (outcome.code, outcome.out) == (0, "")
    assert "no runs" in outcome.err
