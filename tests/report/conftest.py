"""A selection with every kind of input, and its report as a dict."""

from __future__ import annotations

import json

import jsonschema
import pytest

from sqlsel.report.schema import report_schema
from tests import pool as p

BALANCE = {"type": "BALANCE", "target": {"sunny": 0.5, "rainy": 0.5}}
BRIGHT = {"type": "THRESHOLD", "threshold": 0.2, "operation": "BIGGER"}
CONFIG = p.config(
    12, (p.BRIGHTNESS, BRIGHT), (p.EMBEDDINGS, p.DIVERSITY), (p.DOUBT, p.WEIGHTS), (p.WEATHER_KEY, BALANCE)
)


def read(path):
    """A report that was written as JSON, which is as its schema says."""
    told = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(report_schema()).validate(told)
    return told


@pytest.fixture
def pool(db):
    """Eighty samples, some of which lack this and that."""
    made = p.make_pool(80, 0, lacking=0.1)
    db.ingest(made.table(), dataset="pool", **p.MAPPING)
    return made


@pytest.fixture
def told(db, tmp_path):
    """Writes the report of a selection as JSON and reads it."""
    return lambda selection, **how: read(selection.report(tmp_path / "report.json", **how))


@pytest.fixture
def told_of_tag(db, tmp_path):
    """Writes the report of a tag as JSON and reads it."""

    def report(tag, dataset="pool", **how):
        return read(db.report(dataset, tag, tmp_path / "report.json", **how))

    return report
