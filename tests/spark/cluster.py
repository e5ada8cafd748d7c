"""A program that loses workers and sessions in the middle of selections, on a cluster of real processes.

python -m tests.spark.cluster FOLDER SCRATCH            the folder holds the dataset ``points``
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import sqlsel
from sqlsel.engines.spark.pieces import SparkPieces
from sqlsel.selection.scattered import running
from tests.spark.conftest import build_session

FAR = {"n_samples": 7, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}
CLUSTER = "local-cluster[2,1,1024]"
QUIET = {"spark.log.level": "OFF"}


def main() -> None:
    folder, scratch = map(Path, sys.argv[1:])
    # small enough for several jobs
    running.POOL_ROWS, running.LEAST_ROWS = 4, 1
    session = build_session(CLUSTER, scratch, **{**QUIET, "spark.sql.shuffle.partitions": "4"})
    found = {}
    with sqlsel.connect(folder, spark=session) as db:
        with before_a_job(3, lambda: kill(executors(session)[0])) as seen:
            found["without an executor"] = db.select(FAR, dataset="points", tag="kept").sample_ids
        found["jobs"] = seen["jobs"]
        found["stopped"] = failed(db, session.stop)
    session = build_session("local[1]", scratch, **QUIET)
    with sqlsel.connect(folder, spark=session) as db:
        found["killed"] = failed(db, lambda: kill(session.sparkContext._gateway.proc.pid))
    print(json.dumps(found))


def failed(db, lose) -> str:
    """What a run says whose session is lost in the middle."""
    try:
        with before_a_job(2, lose):
            db.select(FAR, dataset="points", tag="lost")
    except sqlsel.DatabaseError as failure:
        return str(failure)
    return "no error"


@contextmanager
def before_a_job(number, act):
    """Act before the job of that number."""
    usual, seen = SparkPieces.step, {"jobs": 0}

    def step(self, work):
        seen["jobs"] += 1
        if seen["jobs"] == number:
            act()
        return usual(self, work)

    SparkPieces.step = step
    try:
        yield seen
    finally:
        SparkPieces.step = usual


def executors(session) -> list[int]:
    """The processes that work for a session."""
    listed = subprocess.run(["ps", "-eww", "-o", "pid,args"], capture_output=True, text=True, check=True)
    mine = [line for line in listed.stdout.splitlines() if "CoarseGrainedExecutorBackend" in line]
    return [int(line.split()[0]) for line in mine if session.sparkContext.applicationId in line]


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


if __name__ == "__main__":
    main()
