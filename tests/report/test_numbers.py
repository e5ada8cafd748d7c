"""The numbers of a report against plain Python over the same samples."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.report.conftest import CONFIG


@pytest.fixture
def selected(db, pool):
    return db.select(CONFIG, dataset="pool", tag="round-1")


def rows_of(pool, names):
    return [pool.ids.index(name) for name in names]


def distances(pool, left, right):
    wide = pool.vectors.astype(np.float64)
    return np.linalg.norm(wide[left][:, None] - wide[right][None], axis=2)


def could_be_picked(pool):
    return [
        row
        for row, (brightness, score) in enumerate(zip(pool.brightness, pool.score, strict=True))
        if brightness is not None and score is not None and brightness > 0.2
    ]


def by_name(told):
    return {(each["group"], each["name"]): each for each in told["distributions"]}


def test_the_head_is_what_the_summary_says(selected, told):
    found, summary = told(selected), selected.summary()
    assert found["counts"] == {
        "samples": 80,
        "candidates": summary["candidates"],
        "preselected": 0,
        "selected": 12,
        "asked": 12,
    }
    assert (found["dataset"], found["tag"], found["kind"]) == ("pool", "round-1", "sample")
    assert found["run"]["run_id"] == selected.run_id
    assert found["config"] == summary["asked"]["config"]
    assert found["stop"] == summary["stop"]
    assert found["plan"].startswith("Choose 12 samples from pool")


def test_objectives_stand_beside_candidates_random_and_alone(selected, told, pool):
    found, full = told(selected), selected.summary(full=True)
    candidates = could_be_picked(pool)
    near = distances(pool, candidates, candidates)
    np.fill_diagonal(near, np.inf)
    diversity, doubt, weather = found["objectives"]
    (smallest,) = diversity["measures"]
    assert smallest["input"] == pytest.approx(near.min())
    for objective, key in ((diversity, "smallest_distance"), (doubt, "mean"), (weather, "l1")):
        told_before = next(each for each in full["objectives"] if each["name"] == objective["name"])
        measure = objective["measures"][0]
        for column in ("reached", "random", "alone"):
            assert measure[column] == told_before[column][key]
    assert doubt["measures"][0]["input"] == pytest.approx(np.mean([pool.score[row] for row in candidates]))
    assert [measure["name"] for measure in doubt["measures"]] == ["mean", "sum"]
    assert doubt["measures"][1]["reached"] == pytest.approx(
        sum(pool.score[row] for row in rows_of(pool, selected.sample_ids))
    )
    off = sum(abs(each["input"] - each["target"]) for each in weather["classes"])
    assert weather["measures"][0]["input"] == pytest.approx(off)
    assert [measure["better"] for each in found["objectives"] for measure in each["measures"]] == [
        "higher",
        "higher",
        None,
        "lower",
    ]
    drawn = next(each for each in full["objectives"] if each["name"] == "balance:weather")["random"]["classes"]
    assert {each["class"]: each["random"] for each in weather["classes"]} == {
        each["class"] or "others": each["reached"] for each in drawn
    }


def test_the_funnel_counts_one_filter_after_the_other(selected, told, pool):
    steps = {step["step"]: (step["left"], step["removed"]) for step in told(selected)["funnel"]}
    bright = [row for row in range(80) if pool.brightness[row] is not None]
    scored = [row for row in bright if pool.score[row] is not None]
    candidates = could_be_picked(pool)
    assert list(steps.values()) == [
        (80, None),
        (len(bright), 80 - len(bright)),
        (len(scored), len(bright) - len(scored)),
        (len(candidates), len(scored) - len(candidates)),
        (len(candidates), None),
        (12, None),
    ]
    assert "metadata light.brightness > 0.2" in steps


def test_distributions_count_every_sample_once(selected, told, pool):
    found = by_name(told(selected))
    assert {name for group, name in found if group == "metadata"} == {"light.brightness", "weather"}
    assert ("score", "scene/doubt") in found
    assert ("score", "scene/uncertainty_entropy") in found
    assert {name for group, name in found if group == "class"} == {"scene", "things"}
    mine = rows_of(pool, selected.sample_ids)
    brightness = found["metadata", "light.brightness"]
    known = np.array([value for value in pool.brightness if value is not None])
    assert brightness["input"] == np.histogram(known, brightness["edges"])[0].tolist()
    assert (
        brightness["selected"] == np.histogram([pool.brightness[row] for row in mine], brightness["edges"])[0].tolist()
    )
    assert sum(brightness["random"]) == brightness["total"]["random"] == 12
    assert brightness["missing"] == {"input": 80 - len(known), "selected": 0, "random": 0}
    assert brightness["mean"]["input"] == pytest.approx(known.mean())
    assert (brightness["min"], brightness["max"]) == (known.min(), known.max())


def test_classes_are_counted_by_name(selected, told, pool):
    found = by_name(told(selected))
    mine = rows_of(pool, selected.sample_ids)
    weather = found["metadata", "weather"]
    everything = Counter(value for value in pool.weather if value is not None)
    assert dict(zip(weather["classes"], weather["input"], strict=True)) == dict(everything)
    chosen = Counter(pool.weather[row] for row in mine)
    assert {name: number for name, number in zip(weather["classes"], weather["selected"], strict=True) if number} == {
        name: number for name, number in chosen.items() if name is not None
    }
    things = found["class", "things"]
    assert things["of"] == "objects"
    of = lambda rows: Counter(each["category"] for row in rows for each in pool.objects[row] or ())  # noqa: E731
    assert dict(zip(things["classes"], things["input"], strict=True)) == dict(of(range(80)))
    assert dict(zip(things["classes"], things["selected"], strict=True)) == {
        name: of(mine)[name] for name in things["classes"]
    }


def test_a_random_selection_is_the_same_one_everywhere(selected, told):
    """The mean of the distribution of a score is that of the objective's random selection."""
    found = told(selected)
    doubt = next(each for each in found["objectives"] if each["name"].startswith("weights"))
    assert by_name(found)["score", "scene/doubt"]["mean"]["random"] == pytest.approx(doubt["measures"][0]["random"])


