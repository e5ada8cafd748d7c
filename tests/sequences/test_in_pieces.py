"""Sequences whose rows are in pieces, however they are cut: the same table as from all rows at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sqlsel
from tests import pool as p
from tests.selection.test_scattered import assert_same, in_pieces
from tests.sequences.test_sequences import CASES, asked, frame_names, table

__all__ = ["in_pieces"]


def both(in_pieces, pool, files, config, count, **arguments):
    """The selection from all rows at once, and from pieces; and the pieces."""
    with sqlsel.connect() as db:
        db.ingest(table(pool, files), dataset="pool", **p.MAPPING)
        in_pieces.disarm()
        whole = db.select(config, dataset="pool", **arguments)
        made = in_pieces(count=count, rows=6)
        return whole, db.select(config, dataset="pool", **arguments), made


@pytest.mark.parametrize("name", ["diversity", "typicality", "objects", "weather", "things", "predicted"])
def test_each_objective_alone(in_pieces, name):
    pool, files = p.make_pool(90, 2, lacking=0.02), frame_names(90, 4)
    whole, cut, made = both(in_pieces, pool, files, asked(15, 3, CASES[name]), 3)
    assert_same(whole, cut)
    assert len(made) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.lists(st.sampled_from(list(CASES)), min_size=1, max_size=3, unique=True),
    length=st.integers(2, 5),
    data=st.integers(0, 500),
    before=st.integers(0, 13),
    count=st.sampled_from([1, 2, 30]),
)
def test_objectives_together_beside_preselected_frames(in_pieces, names, length, data, before, count):
    names = ["diversity", *(name for name in names if name != "diversity")]
    pool, files = p.make_pool(90, data, lacking=0.01), frame_names(90, data + 1)
    first = [pool.ids[i] for i in sorted(range(90), key=files.__getitem__)[:before]]
    config = asked(4 * length, length, *(CASES[name] for name in names))
    whole, cut, made = both(in_pieces, pool, files, config, count, preselected=first or None)
    assert_same(whole, cut)
    assert len(made) == 1


@pytest.mark.parametrize("scale", [1.0, 3.0], ids=["unit", "raw"])
def test_queries_of_a_file_are_scaled_as_the_frames_are(in_pieces, tmp_path, scale):
    pool, files = p.make_pool(60, 9), frame_names(60, 3)
    np.save(tmp_path / "queries.npy", np.random.default_rng(1).standard_normal((3, p.WIDTH)).astype(np.float32))
    looked = {**p.EMBEDDINGS, "query_file": str(tmp_path / "queries.npy")}
    pool.vectors[:] *= scale
    config = {**p.config(8, (looked, {"type": "SIMILARITY"})), "selected_sequence_length": 2}
    with sqlsel.connect() as db:
        db.ingest(table(pool, files), dataset="pool", **{**p.MAPPING, "normalize": False})
        whole = db.select(config, dataset="pool")
        made = in_pieces(count=3)
        assert_same(whole, db.select(config, dataset="pool"))
        assert len(made) == 1
