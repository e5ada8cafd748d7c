import pyarrow as pa
import pytest

import sqlsel
from sqlsel.datasets.naming import check_dataset_name
from sqlsel.errors import UsageError

TABLE = pa.table({"sample_id": [1], "x": [2]})


@pytest.fixture
def curation(tmp_path):
    with sqlsel.connect(tmp_path / "curation.duckdb") as database:
        yield database


@pytest.mark.parametrize(
    "name",
    ["curation", "Curation", "sqlsel", "SQLSEL", "main", "temp", "system", "information_schema", "pg_catalog", "Main"],
)
def test_a_name_that_clashes_is_refused_and_the_one_offered_works(curation, name):
    with pytest.raises(UsageError) as refusal:
        curation.ingest(TABLE, dataset=name)
    assert repr(name) in refusal.value.message
    offered = refusal.value.hint.split("'")[1]
    curation.ingest(TABLE, dataset=offered)
    assert curation.datasets() == [offered]
    assert curation.engine.rows(f"SELECT x.metadata.x FROM {offered}.samples x") == [(2,)]


def test_the_name_of_another_attached_database_is_refused(curation):
    curation.engine.execute("ATTACH ':memory:' AS elsewhere")
    with pytest.raises(UsageError, match="attached database"):
        check_dataset_name("Elsewhere", curation.engine)


def test_a_schema_that_is_no_dataset_is_refused(curation):
    curation.engine.execute("CREATE SCHEMA photos")
    with pytest.raises(UsageError, match="no dataset"):
        check_dataset_name("photos", curation.engine)


def test_two_names_may_not_differ_by_case_alone(curation):
    curation.ingest(TABLE, dataset="Clothing")
    check_dataset_name("Clothing", curation.engine)
    with pytest.raises(UsageError, match=r"'clothing' differs .* 'Clothing'"):
        curation.ingest(TABLE, dataset="clothing")


@pytest.mark.parametrize("name", ["", "  ", "a\0b"])
def test_what_is_no_name_is_refused(curation, name):
    with pytest.raises(UsageError, match="no name"):
        check_dataset_name(name, curation.engine)


def test_nothing_is_left_behind_by_a_refusal(curation):
    with pytest.raises(UsageError):
        curation.ingest(TABLE, dataset="curation")
    assert curation.engine.rows("SELECT count(*) FROM duckdb_tables()") == [(0,)]
