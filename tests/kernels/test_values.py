"""SIMILARITY, TYPICALITY and mixes equal their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlsel.kernels import (
    KernelInputError,
    mix_path,
    similarity,
    typicality,
)
from sqlsel.kernels.mixes import equal_rows
from tests.kernels import oracle
from tests.kernels.cases import TEXTURES, vectors


@given(
    seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 40), width=st.integers(1, 9), k=st.integers(1, 50), t=TEXTURES
)
@settings(max_examples=200, deadline=None)
def test_typicality_equals_the_definition(seed, rows, width, k, t):
    matrix = vectors(np.random.default_rng(seed), rows, width, t)
    found = typicality(matrix, k)
    np.testing.assert_allclose(found, oracle.typicality(matrix, k), rtol=1e-12, atol=0)


@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 40),
    width=st.integers(1, 9),
    asked=st.integers(1, 30),
    t=TEXTURES,
)
@settings(max_examples=200, deadline=None)
def test_similarity_equals_the_definition(seed, rows, width, asked, t):
    rng = np.random.default_rng(seed)
    matrix = vectors(rng, rows + asked, width, t)
    found = similarity(matrix[:rows], matrix[rows:])
    np.testing.assert_allclose(found, oracle.similarity(matrix[:rows], matrix[rows:]), rtol=1e-12, atol=0)


def test_copies_are_fully_typical_and_fully_similar():
    copies = np.ones((5, 3), np.float32)
    assert typicality(copies, 20).tolist() == [1.0] * 5
    assert similarity(copies, copies[:1]).tolist() == [1.0] * 5
    assert typicality(copies[:1], 20).tolist() == [1.0]
    assert similarity(copies[:1], copies[:1] + 1).tolist() == [1.0]


def test_no_rows_give_no_values():
    nothing = np.empty((0, 3), np.float32)
    assert typicality(nothing, 3).shape == (0,)
    assert similarity(nothing, np.ones((1, 3), np.float32)).shape == (0,)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_refused(number):
    matrix = np.ones((4, 2), np.float32)
    broken = matrix.copy()
    broken[1, 1] = number
    with pytest.raises(KernelInputError, match="NaN or infinite"):
        similarity(broken, matrix)
    with pytest.raises(KernelInputError, match="NaN or infinite"):
        similarity(matrix, broken)
    with pytest.raises(KernelInputError, match="finite"):
        typicality(broken, 2)


def test_queries_and_neighbours_that_cannot_be_are_refused():
    matrix = np.ones((4, 2), np.float32)
    with pytest.raises(KernelInputError, match="at least one query"):
        similarity(matrix, matrix[:0])
    with pytest.raises(KernelInputError, match="do not fit"):
        similarity(matrix, np.ones((4, 3), np.float32))
    with pytest.raises(KernelInputError, match="at least one neighbour"):
        typicality(matrix, 0)


def test_mix_path_gives_the_distance_to_the_target_after_each_pick():
    path = mix_path(np.array([0, 1, -1, 0]), np.array([0.0, 0.0]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(path, [1.0, 0.0, 0.0, 1 / 3])
    started = mix_path(np.array([1]), np.array([3.0, 0.0]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(started, [0.5])
    unlabelled = mix_path(np.array([-1]), np.array([0.0, 0.0]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(unlabelled, [1.0])


def test_mix_path_refuses_classes_outside_the_target():
    with pytest.raises(KernelInputError, match="classes must lie"):
        mix_path(np.array([2]), np.zeros(2), np.array([0.5, 0.5]))
    with pytest.raises(KernelInputError, match="counts_before"):
        mix_path(np.array([0]), np.zeros(3), np.array([0.5, 0.5]))


def test_rows_of_hundreds_of_classes_are_still_told_apart_by_class():
    classes = np.random.default_rng(0).integers(0, 310, 5000)
    found = equal_rows(np.eye(310)[classes])
    assert found is not None
    group, first = found
    assert (classes[first[group]] == classes).all()
    assert len(first) == len(np.unique(classes))
    assert equal_rows(np.random.default_rng(1).random((5000, 310))) is None
