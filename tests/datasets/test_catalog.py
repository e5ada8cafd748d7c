import pyarrow as pa
import pytest

import sqlsel
from sqlsel.datasets.catalog import DatasetCatalog
from sqlsel.datasets.intake import Intake
from sqlsel.datasets.writing import store
from sqlsel.errors import DatabaseError, UsageError
from sqlsel.facts import EmbeddingFacts, MetadataKey

TABLE = pa.table(
    {
        "sample_id": [3, 1, 2],
        "embedding": [[1.0, 0.0], [0.0, 1.0], None],
        "weather": [{"sunny": True, "temperature": 2.5}, {"sunny": False, "temperature": None}, None],
        "city": ["Bern", "Zürich", "Bern"],
        "unsure": [0.5, None, 0.25],
        "guess": [[0.5, 0.5], [], None],
    }
)


@pytest.fixture
def catalog(db):
    db.ingest(
        TABLE,
        dataset="street",
        scores={("guesses", "unsure"): "unsure"},
        predictions={"guesses": "guess"},
        classes={"guesses": ["day", "night"]},
    )
    return DatasetCatalog(db.engine)


def test_facts_say_what_a_dataset_holds(catalog):
    facts = catalog.facts("street")
    assert (facts.name, facts.catalog, facts.n_samples) == ("street", "memory", 3)
    assert facts.embedding == EmbeddingFacts("embeddings", 2)
    assert facts.object_embeddings == {}
    assert facts.keys == {
        "weather.sunny": MetadataKey(("weather", "sunny"), "boolean"),
        "weather.temperature": MetadataKey(("weather", "temperature"), "number"),
        "city": MetadataKey(("city",), "text"),
    }
    task = facts.tasks["guesses"]
    assert (task.task_type, task.categories, task.scores) == ("classification", ("day", "night"), ("unsure",))
    assert task.has_predictions
    assert task.has_probabilities
    assert facts.tags == ()


def test_an_unknown_dataset_is_told_with_the_nearest(catalog):
    with pytest.raises(UsageError) as refusal:
        catalog.facts("stret")
    assert "did you mean 'street'?" in refusal.value.hint


@pytest.mark.parametrize(
    ("key", "limit", "values"),
    [
        ("city", 10, ("Bern", "Zürich")),
        ("city", 1, ("Bern",)),
        ("weather.sunny", 10, ("false", "true")),
        ("weather.temperature", 10, ("2.5",)),
        ("weather", 10, ()),
        ("town", 10, ()),
    ],
)
def test_the_values_of_a_key_come_as_text(catalog, key, limit, values):
    assert catalog.key_values("street", key, limit) == values


def test_a_declared_key_keeps_its_declaration_and_follows_its_type(db):
    db.engine.execute("CREATE TABLE source AS SELECT 1 AS sample_id, 'a' AS file_name, {'code': 7} AS metadata")
    query = "SELECT * FROM source"
    declared = (MetadataKey(("code",), "integer", categorical=True),)
    store(db.engine, "street", Intake(samples=parsed(query), keys=declared))
    assert DatasetCatalog(db.engine).facts("street").keys["code"] == declared[0]
    db.ingest(pa.table({"sample_id": [2], "code": [0.5]}), dataset="street")
    assert DatasetCatalog(db.engine).facts("street").keys["code"] == MetadataKey(("code",), "number", categorical=True)


def parsed(query):
    from sqlglot import parse_one

    return parse_one(query, read="duckdb")


def test_a_database_that_sqlsel_never_wrote_to_has_no_datasets(tmp_path):
    path = tmp_path / "other.duckdb"
    with sqlsel.connect(path) as db:
        db.engine.execute("CREATE SCHEMA sqlsel; CREATE TABLE sqlsel.unrelated (x INTEGER)")
    before = path.read_bytes()
    with sqlsel.connect(path, read_only=True) as db:
        assert db.datasets() == []
        with pytest.raises(UsageError, match="no dataset 'any'"):
            DatasetCatalog(db.engine).facts("any")
    assert path.read_bytes() == before


def test_reading_works_on_a_file_that_is_open_for_reading_only(tmp_path):
    path = tmp_path / "curation.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(TABLE, dataset="street")
    before = path.read_bytes()
    with sqlsel.connect(path, read_only=True) as db:
        assert db.datasets() == ["street"]
        assert DatasetCatalog(db.engine).facts("street").n_samples == 3
        with pytest.raises(DatabaseError, match="reading only"):
            db.ingest(TABLE, dataset="street")
    assert path.read_bytes() == before


def test_a_database_of_a_newer_sqlsel_is_refused(db, catalog):
    db.engine.execute("UPDATE sqlsel.meta SET layout_version = 2")
    for call in (catalog.dataset_names, lambda: catalog.facts("street"), lambda: db.ingest(TABLE, dataset="street")):
        with pytest.raises(DatabaseError, match=r"newer sqlsel \(layout 2; this version reads up to 1\)") as refusal:
            call()
        assert "upgrade" in refusal.value.hint


def test_a_dataset_whose_schema_was_dropped_by_hand_is_gone_and_can_be_made_anew(db, catalog):
    db.engine.execute("DROP SCHEMA street CASCADE")
    assert catalog.dataset_names() == ()
    assert db.ingest(pa.table({"sample_id": ["a"]}), dataset="street").created
    facts = catalog.facts("street")
    assert (facts.n_samples, facts.tasks, facts.keys, facts.embedding) == (1, {}, {}, None)


def test_facts_are_found_in_the_catalog_and_not_by_counting_rows(db):
    db.engine.execute("CREATE TABLE many AS SELECT range AS sample_id, range % 7 AS code FROM range(200000)")
    db.ingest("many", dataset="crowd")
    statements = []
    engine = db.engine
    original = engine.rows

    def spy(sql, parameters=()):
        statements.append(sql if isinstance(sql, str) else sql.sql("duckdb"))
        return original(sql, parameters)

    engine.rows = spy
    try:
        assert DatasetCatalog(engine).facts("crowd").n_samples == 200_000
    finally:
        del engine.rows
    touching = [text for text in statements if '"crowd"."samples"' in text and not text.startswith("DESCRIBE")]
    assert touching == ['SELECT COUNT(*) FROM "memory"."crowd"."samples"']
