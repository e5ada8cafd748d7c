"""Every example config on both engines: the same rows in the same order with the same numbers."""

from __future__ import annotations

import math

import pytest

from tests.examples.conftest import CONFIGS, dataset_of

pytestmark = pytest.mark.spark

# Java's logarithm and C's differ in the last digit now and then
LAST_DIGITS = 1e-14


def same_number(left, right):
    if left is None or right is None:
        return left is right
    return math.isclose(left, right, rel_tol=LAST_DIGITS, abs_tol=LAST_DIGITS)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_a_config_gives_the_same_table(config, demo, on_spark):
    dataset = dataset_of(config)
    here, there = (db.select(config, dataset=dataset).to_arrow() for db in (demo, on_spark))
    assert there.schema.names == here.schema.names
    for name in set(here.column_names) - {"gain", "terms"}:
        assert there[name].to_pylist() == here[name].to_pylist(), name
    for left, right in zip(here.to_pylist(), there.to_pylist(), strict=True):
        assert same_number(left["gain"], right["gain"]) or abs(left["gain"] - right["gain"]) < 1e-12
        assert [key for key, _ in left["terms"]] == [key for key, _ in right["terms"]]
        assert all(same_number(a, b) for (_, a), (_, b) in zip(left["terms"], right["terms"], strict=True))
