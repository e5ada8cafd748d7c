"""The scores as numpy computes them, and datasets of predictions to compute them of."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st
from sqlglot import parse_one

from sqlsel.datasets.intake import Intake
from sqlsel.datasets.writing import store
from sqlsel.facts import TaskFacts

FIELDS = pa.schema(
    [
        ("sample_id", pa.int64()),
        ("task", pa.string()),
        ("object_index", pa.int32()),
        ("category", pa.string()),
        ("score", pa.float64()),
        ("probabilities", pa.list_(pa.float64())),
        ("bbox", pa.list_(pa.float64())),
        ("keypoint_confidence", pa.float64()),
    ]
)


def with_complement(p):
    """A single probability is the first of two."""
    p = np.asarray(p, dtype=np.float64)
    return np.array([p[0], 1 - p[0]]) if len(p) == 1 else p


def least_confidence(p):
    p = with_complement(p)
    return (1 - p.max()) * len(p) / (len(p) - 1)


def margin(p):
    second, first = np.sort(with_complement(p))[-2:]
    return 1 - (first - second)


def entropy(p):
    p = with_complement(p)
    return -sum(x * np.log2(x) for x in p if x > 0) / np.log2(len(p))


UNCERTAINTIES = {
    "uncertainty_least_confidence": least_confidence,
    "uncertainty_margin": margin,
    "uncertainty_entropy": entropy,
}


def object_frequency(samples, penalty=0.25, low=0.9, high=1.0):
    """By sample: one for the first object of a class, ``penalty`` for each further one, moved to ``low..high``."""
    counts = [Counter(samples[name]) for name in samples]
    raw = [sum(1 + (number - 1) * penalty for number in count.values()) for count in counts]
    least, most = min(raw), max(raw)
    moved = [high if most == least else low + (high - low) * (value - least) / (most - least) for value in raw]
    return dict(zip(samples, moved, strict=True))


def doubt(confidences):
    return 1 - float(np.mean(confidences)) if len(confidences) else 0.0


@st.composite
def vectors(draw, classes):
    """Probabilities that sum to 1, some of them 0 and some nearly 0."""
    part = st.one_of(st.just(0.0), st.floats(0, 1), st.floats(1e-12, 1e-6), st.just(5e-324))
    parts = np.array(draw(st.lists(part, min_size=classes, max_size=classes)))
    if parts.sum() < 1e-3:
        parts[draw(st.integers(0, classes - 1))] = 1.0
    return (parts / parts.sum()).tolist() if classes > 1 else [draw(st.floats(0, 1))]


def keep(db, task_type, samples, classes):
    """Store predictions of the task ``t`` in dataset ``d``: by sample, a list of dicts; an empty one is an answer."""
    rows = []
    for sample, objects in samples.items():
        empty = {"sample_id": sample, "task": "t"}
        rows += [{"category": classes[0], **empty, "object_index": i, **one} for i, one in enumerate(objects)] or [
            empty
        ]
    table = pa.Table.from_pylist(rows, FIELDS)
    intake = Intake(
        samples=parse_one("SELECT DISTINCT sample_id, 'f' || sample_id AS file_name FROM objects", read="duckdb"),
        predictions=parse_one("SELECT * FROM objects", read="duckdb"),
        tasks=(TaskFacts("t", task_type, tuple(classes), has_predictions=True),),
        bound={"objects": table},
    )
    return store(db.engine, "d", intake)
