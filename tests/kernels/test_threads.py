"""Sharing out blocks of work."""

from __future__ import annotations

import threading
from unittest import mock

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from sqlsel.kernels import threads


def blas():
    """The threads of numpy's own BLAS; another package may have loaded one of its own meanwhile."""
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    own = [library for library in found if "numpy" in library["filepath"]]
    return [library["num_threads"] for library in own or found]


@pytest.fixture
def three():
    with threadpool_limits(3), threads.own_threads(), mock.patch.object(threads, "WORTH_A_THREAD", 1):
        yield


def test_every_item_is_worked_on_once(three):
    seen = np.zeros(500, int)

    def work(item):
        seen[item] += 1

    threads.each(work, range(500), cost=500)
    assert (seen == 1).all()


def test_more_than_one_thread_takes_part(three):
    together = threading.Barrier(3, timeout=10)
    threads.each(lambda _: together.wait(), range(3), cost=3)
    assert together.n_waiting == 0


def test_little_work_stays_on_the_thread_that_asks(three):
    who = set()
    threads.each(lambda _: who.add(threading.current_thread()), range(5), cost=0)
    assert who == {threading.current_thread()}


def test_a_failure_ends_the_work_and_is_told(three):
    done = []

    def work(item):
        if item == 3:
            raise ValueError("item 3")
        done.append(item)

    with pytest.raises(ValueError, match="item 3"):
        threads.each(work, range(100_000), cost=100_000)
    assert len(done) < 100_000


def test_blas_keeps_to_one_thread_meanwhile_and_gets_its_own_back():
    with threadpool_limits(2):
        with threads.own_threads():
            with threads.own_threads():
                assert set(blas()) == {1}
            assert set(blas()) == {1}
        assert set(blas()) == {2}


def test_outside_there_is_one_thread():
    who = set()
    threads.each(lambda _: who.add(threading.current_thread()), range(5), cost=1 << 40)
    assert who == {threading.current_thread()}
