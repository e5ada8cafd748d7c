"""Selecting from a table at once, without a database."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import UsageError
from tests import pool as p

DIVERSE = p.config(5, (p.EMBEDDINGS, p.DIVERSITY))


@pytest.mark.parametrize(
    "frame", [pa.Table.to_pandas, pl.from_arrow, lambda table: table], ids=["pandas", "polars", "arrow"]
)
def test_any_frame(frame):
    pool = p.make_pool(20, 0)
    table = pool.table().select(["sample_id", "embedding", "weather"])
    with sqlsel.connect() as db:
        db.ingest(table, dataset="pool")
        expected = db.select(DIVERSE, dataset="pool").sample_ids
    assert sqlsel.select(frame(table), DIVERSE).sample_ids == expected


def test_a_frame_without_ids_is_numbered_by_row():
    vectors = p.unit(np.random.default_rng(0).standard_normal((10, 3)))
    frame = pd.DataFrame({"vector": list(vectors)})
    selection = sqlsel.select(frame, DIVERSE, embedding="vector")
    assert all(isinstance(row, int) for row in selection.sample_ids)
    assert len(set(selection.sample_ids)) == 5


def test_similarity_to_an_array():
    vectors = p.unit(np.random.default_rng(0).standard_normal((30, 4)))
    table = pa.table({"id": list(range(30)), "embedding": list(vectors)})
    query = {"type": "EMBEDDINGS", "dataset_id": "failures"}
    selection = sqlsel.select(table, p.config(3, (query, {"type": "SIMILARITY"})), queries={"failures": vectors[[7]]})
    distances = np.linalg.norm(vectors - vectors[7], axis=1)
    assert selection.sample_ids == list(np.argsort(distances)[:3])


def test_queries_do_not_mix_with_the_table():
    table = p.make_pool(5, 0).table()
    with pytest.raises(UsageError, match="'data'"):
        sqlsel.select(table, DIVERSE, queries={"data": table}, **p.MAPPING)


def test_nothing_is_left_behind():
    selection = sqlsel.select(p.make_pool(20, 0).table(), DIVERSE, **p.MAPPING)
    assert selection.tag is None
    assert len(selection.to_arrow()) == 5
