"""Limits on predicted classes: by definition beside every strategy, and the same whether SQL or numpy selects."""

import numpy as np
import pytest

import sqlsel
from sqlsel.errors import ConfigError
from sqlsel.kernels import Limit
from tests import pool as p
from tests.kernels import oracle
from tests.selection.test_against_oracle import ALONE, case
from tests.selection.test_limits import NEVER, assert_same_on_both_routes, limited, select, table

SCENE = {"task": "scene", "max": 3}
PREDICTED = {"type": "BALANCE", "distribution": "UNIFORM", "count": "PREDICTED"}


def predicted(pool, row):
    """The most probable class; None where there is no prediction."""
    found = pool.probabilities[row]
    return None if found is None else p.CLASSES[int(np.argmax(found))]


@pytest.mark.parametrize("before", [0, 5])
@pytest.mark.parametrize("names", [*([name] for name in ALONE), ["diversity", "metadata", "things"]], ids=str)
def test_beside_strategies(names, before):
    pool = p.make_pool(60, 21, lacking=0.15)
    cases = [case(name, 1.0) for name in names]
    usable = [i for i in range(60) if not any(lacks(pool, i) for _, _, lacks in cases)]
    earlier = usable[:before]
    order = [i for i in pool.tie_order(0) if i in usable]
    chosen = np.array([i in earlier for i in order])
    codes = np.array([-1 if predicted(pool, i) is None else p.CLASSES.index(predicted(pool, i)) for i in order])
    objectives = [make(pool, order) for _, make, _ in cases]
    rows, _, _, stop = oracle.select(objectives, 20, ~chosen, chosen, [Limit("scene", codes, 3)])
    config = limited([SCENE], 20, *(pair for pair, _, _ in cases))
    selection = select(pool, config, preselected=[pool.ids[i] for i in earlier] or None)
    assert selection.sample_ids == [pool.ids[order[row]] for row in rows]
    assert selection.summary()["stop"]["reason"] == stop[0]


@pytest.mark.parametrize("before", [0, 6])
@pytest.mark.parametrize(
    "objective",
    [(p.BRIGHTNESS, p.WEIGHTS), (p.BRIGHTNESS, {**p.WEIGHTS, "strength": -1}), (p.SCENE, PREDICTED)],
    ids=["best", "lowest", "balance of the very classes"],
)
def test_the_same_in_sql_and_in_numpy(objective, before):
    assert_same_on_both_routes(p.make_pool(60, 22, lacking=0.1), [objective], [SCENE], before)


def test_samples_without_a_prediction_are_candidates_and_not_limited():
    pool = p.make_pool(60, 23, lacking=0.2)
    pool.brightness = [0.5] * 60
    selection = select(pool, limited([SCENE], 60, (p.BRIGHTNESS, p.WEIGHTS)))
    found = [predicted(pool, pool.ids.index(name)) for name in selection.sample_ids]
    without = pool.probabilities.count(None)
    assert without
    assert {name: found.count(name) for name in (*p.CLASSES, None)} == dict.fromkeys(p.CLASSES, 3) | {None: without}
    summary = selection.summary()
    assert summary["left_out"]["missing"] == []
    (limit,) = summary["limits"]
    assert {name: limit[name] for name in ("key", "max", "full", "examples", "kept_out", "not_limited")} == {
        "key": "predicted class of scene",
        "max": 3,
        "full": 3,
        "examples": p.CLASSES,
        "kept_out": 60 - without - 9,
        "not_limited": without,
    }
    assert "limit: 3 of each predicted class of scene" in str(selection)


def test_beside_a_key_and_told_in_the_plan():
    pool = p.make_pool(60, 24)
    config = limited([SCENE, {"key": "weather", "max": 2}], 60, (p.EMBEDDINGS, p.DIVERSITY))
    rows = [pool.ids.index(name) for name in select(pool, config).sample_ids]
    assert max([predicted(pool, row) for row in rows].count(name) for name in p.CLASSES) <= 3
    assert max([pool.weather[row] for row in rows].count(name) for name in ("sunny", "cloudy", "rainy")) <= 2
    with sqlsel.connect() as db:
        db.ingest(table(pool), dataset="pool", **p.MAPPING)
        words = " ".join(str(db.explain(config, dataset="pool")).split())
    assert "never have more than 3 of one value of predicted classes of task scene, preselected ones included" in words


def test_objects_by_their_own_class_and_by_that_of_their_image():
    pool = p.make_pool(40, 25, lacking=0.1)
    limits = [{"task": "things", "max": 4}, {"task": "scene", "max": 5}]
    config = {**limited(limits, 40, (p.OBJECTS, p.DIVERSITY)), "select_objects_of": "things"}
    chosen = select(pool, config).to_arrow()
    rows = [pool.ids.index(name) for name in chosen.column("sample_id").to_pylist()]
    own = [pool.objects[i][k]["category"] for i, k in zip(rows, chosen.column("object_index").to_pylist(), strict=True)]
    assert max(map(own.count, p.CLASSES)) == 4
    scenes = [predicted(pool, row) for row in rows]
    assert max(map(scenes.count, p.CLASSES)) <= 5


def test_tasks_of_objects_are_refused_with_the_way_to_limit_them():
    pool = p.make_pool(10, 26)
    with pytest.raises(ConfigError, match='with "select_objects_of": "things", or a classification task'):
        select(pool, limited([{"task": "things", "max": 2}, NEVER], 4, (p.EMBEDDINGS, p.DIVERSITY)))
