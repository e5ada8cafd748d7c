"""What tests ask of vectors that were computed: to be read, and to be selected by."""

import numpy as np

DIVERSITY = {"n_samples": 5, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}


def vectors(db, table="embeddings", dataset="d"):
    rows = db.connection.execute(f'SELECT sample_id, embedding FROM "{dataset}"."{table}"').fetchall()
    return {name: np.array(vector, dtype=np.float32) for name, vector in rows}
