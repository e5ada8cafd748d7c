from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest

from sqlsel.datasets.runs import RunRecord, record_selection
from sqlsel.datasets.tags import read_tag
from sqlsel.errors import EngineError, UsageError
from tests.datasets.contents import everything, rows

TERMS = pa.map_(pa.string(), pa.float64())
PICKS = pa.table(
    {
        "sample_id": pa.array([3, 10]),
        "rank": pa.array([1, 2]),
        "gain": pa.array([0.5, 0.25]),
        "terms": pa.array([[("diversity", None)], [("diversity", 1.5), ("weights:a/b'", 2.0)]], TERMS),
    }
)
RUN = RunRecord(
    dataset="street",
    config='{"n_samples": 2, "strategies": [{"it\'s": "ok"}]}',
    seed=0,
    version="0.1.0",
    started_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    finished_at=datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC),
    plan="plan",
    stop="n_samples",
    summary="{}",
)


@pytest.fixture
def street(db):
    db.ingest(pa.table({"sample_id": [10, 2, 3, 4]}), dataset="street")
    return db


def test_a_selection_leaves_ranks_a_tag_and_its_run(street):
    run_id = record_selection(street.engine, RUN, PICKS, tag="round-1", preselected=[4])
    assert rows(street, "street", "tags") == [("round-1", 3, 1), ("round-1", 4, None), ("round-1", 10, 2)]
    assert rows(street, "street", "selections") == [
        (run_id, "round-1", 1, 3, 0.5, {"diversity": None}),
        (run_id, "round-1", 2, 10, 0.25, {"diversity": 1.5, "weights:a/b'": 2.0}),
    ]
    assert street.engine.rows("SELECT * FROM sqlsel.runs") == [
        (
            run_id,
            "street",
            "round-1",
            RUN.config,
            "plan",
            0,
            "0.1.0",
            datetime(2026, 1, 2, 3, 4, 5, 678901),
            datetime(2026, 1, 2, 3, 4, 6),
            "n_samples",
            "{}",
        )
    ]


def test_times_of_another_zone_are_kept_in_utc(street):
    here = datetime(2026, 1, 2, 3, 0, tzinfo=timezone(timedelta(hours=2)))
    record_selection(street.engine, replace(RUN, started_at=here, finished_at=here), PICKS, tag="round-1")
    assert street.engine.rows("SELECT started_at FROM sqlsel.runs") == [(datetime(2026, 1, 2, 1, 0),)]


def test_a_run_keeps_the_id_it_has(street):
    assert record_selection(street.engine, replace(RUN, run_id="mine"), PICKS, tag="round-1") == "mine"


def test_a_selection_may_be_empty_and_the_preselected_an_array(street):
    record_selection(street.engine, RUN, PICKS.slice(0, 0), tag="round-1", preselected=pa.chunked_array([[2], [4]]))
    assert read_tag(street.engine, "street", "round-1").to_pydict() == {"sample_id": [2, 4], "rank": [None, None]}


def test_an_existing_tag_stays_as_it_is_unless_it_is_overwritten(street):
    first = record_selection(street.engine, RUN, PICKS, tag="round-1", preselected=[4])
    other = PICKS.set_column(0, "sample_id", pa.array([2, 4]))
    before = everything(street)
    with pytest.raises(UsageError, match="exists already"):
        record_selection(street.engine, RUN, other, tag="round-1")
    assert everything(street) == before
    second = record_selection(street.engine, RUN, other, tag="round-1", overwrite=True)
    assert rows(street, "street", "tags", "sample_id, rank") == [(2, 1), (4, 2)]
    assert [row[0] for row in rows(street, "street", "selections")] == [second, second]
    assert {row[0] for row in street.engine.rows("SELECT run_id FROM sqlsel.runs")} == {first, second}


def test_other_tags_are_left_alone_by_an_overwrite(street):
    record_selection(street.engine, RUN, PICKS, tag="round-1")
    record_selection(street.engine, RUN, PICKS, tag="round-2")
    record_selection(street.engine, RUN, PICKS.slice(0, 1), tag="round-2", overwrite=True)
    assert len(rows(street, "street", "selections")) == 3


def test_a_selection_that_cannot_be_kept_leaves_nothing_of_it(street):
    record_selection(street.engine, RUN, PICKS, tag="round-1")
    before = everything(street)
    broken = PICKS.drop_columns("terms")
    with pytest.raises(EngineError):
        record_selection(street.engine, RUN, broken, tag="round-1", overwrite=True)
    assert everything(street) == before
