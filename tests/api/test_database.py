"""The Python API around a selection: tags, earlier picks, conditions, files, errors."""

import json

import duckdb
import pyarrow as pa
import pytest

import sqlsel
from sqlsel.errors import ConfigError, DatabaseError, IngestError, SelectionError, UsageError
from tests import pool as p

DIVERSE = p.config(5, (p.EMBEDDINGS, p.DIVERSITY))


@pytest.fixture
def pool(db):
    made = p.make_pool(30, 0, lacking=0.1)
    db.ingest(made.table(), dataset="pool", **p.MAPPING)
    return made


def rows(db, query):
    return db.connection.execute(query).fetchall()


def test_a_tag_holds_the_picks_and_plain_duckdb_reads_it(tmp_path):
    path = tmp_path / "curation.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(p.make_pool(30, 0).table(), dataset="pool", **p.MAPPING)
        selection = db.select(DIVERSE, dataset="pool", tag="round-1")
        assert selection.tag == "round-1"
    with duckdb.connect(str(path), read_only=True) as con:
        tagged = con.execute("SELECT sample_id, rank FROM pool.tags WHERE tag = 'round-1' ORDER BY rank").fetchall()
        assert [row[0] for row in tagged] == selection.sample_ids
        ranked = con.execute("SELECT sample_id, gain, terms FROM pool.selections ORDER BY rank").fetchall()
        assert [row[0] for row in ranked] == selection.sample_ids
        assert ranked[1][2].keys() == {"diversity"}
        run = con.execute("SELECT run_id, tag, config, seed, version, stop, summary FROM sqlsel.runs").fetchone()
    assert run[:2] == (selection.run_id, "round-1")
    assert json.loads(run[2]) == DIVERSE
    assert run[3:6] == (0, sqlsel.__version__, "n_samples")
    assert json.loads(run[6])["selected"] == 5


def test_without_a_tag_nothing_is_written_and_a_read_only_file_will_do(tmp_path):
    path = tmp_path / "curation.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(p.make_pool(30, 0).table(), dataset="pool", **p.MAPPING)
    before = path.read_bytes()
    with sqlsel.connect(path, read_only=True) as db:
        for chosen in (
            DIVERSE,
            p.config(5, (p.DOUBT, p.WEIGHTS)),
            p.config(5, (p.THINGS, {"type": "BALANCE", "distribution": "UNIFORM"})),
        ):
            assert len(db.select(chosen, dataset="pool")) == 5
        with pytest.raises(DatabaseError, match="reading only"):
            db.select(DIVERSE, dataset="pool", tag="round-1")
    assert path.read_bytes() == before


def test_an_existing_tag_is_kept_unless_told_to_overwrite(db, pool):
    first = db.select(DIVERSE, dataset="pool", tag="round-1")
    with pytest.raises(UsageError, match="round-1"):
        db.select(p.config(3, (p.DOUBT, p.WEIGHTS)), dataset="pool", tag="round-1")
    assert rows(db, "SELECT count(*) FROM pool.tags") == [(5,)]
    second = db.select(p.config(3, (p.DOUBT, p.WEIGHTS)), dataset="pool", tag="round-1", overwrite=True)
    assert second.sample_ids != first.sample_ids[:3]
    found = rows(db, "SELECT sample_id FROM pool.tags WHERE tag = 'round-1' ORDER BY rank")
    assert [row[0] for row in found] == second.sample_ids


