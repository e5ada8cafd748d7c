"""Ctrl-C ends a run at once, whatever runs."""

from __future__ import annotations

import _thread
import threading
import time

import numpy as np
import pytest

from sqlsel.kernels import Balance, Diversity, Weights, greedy, similarity, typicality


def jobs():
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((40_000, 64)).astype(np.float32)
    rows = len(matrix)
    everything = np.ones(rows, bool)
    objectives = [
        Diversity("d", matrix, -1.0),
        Weights("w", rng.random(rows)),
        Balance("b", rng.dirichlet(np.ones(4), rows), np.full(4, 0.25)),
    ]
    yield lambda: greedy(objectives, n=rows, candidates=everything, preselected=~everything)
    yield lambda: greedy([Diversity("d", matrix)], n=rows, candidates=everything, preselected=~everything)
    yield lambda: typicality(matrix, 20)
    yield lambda: [similarity(matrix, matrix[:5000]) for _ in range(50)]


@pytest.mark.parametrize("job", list(jobs()), ids=["combination", "diversity", "typicality", "similarity"])
def test_an_interrupt_ends_the_run(job):
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        job()
        time.sleep(5)
    timer.join()
