"""``sql/`` in DuckDB's own shell, without Python: what needs no numpy."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functions.tables import opened

ROOT = Path(__file__).parents[2]
FILE = "sql/duckdb/functions.sql"

PACKAGE = importlib.util.find_spec("duckdb_cli")
SHELL = shutil.which("duckdb") if PACKAGE is None else str(Path(PACKAGE.origin).parent / "duckdb")


def shell(tmp_path, database, *queries):
    """What the shell prints, one row a line."""
    command = [SHELL, "-init", str(ROOT / FILE), "-csv", "-noheader", str(database)]
    told = subprocess.run(
        [*command, "-c", "; ".join(queries)], capture_output=True, text=True, env={**os.environ, "HOME": str(tmp_path)}
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.split()


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """A file that older versions of DuckDB read too, with a selection in it."""
    import sqlsel
    from tests.functions.tables import NAMED, objective, rows

    path = tmp_path_factory.mktemp("shell") / "curation.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(rows(), dataset="photos", **NAMED)
        db.select({"n_samples": 5, "strategies": [objective("DIVERSITY")]}, dataset="photos", tag="round-1")
    return path


QUERIES = [
    "SELECT sqlsel_tie('a', 0)",
    "SELECT sqlsel_uniform('a', 0)",
    "SELECT sqlsel_uncertainty_entropy([0.5, 0.25, 0.25])",
    "SELECT sqlsel_uncertainty_margin([0.6, 0.3, 0.1])",
    "SELECT sqlsel_uncertainty_least_confidence([0.9])",
    "SELECT sqlsel_object_frequency(2, 5)",
    "SELECT sqlsel_cosine([1, 2], [2, 1])",
    "SELECT sqlsel_distance([1, 2]::FLOAT[2], [2, 1]::FLOAT[2])",
    "SELECT sqlsel_cosine([0, 0], [2, 1]) IS NULL",
    "SELECT sqlsel_frame('clip-007-mp4.png')",
]


@pytest.mark.skipif(SHELL is None, reason="the shell is not installed: pip install duckdb-cli")
class TestTheShell:
    def test_it_loads_the_functions_and_gives_what_python_gives(self, tmp_path):
        with opened() as con:
            expected = [str(con.execute(query).fetchone()[0]) for query in QUERIES]
        told = shell(tmp_path, ":memory:", *QUERIES)
        assert [each.lower() for each in told] == [each.lower() for each in expected]

    def test_it_reads_what_sqlsel_wrote(self, tmp_path, database):
        query = "SELECT sample_id FROM photos.samples JOIN photos.tags USING (sample_id) WHERE tag = 'round-1'"
        assert len(shell(tmp_path, database, query)) == 5

    def test_it_ranks_by_the_scalar_functions(self, tmp_path, database):
        query = "SELECT sample_id FROM photos.samples ORDER BY sqlsel_uniform(sample_id, 3) DESC, sample_id LIMIT 5"
        with opened() as con:
            found = con.execute(
                "SELECT sample_id FROM sqlsel_random('photos', n := 5, seed := 3, id := 'photo')"
            ).fetchall()
        assert shell(tmp_path, database, query) == [name for (name,) in found]


def test_plain_duckdb_loads_the_functions(tmp_path):
    """The same file in a process of its own that has DuckDB alone."""
    code = (
        "import sys, duckdb\n"
        "con = duckdb.connect()\n"
        f"con.execute(open({str(ROOT / FILE)!r}, encoding='utf-8').read())\n"
        f"print([con.execute(query).fetchone()[0] for query in {QUERIES!r}])\n"
        "assert 'sqlsel' not in sys.modules\n"
    )
    told = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    with opened() as con:
        assert told.stdout.strip() == str([con.execute(query).fetchone()[0] for query in QUERIES])
