"""Ctrl-C in the middle of a selection, in a program that goes on afterwards."""

import os
import signal

import pytest

from sqlsel.errors import EngineError
from tests import pool as p

CHOSEN = p.config(10, (p.EMBEDDINGS, p.DIVERSITY))


@pytest.mark.parametrize("stage", ["filter", "read embeddings", "select"])
def test_it_ends_the_run_and_nothing_after_it(db, stage):
    db.ingest(p.make_pool(30, 0).table(), dataset="pool", **p.MAPPING)

    def press(now, _done, _total):
        if now == stage:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        db.select(CHOSEN, dataset="pool", tag="round-1", progress=press)
    assert db.tags("pool") == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    # an error afterwards is itself, not an interrupt
    with pytest.raises(EngineError, match="nothing_there"):
        db.engine.rows("SELECT nothing_there")
    assert len(db.select(CHOSEN, dataset="pool", tag="round-1")) == 10
