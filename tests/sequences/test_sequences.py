"""Sequences of frames against the definition: cut, averaged and chosen in plain Python."""

from __future__ import annotations

import hashlib
import json
import math
import re

import jsonschema
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.config import json_schema
from sqlsel.errors import ConfigError, SelectionError
from sqlsel.kernels import Balance, Diversity, ObjectDiversity, Objects, Weights
from sqlsel.sources.images import VIDEO_SUFFIXES
from tests import pool as p
from tests.cli.conftest import sqlsel as command
from tests.kernels import oracle

FRAME = re.compile(r"(.*)-([0-9]+)-(avi|m4v|mkv|mov|mp4|webm)\.[^./]+", re.IGNORECASE)
COUNT = {"type": "PREDICTIONS", "task": "things", "name": "CATEGORY_COUNT"}


def frame_names(count, seed):
    """Frames of two videos of one folder, of a third elsewhere, and sorted frames in two folders, shuffled."""
    names = [f"a/clip-{i:03d}-mp4.png" for i in range(count * 3 // 10)]
    names += [f"a/drive-{i}-MOV.jpg" for i in range(count * 2 // 10)]
    names += [f"b/clip-{i:03d}-mp4.png" for i in range(count // 10)]
    names += [f"c/{i:04d}.png" for i in range(count * 2 // 10)]
    names += [f"frame{i:04d}.png" for i in range(count - len(names))]
    return [names[i] for i in np.random.default_rng(seed).permutation(count)]


def cut(names, ids, length, rows):
    """Whole sequences of the rows, each a list of rows in order, and the frames that are left."""
    sources = {}
    for i in rows:
        match = FRAME.fullmatch(names[i])
        source = (match[1], match[3]) if match else names[i].rpartition("/")[0]
        sources.setdefault(source, []).append((int(match[2]) if match else 0, names[i], ids[i], i))
    whole, left = [], []
    for frames in sources.values():
        ordered = [i for *_, i in sorted(frames)]
        cuts = len(ordered) // length * length
        whole += [ordered[begin : begin + length] for begin in range(0, cuts, length)]
        left += ordered[cuts:]
    return whole, left


def in_tie_order(sequences, ids, seed=0):
    if seed is None:
        return sorted(sequences, key=lambda rows: ids[rows[0]])
    return sorted(sequences, key=lambda rows: hashlib.md5(f"{ids[rows[0]]}:{seed}".encode()).hexdigest())


def mean_vectors(pool, sequences):
    return np.array([pool.vectors[rows].astype(np.float64).sum(axis=0) / len(rows) for rows in sequences], np.float32)


def means(values, sequences):
    return np.array([math.nan if None in (o := [values[i] for i in s]) else sum(o) / len(s) for s in sequences])


def all_objects(pool, sequences):
    found = [[o["embedding"] for i in rows for o in pool.objects[i] or []] for rows in sequences]
    matrix = np.array([v for own in found for v in own], np.float32).reshape(-1, p.WIDTH)
    return Objects(matrix, np.concatenate([[0], np.cumsum([len(own) for own in found])]).astype(np.int64))


def weather_rows(pool, sequences):
    return np.array(
        [[sum(pool.weather[i] == name for i in s) for name in ("cloudy", "rainy", "sunny")] for s in sequences]
    )


def summed(pool, sequences):
    rows = [[o["probabilities"] for i in s for o in pool.objects[i] or []] for s in sequences]
    return np.array([np.sum(own, axis=0) if own else np.zeros(3) for own in rows])


def predicted(pool, sequences):
    labels = [None if q is None else int(np.argmax(q)) for q in pool.probabilities]
    return np.array([[sum(labels[i] == c for i in s) for c in range(3)] for s in sequences])


UNIFORM = {"type": "BALANCE", "distribution": "UNIFORM"}
THIRDS = np.full(3, 1 / 3)

# (config pair, the oracle's objective, which rows lack it)
CASES = {
    "diversity": (
        (p.EMBEDDINGS, p.DIVERSITY),
        lambda pool, s: Diversity("d", mean_vectors(pool, s), 1.0),
        lambda pool, i: False,
    ),
    "typicality": (
        (p.EMBEDDINGS, p.TYPICALITY),
        lambda pool, s: Weights("t", oracle.typicality(mean_vectors(pool, s), 5), 1.0),
        lambda pool, i: False,
    ),
    "objects": (
        (p.OBJECTS, p.DIVERSITY),
        lambda pool, s: ObjectDiversity("o", all_objects(pool, s), 1.0),
        lambda pool, i: pool.objects[i] is None,
    ),
    "metadata": (
        (p.BRIGHTNESS, p.WEIGHTS),
        lambda pool, s: Weights("b", means(pool.brightness, s), 1.0),
        lambda pool, i: pool.brightness[i] is None,
    ),
    "score": (
        (p.DOUBT, p.WEIGHTS),
        lambda pool, s: Weights("w", means(pool.score, s), 1.0),
        lambda pool, i: pool.score[i] is None,
    ),
    "count": (
        (COUNT, p.WEIGHTS),
        lambda pool, s: Weights("c", means([None if o is None else len(o) for o in pool.objects], s), 1.0),
        lambda pool, i: pool.objects[i] is None,
    ),
    "weather": (
        (p.WEATHER_KEY, UNIFORM),
        lambda pool, s: Balance("m", weather_rows(pool, s).astype(float), THIRDS, 1.0),
        lambda pool, i: False,
    ),
    "things": (
        (p.THINGS, UNIFORM),
        lambda pool, s: Balance("t", summed(pool, s), THIRDS, 1.0),
        lambda pool, i: pool.objects[i] is None,
    ),
    "predicted": (
        (p.SCENE, {**UNIFORM, "count": "PREDICTED"}),
        lambda pool, s: Balance("p", predicted(pool, s).astype(float), THIRDS, 1.0),
        lambda pool, i: pool.probabilities[i] is None,
    ),
}


def expected(pool, names, length, cases, n, *, preselected=(), seed=0):
    """Ids of the chosen frames by definition."""
    earlier, _ = cut(names, pool.ids, length, preselected)
    fresh, _ = cut(names, pool.ids, length, [i for i in range(len(names)) if i not in preselected])
    fresh = [rows for rows in fresh if not any(lacks(pool, i) for i in rows for _, _, lacks in cases)]
    order = in_tie_order([*earlier, *fresh], pool.ids, seed)
    chosen = np.array([rows in earlier for rows in order])
    rows, *_ = oracle.select([make(pool, order) for _, make, _ in cases], n // length, ~chosen, chosen)
    return [pool.ids[i] for row in rows for i in order[row]]


def table(pool, names):
    return pool.table().set_column(1, "file_name", pa.array(names))


def asked(n, length, *cases):
    return {**p.config(n, *(pair for pair, _, _ in cases)), "selected_sequence_length": length}


def selected(pool, names, length, cases, n, **arguments):
    with sqlsel.connect() as db:
        db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
        return db.select(asked(n, length, *cases), dataset="pool", **arguments)


@pytest.mark.parametrize("length", [2, 5])
@pytest.mark.parametrize("name", CASES)
def test_each_objective_alone(name, length):
    pool, names = p.make_pool(90, 2, lacking=0.02), frame_names(90, 4)
    cases = [CASES[name]]
    selection = selected(pool, names, length, cases, 3 * length)
    assert selection.sample_ids == expected(pool, names, length, cases, 3 * length)
    assert selection.file_names == [names[pool.ids.index(each)] for each in selection.sample_ids]
    assert selection.to_arrow().column("rank").to_pylist() == list(range(1, 3 * length + 1))
    assert len(selection.sequences) == 3
    for rows in selection.to_arrow().to_pylist()[::length]:
        assert rows["rank"] % length == 1 or length == 1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    names=st.lists(st.sampled_from(list(CASES)), min_size=2, max_size=4, unique=True),
    length=st.integers(2, 6),
    seed=st.sampled_from([0, 3, None]),
    data=st.integers(0, 500),
    before=st.integers(0, 13),
)
def test_objectives_together_beside_preselected_frames(names, length, seed, data, before):
    pool, files = p.make_pool(90, data), frame_names(90, data + 1)
    cases = [CASES[name] for name in names]
    first = sorted(range(90), key=files.__getitem__)[:before]
    arguments = {"seed": seed, "preselected": [pool.ids[i] for i in first] or None}
    found = selected(pool, files, length, cases, 4 * length, **arguments)
    assert found.sample_ids == expected(pool, files, length, cases, 4 * length, preselected=first, seed=seed)


def test_gain_and_terms_are_those_of_the_sequence():
    pool, names = p.make_pool(60, 1), frame_names(60, 1)
    selection = selected(pool, names, 3, [CASES["metadata"]], 6)
    rows = selection.to_arrow().to_pylist()
    for sequence in (rows[:3], rows[3:]):
        mean = sum(pool.brightness[pool.ids.index(row["sample_id"])] for row in sequence) / 3
        assert {row["gain"] for row in sequence} == {dict(row["terms"])["weights:light.brightness"] for row in sequence}
        assert math.isclose(sequence[0]["gain"], mean, rel_tol=1e-12)


def test_what_is_left_over_is_told():
    pool, names = p.make_pool(60, 1), frame_names(60, 1)
    whole, left = cut(names, pool.ids, 7, range(60))
    selection = selected(pool, names, 7, [CASES["diversity"]], 14)
    told = selection.summary()["sequences"]
    assert (told["length"], told["all"], told["trailing_frames"]) == (7, len(whole), len(left))
    assert told["trailing_in"] == len({names[i].rpartition("-" if "-" in names[i] else "/")[0][:6] for i in left})
    text = " ".join(str(selection).split())
    assert f"Selected 2 of {len(whole)} candidate sequences of 7 (14 of 60 samples) from pool" in text
    assert f"trailing frames that make no sequence of 7: {len(left)}" in text
    more = selected(pool, names, 7, [CASES["diversity"]], 70)
    assert len(more) == 7 * len(whole)
    assert not {pool.ids[i] for i in left} & set(more.sample_ids)
    assert "70 samples were asked for" in str(more)


def test_thresholds_and_conditions_are_on_sequences():
    pool, names = p.make_pool(60, 1), frame_names(60, 1)
    bright = (p.BRIGHTNESS, {"type": "THRESHOLD", "threshold": 0.5, "operation": "BIGGER"})
    whole, _ = cut(names, pool.ids, 3, range(60))
    with sqlsel.connect() as db:
        db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
        config = {**p.config(30, bright), "selected_sequence_length": 3}
        found = db.select(config, dataset="pool")
        good = [rows for rows in whole if means(pool.brightness, [rows])[0] > 0.5]
        assert found.sequences == [[pool.ids[i] for i in rows] for rows in in_tie_order(good, pool.ids)][:10]
        told = found.summary()["left_out"]["thresholds"][0]
        assert told["removed"] == len(whole) - len(good)
        admitted = [rows for rows in whole if all(pool.brightness[i] > 0.2 for i in rows)]
        where = db.select(config, dataset="pool", where="light.brightness > 0.2")
        assert where.summary()["left_out"]["where"] == len(whole) - len(admitted)
        assert set(map(tuple, where.sequences)) <= {tuple(pool.ids[i] for i in rows) for rows in admitted}


def test_a_random_number_is_that_of_the_first_frame():
    pool, names = p.make_pool(90, 1), frame_names(90, 1)
    random = (({"type": "RANDOM", "random_seed": 5}, p.WEIGHTS), None, None)
    with sqlsel.connect() as db:
        db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
        single = db.select(p.config(90, random[0]), dataset="pool").to_arrow().to_pylist()
        numbers = {row["sample_id"]: row["gain"] for row in single}
        rows = db.select(asked(15, 3, random), dataset="pool").to_arrow().to_pylist()
    assert [row["gain"] for row in rows[::3]] == [numbers[row["sample_id"]] for row in rows[::3]]


def test_similarity_of_means_to_a_file_of_any_length(tmp_path):
    pool, names = p.make_pool(60, 1), frame_names(60, 1)
    queries = np.random.default_rng(0).standard_normal((3, p.WIDTH)).astype(np.float32) * 4
    np.save(tmp_path / "queries.npy", queries)
    near = (({"type": "EMBEDDINGS", "query_file": str(tmp_path / "queries.npy")}, {"type": "SIMILARITY"}), None, None)
    found = selected(pool, names, 4, [near], 12)
    order = in_tie_order(cut(names, pool.ids, 4, range(60))[0], pool.ids)
    weights = oracle.similarity(mean_vectors(pool, order), p.unit(queries))
    best = sorted(range(len(order)), key=lambda row: -weights[row])[:3]
    assert found.sequences == [[pool.ids[i] for i in order[row]] for row in best]


def test_rounds_of_whole_sequences_are_one_selection():
    pool, names = p.make_pool(90, 3), frame_names(90, 3)
    cases = [CASES["diversity"], CASES["score"]]
    whole = selected(pool, names, 3, cases, 18).sample_ids
    with sqlsel.connect() as db:
        db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
        picks = []
        for number in (1, 2, 3):
            selection = db.select(asked(6, 3, *cases), dataset="pool", preselected="datapool", tag=f"round-{number}")
            assert selection.summary()["preselected"] == len(picks)
            picks += selection.sample_ids
        assert picks == whole
        assert db.tags("pool")[2].selected == 6
        assert db.export("pool", "round-3", "filenames", "/dev/null").samples == 18


def test_a_share_is_rounded_up_to_whole_sequences():
    pool, names = p.make_pool(60, 1), frame_names(60, 1)
    with sqlsel.connect() as db:
        db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
        config = {
            "proportion_samples": 0.2,
            "selected_sequence_length": 5,
            "strategies": asked(5, 5, CASES["score"])["strategies"],
        }
        selection = db.select(config, dataset="pool")
    assert (len(selection), selection.summary()["asked"]["n_samples"]) == (15, 15)


def test_sequences_of_one_are_samples():
    pool, names = p.make_pool(40, 1), frame_names(40, 1)
    cases = [CASES["diversity"], CASES["weather"]]
    one = selected(pool, names, 1, cases, 7)
    with sqlsel.connect() as db:
        db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
        assert one.to_arrow().equals(db.select(p.config(7, *(pair for pair, _, _ in cases)), dataset="pool").to_arrow())
    assert one.sequences == []


def test_the_full_summary_compares_sequences():
    pool, names = p.make_pool(90, 3), frame_names(90, 3)
    with sqlsel.connect() as db:
        db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
        told = db.select(asked(12, 3, CASES["diversity"], CASES["score"]), dataset="pool").summary(full=True)
    assert told["sample"]["candidates"] == told["sequences"]["all"]
    assert told["coverage"]["selected"]["n"] == [1, 2, 3, 4]
    assert told["objectives"][1]["alone"]["mean"] >= told["objectives"][1]["reached"]["mean"]


def test_explain_and_sql():
    pool, names = p.make_pool(60, 1), frame_names(60, 1)
    with sqlsel.connect() as db:
        db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
        config = asked(10, 5, CASES["diversity"])
        explained = db.explain(config, dataset="pool")
        text = " ".join(str(explained).split())
        assert "Choose 10 samples, as 2 sequences of 5, from pool (60 samples)" in text
        assert "cut each video, or folder by the names in it, into sequences of 5 frames" in text
        assert "stop at 2 new sequences" in text
        for dialect in ("duckdb", "spark"):
            assert "sqlsel_frames_of" in explained.sql(dialect)
        rows = db.sql(f"SELECT sample_id FROM sqlsel_select('pool', '{json.dumps(config)}')").fetchall()
        assert [name for (name,) in rows] == db.select(config, dataset="pool").sample_ids


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        ({"n_samples": 25}, "n_samples", ["25 is no multiple of 'selected_sequence_length', which is 10", "20 or 30"]),
        ({"n_samples": 4}, "n_samples", ["choose 10"]),
        ({"selected_sequence_length": 0}, "selected_sequence_length", ["must be at least 1, not 0"]),
        ({"selected_sequence_length": "10"}, "selected_sequence_length", ["must be a whole number"]),
        ({"select_objects_of": "things"}, "select_objects_of", ["objects are no frames"]),
        ({"limits": [{"key": "weather", "max": 3}]}, "limits", ["counts single samples"]),
    ],
)
def test_what_has_no_meaning_is_refused(change, where, words):
    config = {**asked(20, 10, CASES["diversity"]), **change}
    (problem,) = sqlsel.validate(config)
    assert problem.where == where
    assert all(word in problem.message for word in words), problem.message


@pytest.mark.parametrize("field", [{"stopping_condition_max_sum": 5}, {"target_range": {"max_sum": 3}}])
def test_sums_of_means_are_refused(field):
    config = {**p.config(20, (p.BRIGHTNESS, {**p.WEIGHTS, **field})), "selected_sequence_length": 10}
    (problem,) = sqlsel.validate(config)
    assert problem.where == f"strategies[0].strategy.{next(iter(field))}"
    assert "means do not add up" in problem.message


def test_nothing_long_enough_is_told_with_the_longest(db):
    pool, names = p.make_pool(20, 1), frame_names(20, 1)
    db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
    with pytest.raises(SelectionError, match="no folder has 30 frames that are not preselected, the longest has 6"):
        db.select(asked(30, 30, CASES["diversity"]), dataset="pool")
    db.ingest(pa.table({"sample_id": [1, 2, 3], "x": [1.0, 2.0, 3.0]}), dataset="bare")
    with pytest.raises(SelectionError, match="3 samples have no file name"):
        db.select(
            {**p.config(2, ({"type": "METADATA", "key": "x"}, p.WEIGHTS)), "selected_sequence_length": 2},
            dataset="bare",
        )


def test_the_endings_of_videos_are_those_that_ingest_knows(db):
    for ending in VIDEO_SUFFIXES:
        name = f"x/clip-17-{ending[1:].upper()}.png"
        found = db.engine.rows(f"SELECT sqlsel_frames_of('{name}'), sqlsel_frame('{name}')")
        assert found == [(f"x/clip{ending.upper()}", 17)]
    rows = db.engine.rows(
        "SELECT sqlsel_frames_of(n), sqlsel_frame(n) FROM (VALUES ('x/y-1-txt.png'), ('y.png'), (NULL)) t(n)"
    )
    assert rows == [("x/", None), ("", None), (None, None)]


def test_on_the_command_line(tmp_path):
    pool, names = p.make_pool(60, 1), frame_names(60, 1)
    with sqlsel.connect(tmp_path / "d.duckdb") as db:
        db.ingest(table(pool, names), dataset="pool", **p.MAPPING)
    (tmp_path / "c.json").write_text(json.dumps(asked(10, 5, CASES["diversity"])))
    outcome = command(
        "select", tmp_path / "c.json", "--db", tmp_path / "d.duckdb", "--dataset", "pool", "--format", "csv"
    )
    assert outcome.code == 0
    assert len(outcome.out.splitlines()) == 11
    assert "candidate sequences of 5" in outcome.err
    (tmp_path / "c.json").write_text(json.dumps(asked(11, 5, CASES["diversity"])))
    outcome = command("select", tmp_path / "c.json", "--db", tmp_path / "d.duckdb", "--dataset", "pool")
    assert (outcome.code, "choose 10 or 15" in outcome.err) == (2, True)


def test_the_config_keeps_its_length():
    with pytest.raises(ConfigError):
        sqlsel.select(pa.table({"sample_id": [1]}), asked(3, 2, CASES["diversity"]))


SUM = {**p.WEIGHTS, "stopping_condition_max_sum": 5}


@pytest.mark.parametrize(
    ("config", "right"),
    [
        ({**p.config(20, (p.EMBEDDINGS, p.DIVERSITY)), "selected_sequence_length": 10}, True),
        ({**p.config(20, (p.EMBEDDINGS, p.DIVERSITY)), "selectedSequenceLength": 10}, True),
        ({**p.config(20, (p.BRIGHTNESS, SUM)), "selected_sequence_length": 1}, True),
        ({**p.config(20, (p.BRIGHTNESS, SUM)), "selected_sequence_length": 10}, False),
        ({**p.config(20, (p.BRIGHTNESS, SUM)), "selectedSequenceLength": 10}, False),
        ({**p.config(20, (p.EMBEDDINGS, p.DIVERSITY)), "selected_sequence_length": 0}, False),
        ({**p.config(20, (p.EMBEDDINGS, p.DIVERSITY)), "selected_sequence_length": 2.5}, False),
        (
            {
                **p.config(20, (p.EMBEDDINGS, p.DIVERSITY)),
                "selected_sequence_length": 10,
                "limits": [{"key": "x", "max": 1}],
            },
            False,
        ),
        (
            {**p.config(20, (p.EMBEDDINGS, p.DIVERSITY)), "selected_sequence_length": 10, "selectObjectsOf": "things"},
            False,
        ),
    ],
)
def test_checks_and_schema_agree(config, right):
    assert jsonschema.Draft202012Validator(json_schema()).is_valid(config) == right
    assert bool(sqlsel.validate(config)) != right
