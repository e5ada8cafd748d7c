"""Bounds of how far the parts of a mix can have risen: never below what rises, and near it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlsel.kernels.mix_regions import Change, Region
from sqlsel.kernels.mixes import agreements
from sqlsel.kernels.protocol import FLOOR, log_parts


def parts(rows, mix, target, strength):
    return log_parts(1.0 / np.maximum(-agreements(rows, mix, target), FLOOR), strength)


def draw(kind, count, classes, rng):
    if kind == "soft":
        return rng.dirichlet(np.full(classes, 0.3), count)
    if kind == "counts":
        return rng.poisson(0.7, (count, classes)).astype(float)
    return np.eye(classes)[rng.integers(0, classes, count)]


def rise_and_bound(rows, before, now, target, strength):
    region, change = Region.of(rows, before, target), Change(before, now, target, strength)
    rise = float((parts(rows, now, target, strength) - parts(rows, before, target, strength)).max())
    first = change.look(region)
    assert change.rise(region) == pytest.approx(first, abs=1e-12)
    return rise, first, region


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["soft", "counts", "labels"]),
    classes=st.integers(1, 9),
    strength=st.sampled_from([1.0, 0.5, -1.0]),
    sizes=st.tuples(st.integers(1, 30), st.integers(0, 40), st.integers(1, 20)),
    on_target=st.booleans(),
    seed=st.integers(0, 10_000),
)
def test_no_part_rises_above_its_bound(kind, classes, strength, sizes, on_target, seed):
    rng = np.random.default_rng(seed)
    rows, chosen, new = (draw(kind, size, classes, rng) for size in sizes)
    target = rng.dirichlet(np.ones(classes))
    target[rng.random(classes) < 0.2] = 0.0
    target = target / target.sum() if target.sum() else np.full(classes, 1.0 / classes)
    before = target * chosen.sum() if on_target else chosen.sum(axis=0)
    now = chosen.sum(axis=0) + new.sum(axis=0)
    rise, bound, region = rise_and_bound(rows, before, now, target, strength)
    assert rise <= bound + 1e-11
    if region.sums is not None:
        later = now + new[0]
        assert Change(before, later, target, strength).rise(region) >= float(
            (parts(rows, later, target, strength) - parts(rows, before, target, strength)).max() - 1e-11
        )


def test_one_row_is_bounded_by_itself():
    rng = np.random.default_rng(3)
    chosen, new = rng.dirichlet(np.ones(5), 50), rng.dirichlet(np.ones(5), 10)
    rows, target = rng.dirichlet(np.ones(5), 1), np.full(5, 0.2)
    before = chosen.sum(axis=0)
    rise, bound, _ = rise_and_bound(rows, before, before + new.sum(axis=0), target, 1.0)
    assert bound == pytest.approx(rise, abs=1e-6)


def test_what_is_far_from_the_target_stays_behind_what_is_near():
    """As tight as a triangle of distances: rows outside of a ball around the target, seen from a mix beside it."""
    rng = np.random.default_rng(4)
    target, rows = np.full(5, 0.2), rng.dirichlet(np.ones(5), 4000)
    near = rng.dirichlet(np.full(5, 200.0), 100)
    far = rows[np.linalg.norm(rows - target, axis=1) > 0.35]
    reference, mix = 200.0 * target, 200.0 * target + [0.04, -0.04, 0.02, -0.02, 0.0]
    region = Region.of(far, reference, target)
    region.entropies = (region.entropies[0],) * 2
    bound = float(parts(far, reference, target, 1.0).max()) + Change(reference, mix, target, 1.0).look(region)
    assert bound < parts(near, mix, target, 1.0).max()


def test_rows_of_zeros_stay_where_they_are():
    target, zeros = np.array([0.5, 0.5]), np.zeros((3, 2))
    change = Change(np.array([3.0, 1.0]), np.array([3.0, 4.0]), target, -1.0)
    assert change.rise(Region.of(zeros, np.array([3.0, 1.0]), target)) == 0.0
    both = Region.joined([Region.of(rows, np.array([3.0, 1.0]), target) for rows in (zeros, np.eye(2))])
    assert change.look(both) >= 0.0
