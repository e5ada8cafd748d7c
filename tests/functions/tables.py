"""Tables to call the functions on, with what the one-shot call says of the same rows."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

import sqlsel

WIDTH = 8


def rows(count=120, seed=0):
    """Ids, a video with NULLs, a class, a number and vectors of any length."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((count, WIDTH)).astype(np.float32)
    return pa.table(
        {
            "photo": [f"p{number:03}" for number in range(count)],
            "video": [f"v{number % 7}" if number % 11 else None for number in range(count)],
            "kind": [("cat", "dog", "emu")[number % 3] for number in range(count)],
            "size": rng.random(count),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), WIDTH),
        }
    )


def opened(path=":memory:", table=None):
    """A connection with the functions and the table ``photos``."""
    con = duckdb.connect(str(path))
    con.execute("SET threads = 2")
    con.register("given", rows() if table is None else table)
    con.execute("CREATE OR REPLACE TABLE photos AS FROM given")
    con.unregister("given")
    sqlsel.register(con)
    return con


COLUMNS = "id := 'photo', embedding := 'vector'"
NAMED = {"id": "photo", "embedding": "vector"}


def expected(objective, *others, n, **asked):
    """The rows that the one-shot call gives."""
    config = {"n_samples": n, "strategies": [objective, *others]}
    return sqlsel.select(asked.pop("table", rows()), config, **NAMED, **asked).to_arrow().to_pylist()


def objective(strategy, kind="EMBEDDINGS", source=None, **fields):
    return {"input": {"type": kind, **(source or {})}, "strategy": {"type": strategy, **fields}}