def test_preselected_samples_are_kept_without_a_rank_and_not_picked_again(db, pool):
    first = db.select(DIVERSE, dataset="pool", tag="round-1")
    second = db.select(DIVERSE, dataset="pool", tag="round-2", preselected="round-1")
    assert not set(first.sample_ids) & set(second.sample_ids)
    assert second.summary()["preselected"] == 5
    found = rows(db, "SELECT sample_id, rank FROM pool.tags WHERE tag = 'round-2'")
    assert {name for name, rank in found if rank is None} == set(first.sample_ids)
    assert sorted(rank for _, rank in found if rank is not None) == [1, 2, 3, 4, 5]
    together = db.select(p.config(10, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool")
    assert together.sample_ids == first.sample_ids + second.sample_ids


def test_preselected_samples_pass_thresholds_and_may_lack_inputs(db, pool):
    dark = next(i for i in range(30) if pool.brightness[i] is None)
    bright = {"type": "THRESHOLD", "threshold": 0.5, "operation": "BIGGER"}
    chosen = p.config(4, (p.BRIGHTNESS, bright), (p.BRIGHTNESS, p.WEIGHTS), (p.EMBEDDINGS, p.DIVERSITY))
    selection = db.select(chosen, dataset="pool", preselected=[pool.ids[dark]], tag="round-1")
    assert pool.ids[dark] not in selection.sample_ids
    assert rows(db, f"SELECT rank FROM pool.tags WHERE sample_id = '{pool.ids[dark]}'") == [(None,)]


def test_unknown_preselected_samples_and_tags(db, pool):
    with pytest.raises(UsageError, match="'nobody'"):
        db.select(DIVERSE, dataset="pool", preselected=["s001", "nobody"])
    db.select(DIVERSE, dataset="pool", tag="round-1")
    with pytest.raises(UsageError, match="round-1"):
        db.select(DIVERSE, dataset="pool", preselected="rond-1")


def test_missing_inputs_can_be_refused(db, pool):
    lacking = [pool.ids[i] for i in range(30) if pool.score[i] is None]
    with pytest.raises(SelectionError, match=rf"{len(lacking)} samples lack score doubt of task scene .*{lacking[0]}"):
        db.select(p.config(5, (p.DOUBT, p.WEIGHTS)), dataset="pool", missing="error")
    with pytest.raises(SelectionError, match="samples lack"):
        db.select(p.config(5, (p.DOUBT, p.WEIGHTS), (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool", missing="error")


def test_where_admits_candidates(db, pool):
    selection = db.select(DIVERSE, dataset="pool", where="weather = 'sunny' AND metadata.light.brightness > 0.1")
    chosen = [pool.ids.index(name) for name in selection.sample_ids]
    assert all(pool.weather[i] == "sunny" and pool.brightness[i] > 0.1 for i in chosen)
    assert selection.summary()["left_out"]["where"] > 0


@pytest.mark.parametrize(
    "condition",
    [
        "sample_id IN (SELECT sample_id FROM pool.tags)",
        "1 = 1; DROP TABLE pool.samples",
        "read_text('/etc/passwd') = ''",
        "getenv('HOME') = ''",
        "wether = 'sunny'",
        "weather =",
        "",
        "exists(SELECT 1)",
        "$x = 1",
        "light.brightness = 'bright'",
        "weather = = 'sunny'",
    ],
)
def test_where_is_one_condition_on_known_columns(db, pool, condition):
    with pytest.raises(UsageError, match="where"):
        db.select(DIVERSE, dataset="pool", where=condition)
    assert rows(db, "SELECT count(*) FROM pool.samples") == [(30,)]


def test_where_offers_the_nearest_column(db, pool):
    with pytest.raises(UsageError, match="did you mean 'weather'"):
        db.select(DIVERSE, dataset="pool", where="wether = 'sunny'")


def test_a_share_of_the_dataset_is_rounded_half_up(db):
    db.ingest(p.make_pool(30, 0).table(), dataset="pool", **p.MAPPING)
    for share, count in ((0.05, 2), (0.1, 3), (0.35, 11), (0.001, 1), (1.0, 30)):
        chosen = {"proportion_samples": share, "strategies": DIVERSE["strategies"]}
        assert len(db.select(chosen, dataset="pool")) == count


def test_more_than_there_are_gives_fewer_with_a_notice(db, pool):
    selection = db.select(p.config(100, (p.EMBEDDINGS, p.DIVERSITY)), dataset="pool", tag="all-of-them")
    assert len(selection) == 30
    assert selection.summary()["stop"]["reason"] == "candidates"
    assert "100 samples were asked for, 30 are selected" in selection.summary()["notices"]


def test_an_empty_dataset_has_nothing_to_select_from(db):
    with pytest.raises(IngestError, match="empty"):
        db.ingest(pa.table({"sample_id": pa.array([], pa.string()), "w": pa.array([], pa.float64())}), dataset="empty")
    db.ingest(pa.table({"sample_id": ["a"], "w": [1.0]}), dataset="empty")
    db.connection.execute("DELETE FROM empty.samples")
    weights = ({"type": "METADATA", "key": "w"}, p.WEIGHTS)
    with pytest.raises(SelectionError, match="it has no samples"):
        db.select(p.config(1, weights), dataset="empty", tag="round-1")
    assert db.tags("empty") == []


def test_a_config_may_be_a_dict_a_text_or_a_file(db, pool, tmp_path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(DIVERSE) + " // a comment")
    found = [db.select(source, dataset="pool").sample_ids for source in (DIVERSE, json.dumps(DIVERSE), path, str(path))]
    assert found.count(found[0]) == 4


def test_every_problem_of_a_config_at_once(db, pool):
    wrong = p.config(0, ({"type": "SCORES", "task": "scen", "score": "doubt"}, p.WEIGHTS), (p.EMBEDDINGS, p.WEIGHTS))
    with pytest.raises(ConfigError) as caught:
        db.select(wrong, dataset="pool")
    places = [problem.where for problem in caught.value.problems]
    assert "n_samples" in places
    assert any(place.startswith("strategies[0]") for place in places)
    assert any(place.startswith("strategies[1]") for place in places)
    assert [str(problem) for problem in sqlsel.validate(wrong, db, "pool")] == [str(q) for q in caught.value.problems]


def test_an_open_connection_is_used_and_left_open():
    con = duckdb.connect()
    with sqlsel.connect(con) as db:
        db.ingest(p.make_pool(10, 0).table(), dataset="pool", **p.MAPPING)
        assert db.connection is con
    assert con.execute("SELECT count(*) FROM pool.samples").fetchall() == [(10,)]
    con.close()


def test_connecting_to_something_else_is_refused():
    with pytest.raises(UsageError, match="list"):
        sqlsel.connect([1])


def test_a_selection_shows_itself(db, pool):
    selection = db.select(DIVERSE, dataset="pool", tag="round-1")
    assert "from pool as tag round-1" in repr(selection)
    text = str(selection)
    assert "Selected 5 of 30 candidates" in text
    assert max(map(len, text.splitlines())) <= 80
    frame = selection.df()
    assert list(frame.columns) == ["sample_id", "file_name", "rank", "gain", "terms"]
    assert frame["rank"].tolist() == [1, 2, 3, 4, 5]


def test_a_summary_is_the_callers_own(db, pool):
    selection = db.select(DIVERSE, dataset="pool")
    selection.summary()["objectives"].clear()
    assert len(selection.summary()["objectives"]) == 1
    assert json.loads(json.dumps(selection.summary())) == selection.summary()


def test_hostile_names_work_as_data_and_as_identifiers(db):
    name = """a"b'; DROP TABLE x; -- ü"""
    table = pa.table(
        {
            "sample_id": [name, "plain"],
            "file_name": [f"{name}.jpg", "x.jpg"],
            name: [1.0, 2.0],
            "kind": [name, "other"],
            "embedding": pa.array([[1.0, 0.0], [0.0, 1.0]], pa.list_(pa.float32())),
        }
    )
    db.ingest(table, dataset=name)
    by_weight = p.config(1, ({"type": "METADATA", "key": name}, {"type": "WEIGHTS", "strength": -1}))
    assert db.select(by_weight, dataset=name).sample_ids == [name]
    by_kind = p.config(1, ({"type": "METADATA", "key": "kind"}, {"type": "BALANCE", "target": {name: 1.0}}))
    assert db.select(by_kind, dataset=name, tag="round-1").sample_ids == [name]
    both = p.config(2, *((s["input"], s["strategy"]) for s in by_weight["strategies"] + by_kind["strategies"]))
    assert db.select(both, dataset=name, preselected="round-1").sample_ids == ["plain"]
    assert db.datasets() == [name]
