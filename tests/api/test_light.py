"""What a selection does not need is not imported, even where it is installed."""

import subprocess
import sys

import pytest

import sqlsel
from tests import pool as p

CODE = """
import sys, sqlsel
with sqlsel.connect({path!r}) as db:
    db.select({config!r}, dataset="pool", tag="round-1")
assert "pandas" not in sys.modules, "pandas was imported"
"""


@pytest.mark.parametrize(
    "objectives",
    [
        [
            (p.EMBEDDINGS, p.DIVERSITY),
            (p.DOUBT, p.WEIGHTS),
            (p.WEATHER_KEY, {"type": "BALANCE", "distribution": "UNIFORM"}),
        ],
        [(p.DOUBT, p.WEIGHTS)],
        [(p.THINGS, {"type": "BALANCE", "target": {"bus": 0.5}})],
    ],
    ids=["together", "weights", "things"],
)
def test_pandas_is_left_alone(tmp_path, objectives):
    path = str(tmp_path / "curation.duckdb")
    with sqlsel.connect(path) as db:
        db.ingest(p.make_pool(20, 0).table(), dataset="pool", **p.MAPPING)
    code = CODE.format(path=path, config=p.config(5, *objectives))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
