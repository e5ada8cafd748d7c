"""The code of Lightly's page about selections runs, with one line changed."""

from __future__ import annotations

import subprocess
import sys

import sqlsel
from tests import pool as p

LINE = "from lightly.api import ApiWorkflowClient"
PAGE = """
from lightly.api import ApiWorkflowClient

# Create the Lightly client to connect to the API.
client = ApiWorkflowClient(token="MY_LIGHTLY_TOKEN", dataset_id="MY_DATASET_ID")

# Schedule the compute run using a custom config.
# You can edit the values according to your needs.
scheduled_run_id = client.schedule_compute_worker_run(
    selection_config={
        "n_samples": 50,
        "strategies": [
            {
                "input": {
                    "type": "EMBEDDINGS"
                },
                "strategy": {
                    "type": "DIVERSITY"
                }
            }
        ]
    },
)
"""


def run(code, folder, **environment):
    import os

    changed = code.replace(LINE, "from sqlsel.lightly import ApiWorkflowClient")
    assert changed != code
    environment = {**os.environ, "PYTHONPATH": str(p.__file__).rpartition("/tests/")[0], **environment}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", changed],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_page_runs_with_one_line_changed(tmp_path):
    with sqlsel.connect(tmp_path / "sqlsel.duckdb") as db:
        db.ingest(p.make_pool(80, 0).table(), dataset="MY_DATASET_ID", **p.MAPPING)
    done = run(PAGE, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with sqlsel.connect(tmp_path / "sqlsel.duckdb", read_only=True) as db:
        (tag,) = db.tags("MY_DATASET_ID")
        assert tag.selected == 50
        config = {"n_samples": 50, "strategies": [{"input": {"type": "EMBEDDINGS"}, "strategy": {"type": "DIVERSITY"}}]}
        picked = db.select(config, dataset="MY_DATASET_ID").sample_ids
        assert db.dataset("MY_DATASET_ID").to_arrow(tag.tag).column("sample_id").to_pylist() == picked
    assert [path.name for path in tmp_path.iterdir()] == ["sqlsel.duckdb"]


def test_the_database_is_named_by_a_variable(tmp_path):
    with sqlsel.connect(tmp_path / "other.duckdb") as db:
        db.ingest(p.make_pool(80, 0).table(), dataset="MY_DATASET_ID", **p.MAPPING)
    assert run(PAGE, tmp_path, SQLSEL_DB=str(tmp_path / "other.duckdb")).returncode == 0
    with sqlsel.connect(tmp_path / "other.duckdb", read_only=True) as db:
        assert db.tags("MY_DATASET_ID")[0].selected == 50


def test_a_dataset_that_does_not_exist_is_told(tmp_path):
    with sqlsel.connect(tmp_path / "sqlsel.duckdb") as db:
        db.ingest(p.make_pool(5, 0).table(), dataset="MY_DATASET", **p.MAPPING)
    done = run(PAGE, tmp_path)
    assert done.returncode == 1
    assert "there is no dataset 'MY_DATASET_ID'; did you mean 'MY_DATASET'?" in done.stderr