def test_far_outliers_do_not_squeeze_the_bins(db, told):
    import pyarrow as pa

    values = [*(i / 1000 for i in range(1000)), 1e9]
    db.ingest(pa.table({"sample_id": [f"s{i}" for i in range(1001)], "size": values}), dataset="wide")
    selection = db.select(
        {"n_samples": 5, "strategies": [{"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}]}, dataset="wide"
    )
    (size,) = told(selection)["distributions"]
    assert size["clipped"]
    assert size["max"] == 1e9
    assert size["edges"][-1] < 2
    assert sum(size["input"]) == 1001
    assert max(size["input"]) < 100


def test_many_and_few_values(db, told):
    import pyarrow as pa

    table = pa.table(
        {
            "sample_id": [f"s{i}" for i in range(300)],
            "camera": [f"c{i % 40:02}" for i in range(300)],
            "lanes": [i % 3 for i in range(300)],
            "broken": [float("inf"), *[1.0] * 299],
        }
    )
    db.ingest(table, dataset="wide")
    found = by_name(told(db.select(CONFIG_OF_ONE, dataset="wide")))
    camera, lanes, broken = (found["metadata", name] for name in ("camera", "lanes", "broken"))
    assert camera["classes"] == [f"c{i:02}" for i in range(20)]
    assert camera["others"]["classes"] == 20
    assert sum(camera["input"]) + camera["others"]["input"] == 300
    assert (lanes["kind"], lanes["classes"], lanes["input"]) == ("category", ["0", "1", "2"], [100, 100, 100])
    assert broken["missing"]["input"] == 1
    assert (broken["min"], broken["max"], broken["input"]) == (1.0, 1.0, [299])


CONFIG_OF_ONE = {"n_samples": 1, "strategies": [{"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}]}
