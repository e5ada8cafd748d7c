"""Balancing predictions by their most probable class instead of their probabilities."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

import sqlsel
from tests import pool as p

FLAT = {"bus": 1 / 3, "car": 1 / 3, "dog": 1 / 3}


def test_probabilities_favour_flat_predictions_and_predicted_classes_do_not(db):
    flat = [[0.34, 0.33, 0.33]] * 30
    sure = [list(row) for row in np.eye(3)[np.arange(30) % 3]]
    table = pa.table({"sample_id": [f"s{i:02d}" for i in range(60)], "scene": flat + sure})
    db.ingest(table, dataset="pool", predictions={"scene": "scene"}, classes={"scene": p.CLASSES})
    chosen = p.config(9, (p.SCENE, {"type": "BALANCE", "target": FLAT, "count": "PREDICTED"}))
    selection = db.select(chosen, dataset="pool")
    objective = selection.summary()["objectives"][0]
    predicted = ["bus"] * 30 + [p.CLASSES[i % 3] for i in range(30)]
    got = Counter(predicted[int(name[1:])] for name in selection.sample_ids)
    assert got == {"bus": 3, "car": 3, "dog": 3}
    assert objective["reached"]["mixes"]["predicted"] == pytest.approx(FLAT)
    assert objective["reached"]["mixes"]["probabilities"].keys() == FLAT.keys()


@pytest.mark.parametrize("count", ["PREDICTED", "PROBABILITIES"])
def test_both_mixes_are_told_whichever_was_aimed_at(db, count):
    pool = p.make_pool(40, 0)
    db.ingest(pool.table(), dataset="pool", **p.MAPPING)
    chosen = p.config(8, (p.THINGS, {"type": "BALANCE", "target": {"dog": 0.7}, "count": count}))
    selection = db.select(chosen, dataset="pool", preselected=["s000"])
    rows = [0, *(pool.ids.index(name) for name in selection.sample_ids)]
    objects = [thing for row in rows for thing in pool.objects[row]]
    mixes = selection.summary()["objectives"][0]["reached"]["mixes"]
    total = np.sum([thing["probabilities"] for thing in objects], axis=0)
    assert list(mixes["probabilities"].values()) == pytest.approx(total / total.sum())
    classes = Counter(thing["category"] for thing in objects)
    assert mixes["predicted"] == pytest.approx({name: classes[name] / len(objects) for name in p.CLASSES})


def test_objects_are_counted_by_their_class(db):
    things = [[{"category": "bus"}] * 3, [{"category": "dog"}], [{"category": "dog"}] * 3, [], None]
    table = pa.table({"sample_id": ["a", "b", "c", "d", "e"], "things": things})
    db.ingest(table, dataset="pool", predictions={"things": "things"})
    target = {"type": "BALANCE", "target": {"bus": 0.5, "dog": 0.5}, "count": "PREDICTED"}
    selection = db.select(p.config(2, (p.THINGS, target)), dataset="pool")
    assert set(selection.sample_ids) == {"a", "c"}
    reached = selection.summary()["objectives"][0]["reached"]
    assert reached["l1"] == 0
    assert reached["mixes"] == {"probabilities": None, "predicted": {"bus": 0.5, "dog": 0.5}}
    assert selection.summary()["left_out"]["missing"] == [{"input": "predicted classes of task things", "count": 1}]


def test_it_belongs_to_predictions():
    wrong = p.config(2, (p.WEATHER_KEY, {"type": "BALANCE", "target": {"sunny": 1}, "count": "PREDICTED"}))
    (problem,) = sqlsel.validate(wrong)
    assert problem.where == "strategies[0].strategy.count"
