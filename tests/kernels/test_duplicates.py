"""Near-duplicates against a search of all pairs."""

import numpy as np
import pytest

from sqlsel.kernels import KernelInputError, boxes, duplicates, near_duplicates


def naive(matrix, distance):
    """The first of each row's group, and the kept row that it repeats or -1."""
    wide = matrix.astype(np.float64)
    between = np.sqrt(((wide[:, None] - wide[None]) ** 2).sum(axis=-1))
    near = between <= distance
    group = np.arange(len(matrix))
    for _ in matrix:
        group = np.array([group[row].min() for row in near])
    originals = np.full(len(matrix), -1)
    for row in range(len(matrix)):
        kept = [other for other in range(row) if near[row, other] and originals[other] < 0]
        originals[row] = min(kept, key=lambda other: (between[row, other], other)) if kept else -1
    return group, originals, between


def made(trial):
    rng = np.random.default_rng(trial)
    count, width = int(rng.integers(1, 100)), int(rng.integers(1, 6))
    # whole numbers make many equal distances, and some that are just the one asked for
    matrix = rng.integers(0, 4, (count, width)) if trial % 2 else rng.standard_normal((count, width)) * 3
    return matrix.astype(np.float32) + np.float32(1e4 if trial % 3 == 0 else 0), rng


@pytest.mark.parametrize("trial", range(24))
def test_all_pairs_say_the_same(trial, monkeypatch):
    matrix, rng = made(trial)
    monkeypatch.setattr(duplicates, "BLOCK", int(rng.integers(1, 40)))
    monkeypatch.setattr(duplicates, "BATCH", int(rng.integers(1, 40)))
    monkeypatch.setattr(boxes, "DIRECTIONS", int(rng.integers(1, 6)))
    for distance in (0.0, 0.5, 1.0, 1.5, 3.0, 100.0):
        found = near_duplicates(matrix, distance)
        group, originals, between = naive(matrix, distance)
        sizes = np.bincount(group, minlength=len(matrix))
        rows = sorted(np.flatnonzero(sizes[group] > 1), key=lambda row: (-sizes[group[row]], group[row], row))
        assert found.rows.tolist() == rows
        assert found.originals.tolist() == originals[rows].tolist()
        starts = [place == 0 or group[rows[place]] != group[rows[place - 1]] for place in range(len(rows))]
        assert found.groups.tolist() == (np.cumsum(starts) - 1).tolist()
        repeats = found.originals >= 0
        assert np.isnan(found.distances[~repeats]).all()
        told = between[found.rows[repeats], found.originals[repeats]]
        np.testing.assert_allclose(found.distances[repeats], told, rtol=1e-12)


def test_copies_have_no_distance():
    matrix = np.random.default_rng(0).standard_normal((2000, 16)).astype(np.float32)
    matrix[1500:] = matrix[:500]
    found = near_duplicates(matrix, 0.0)
    assert sorted(found.rows) == [*range(500), *range(1500, 2000)]
    assert (found.distances[1::2] == 0).all()
    assert (found.originals[::2] == -1).all()


def test_one_large_group_costs_no_more_memory_than_its_rows():
    matrix = np.random.default_rng(0).standard_normal((6000, 4)).astype(np.float32) * 1e-3
    found = near_duplicates(matrix, 1.0)
    assert len(found.rows) == 6000
    assert found.originals.tolist() == [-1, *[0] * 5999]


def test_boxes_leave_out_far_blocks_and_no_near_one():
    rng = np.random.default_rng(0)
    matrix = (rng.standard_normal((40, 8)).repeat(100, axis=0) * 50 + rng.standard_normal((4000, 8))).astype(np.float32)
    found = boxes.Boxes(matrix, 64)
    assert sorted(np.concatenate(found.blocks)) == list(range(4000))
    wide = matrix.astype(np.float64)
    left_out = 0
    for block, rows in enumerate(found.blocks):
        near = {*found.near(block, 1.0)}
        for other in range(block, len(found.blocks)):
            gaps = np.sqrt(((wide[rows][:, None] - wide[found.blocks[other]][None]) ** 2).sum(axis=-1))
            assert other in near or gaps.min() > 1.0
            left_out += other not in near
    assert left_out > 1000


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_to_compare(count):
    assert not len(near_duplicates(np.zeros((count, 3), np.float32), 1.0).rows)


@pytest.mark.parametrize("distance", [-1.0, float("nan"), float("inf")])
def test_a_distance_that_is_none(distance):
    with pytest.raises(KernelInputError, match="distance"):
        near_duplicates(np.zeros((2, 2), np.float32), distance)
