"""A dataset as a handle: what it holds, its samples as frames, selections from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import sqlsel
from tests import pool as p


@pytest.fixture
def pool(db):
    made = p.make_pool(30, 0)
    db.ingest(made.table(), dataset="pool", **p.MAPPING)
    return db.dataset("pool")


def test_it_tells_what_a_config_can_name(pool, db):
    assert len(pool) == 30
    assert set(pool.embeddings) == {"default"}
    assert pool.tags == []
    assert set(pool.tasks) == set(pool.scores)
    assert pool.keys == pool.facts.keys
    for task, scores in pool.scores.items():
        for score in scores:
            assert sqlsel.validate(sqlsel.config(sqlsel.weights(task, score), n_samples=1), db, "pool") == [], (
                task,
                score,
            )


def test_there_must_be_such_a_dataset(pool, db):
    with pytest.raises(sqlsel.UsageError, match="did you mean 'pool'"):
        db.dataset("pol")


def test_it_selects_as_the_database_does(pool, db):
    config = sqlsel.config(sqlsel.diversity(), n_samples=5)
    mine = pool.select(config, tag="round-1")
    assert mine.sample_ids == db.select(config, dataset="pool").sample_ids
    assert str(pool.explain(config)) == str(db.explain(config, dataset="pool"))
    assert [tag.tag for tag in pool.tags] == ["round-1"]
    assert pool.validate(sqlsel.config(sqlsel.weights("nothing"), n_samples=1))


def test_its_samples_are_frames(pool):
    picks = pool.select(sqlsel.config(sqlsel.diversity(), n_samples=5), tag="round-1")
    tagged = pool.to_arrow("round-1")
    assert tagged.column("sample_id").to_pylist() == picks.sample_ids
    assert tagged.column("rank").to_pylist() == [1, 2, 3, 4, 5]
    assert pool.to_arrow().num_rows == len(pool.df()) == len(pool.pl()) == len(pl.DataFrame(pool)) == 30
    with pytest.raises(sqlsel.UsageError, match="did you mean 'round-1'"):
        pool.pl("round-2")


def test_its_vectors_are_a_matrix(pool):
    ids, vectors = pool.vectors()
    assert ids == sorted(ids)
    assert vectors.dtype == np.float32
    assert vectors.shape == (30, pool.embeddings["default"].width)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert not vectors.flags.owndata
    with pytest.raises(sqlsel.UsageError, match="'default'"):
        pool.vectors("clip")


TABLE = pa.table({"name": ["a", "b", "c"], "embedding": [[1.0, 0.0], [0.0, 1.0], [0.7, 0.7]], "size": [1, 2, 3]})


class Capsule:
    """Any object that exports Arrow, and nothing else that is known of it."""

    def __arrow_c_stream__(self, requested_schema=None):
        return TABLE.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "frame",
    [TABLE, TABLE.to_pandas(), pl.DataFrame(TABLE), pl.DataFrame(TABLE).lazy(), TABLE.to_reader(), Capsule()],
    ids=["arrow", "pandas", "polars", "lazy", "reader", "capsule"],
)
def test_every_frame_gives_the_same_selection(frame):
    config = sqlsel.config(sqlsel.diversity(), sqlsel.weights("size", strength=0.1), n_samples=2)
    selection = sqlsel.select(frame, config, id="name")
    assert selection.sample_ids == sqlsel.select(TABLE, config, id="name").sample_ids
    assert isinstance(selection.df(), pd.DataFrame)
    assert selection.pl()["sample_id"].to_list() == selection.sample_ids
    assert pa.table(selection).equals(selection.to_arrow())


def test_a_polars_frame_is_read_where_it_lies():
    frame = pl.DataFrame({"text": ["x" * 100] * 1000, "vector": np.zeros((1000, 8), np.float32)})
    from sqlsel.sources.frames import arrow_of

    ours = arrow_of(frame).column("vector").chunk(0).values.buffers()[1].address
    assert ours == frame["vector"].to_arrow().values.buffers()[1].address
