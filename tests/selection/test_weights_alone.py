"""One weight alone: exactly the top n, decided in SQL."""

import math

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import SelectionError
from tests import pool as p

KEY = {"type": "METADATA", "key": "w"}


def select(values, n, kind=None, **strategy):
    with sqlsel.connect() as db:
        ids = [f"s{i:03d}" for i in range(len(values))]
        db.ingest(pa.table({"sample_id": ids, "w": pa.array(values, kind or pa.float64())}), dataset="pool")
        return db.select(p.config(n, (KEY, {"type": "WEIGHTS", **strategy})), dataset="pool")


def numbers(selection):
    return [int(name[1:]) for name in selection.sample_ids]


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).random(200),
        0.99 + 0.01 * np.random.default_rng(1).random(200),
        1.7e9 + 1e-3 * np.random.default_rng(2).random(200),
        np.append(np.random.default_rng(3).random(199), 1e18),
        -np.random.default_rng(4).random(200),
    ],
    ids=["uniform", "narrow", "timestamps", "one huge", "negative"],
)
@pytest.mark.parametrize("strength", [1.0, 0.1, -1.0])
def test_the_top_n_is_exact_for_any_range(values, strength):
    selection = select(values, 40, strength=strength)
    assert numbers(selection) == list(np.argsort(-np.sign(strength) * values, kind="stable")[:40])
    assert selection.to_arrow().column("gain").to_pylist() == [values[i] for i in numbers(selection)]


def test_ties_follow_the_seed_and_strength_zero_leaves_the_tie_rule():
    pool = p.Pool([f"s{i:03d}" for i in range(30)], None, [], [], [], [])
    assert numbers(select([1.0] * 30, 30)) == pool.tie_order(0)
    assert numbers(select(list(range(30)), 30, strength=0)) == pool.tie_order(0)


def test_samples_without_a_number_are_left_out_and_counted():
    selection = select([1.0, None, math.nan, 4.0], 4)
    assert numbers(selection) == [3, 0]
    summary = selection.summary()
    assert summary["left_out"]["missing"] == [{"input": "metadata w", "count": 2}]
    assert any("4 samples were asked for, 2 are selected" in notice for notice in summary["notices"])
    assert summary["stop"]["reason"] == "candidates"


def test_timestamps_and_integers_are_numbers():
    days = np.array(["2024-01-02", "2026-05-01", "2025-01-01"], dtype="datetime64[s]")
    assert numbers(select(days, 2, pa.timestamp("s"))) == [1, 2]
    assert numbers(select([2**53 + 2, 1, 2**60], 2, pa.int64())) == [2, 0]


def test_thresholds_alone_leave_the_tie_rule():
    strategy = {"type": "THRESHOLD", "threshold": 5, "operation": "BIGGER_EQUAL"}
    with sqlsel.connect() as db:
        db.ingest(pa.table({"sample_id": [f"s{i:03d}" for i in range(10)], "w": list(range(10))}), dataset="pool")
        selection = db.select(p.config(10, (KEY, strategy)), dataset="pool")
        pool = p.Pool([f"s{i:03d}" for i in range(10)], None, [], [], [], [])
        assert numbers(selection) == [i for i in pool.tie_order() if i >= 5]
        assert selection.summary()["left_out"]["thresholds"][0]["removed"] == 5
        with pytest.raises(SelectionError, match="10 removed by metadata w >= 50"):
            db.select(p.config(10, (KEY, {**strategy, "threshold": 50})), dataset="pool", tag="none-left")
        assert db.tags("pool") == []


@pytest.mark.parametrize(
    ("operation", "kept"), [("SMALLER", 3), ("SMALLER_EQUAL", 4), ("BIGGER", 6), ("BIGGER_EQUAL", 7)]
)
def test_each_operation(operation, kept):
    with sqlsel.connect() as db:
        db.ingest(pa.table({"sample_id": list(range(10)), "w": [i / 10 for i in range(10)]}), dataset="pool")
        strategy = {"type": "THRESHOLD", "threshold": 0.3, "operation": operation}
        assert len(db.select(p.config(10, (KEY, strategy)), dataset="pool")) == kept


def test_the_sum_ends_with_the_pick_that_reaches_it():
    selection = select([5.0, 4.0, 3.0, 2.0], 4, stopping_condition_max_sum=8)
    assert numbers(selection) == [0, 1]
    assert selection.summary()["stop"] == {
        "reason": "max_sum",
        "objective": "weights:w",
        "text": "the sum of the weights has reached its bound",
    }


def test_a_target_range_passes_over_what_is_too_much_and_tells_a_sum_that_is_too_low():
    selection = select([5.0, 4.0, 3.0, 0.5], 4, target_range={"min_sum": 0, "max_sum": 8})
    assert numbers(selection) == [0, 2]
    low = select([5.0, 4.0], 2, target_range={"min_sum": 20, "max_sum": 50})
    assert low.summary()["objectives"][0]["missed"][0]["reason"] == "too few samples"


def test_infinite_weights_are_refused_beside_others():
    with sqlsel.connect() as db:
        pool = p.make_pool(5, 0)
        rows = pool.table().append_column("w", pa.array([1.0, 2.0, math.inf, 3.0, 4.0]))
        db.ingest(rows, dataset="pool", **p.MAPPING)
        with pytest.raises(SelectionError, match=r"weights:w: .*infinite"):
            db.select(p.config(3, (KEY, p.WEIGHTS), (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool")
