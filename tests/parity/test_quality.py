"""Selections are at least as good as lightly-mundig's, by every measure of what was asked for."""

from __future__ import annotations

import pytest

from tests.benchmarks.quality import HIGHER, STRENGTHS, Case, worse


@pytest.fixture(scope="module")
def case():
    return Case()


@pytest.mark.parametrize("combination", STRENGTHS)
def test_no_measure_is_worse_than_the_peers(case, combination):
    assert list(worse(combination, *case.both(combination))) == []


def test_something_worse_would_be_found():
    peer = dict.fromkeys(HIGHER, 1.0) | {"score": 1.0}
    for name, higher in HIGHER.items():
        ours = peer | {name: 0.98 if higher else 1.02}
        assert [fault.split(" is ")[0] for fault in worse("D1 W1 B1", ours, peer)] == [name]
    assert list(worse("D1", peer | {"score": 0.99}, peer)) == ["score is 0.9900, the peer's 1.0000"]
