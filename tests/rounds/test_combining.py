"""Tags made of other tags, in Python and on the command line."""

import pyarrow as pa
import pytest

import sqlsel
from sqlsel.datasets.runs import record_selection
from sqlsel.datasets.tags import TagFacts, read_tag
from sqlsel.errors import SelectionError, UsageError
from tests.cli.conftest import sqlsel as command
from tests.datasets.contents import everything
from tests.datasets.test_runs import PICKS, RUN


def fill(db):
    """Samples 2, 3, 4, 10, 11; round-1 has 3 and 10 and was preselected 4; by hand has 4, 3 and 2."""
    db.ingest(pa.table({"sample_id": [10, 2, 3, 4, 11]}), dataset="street")
    record_selection(db.engine, RUN, PICKS, tag="round-1", preselected=[4])
    db.engine.execute("INSERT INTO street.tags VALUES ('by hand', 4, 1), ('by hand', 3, 2), ('by hand', 2, NULL)")


@pytest.fixture
def street(db):
    fill(db)
    return db


def ids(db, tag):
    found = read_tag(db.engine, "street", tag).to_pydict()
    assert found["rank"] == list(range(1, len(found["rank"]) + 1))
    return found["sample_id"]


@pytest.mark.parametrize(
    ("operation", "tags", "expected"),
    [
        ("UNION", ["round-1", "by hand"], [3, 10, 4, 2]),
        ("union", ["by hand", "round-1"], [4, 3, 2, 10]),
        ("INTERSECTION", ["round-1", "by hand"], [3, 4]),
        ("Intersection", ["by hand", "round-1"], [4, 3]),
        ("DIFFERENCE", ["round-1", "by hand"], [10]),
        ("DIFFERENCE", ["initial-tag", "round-1", "by hand"], [11]),
        ("DIFFERENCE", ["initial-tag", "datapool"], [2, 11]),
        ("INTERSECTION", ["initial-tag", "datapool", "by hand"], [3, 4]),
        ("UNION", ["round-1", "round-1"], [3, 10, 4]),
    ],
)
def test_tags_by_operation(street, operation, tags, expected):
    assert street.combine_tags("street", operation, tags, tag="new") == TagFacts("new", len(expected), 0)
    assert ids(street, "new") == expected


def test_a_combined_tag_is_no_part_of_the_datapool(street):
    street.combine_tags("street", "DIFFERENCE", ["initial-tag", "datapool"], tag="rest")
    street.combine_tags("street", "UNION", ["datapool", "by hand"], tag="known")
    assert read_tag(street.engine, "street", "datapool").column("sample_id").to_pylist() == [3, 4, 10]


def test_a_tag_can_be_made_of_itself(street):
    street.combine_tags("street", "UNION", ["by hand", "round-1"], tag="by hand", overwrite=True)
    assert ids(street, "by hand") == [4, 3, 2, 10]


@pytest.mark.parametrize(
    ("operation", "tags", "tag", "overwrite", "words"),
    [
        ("UNIN", ["round-1", "by hand"], "new", False, ["unknown operation 'UNIN'", "did you mean 'UNION'?"]),
        ("UNION", ["round-1"], "new", False, ["UNION of 1 tag", "at least two"]),
        ("UNION", ["round-1", "by-hand"], "new", False, ["no tag 'by-hand'", "did you mean 'by hand'?", "'datapool'"]),
        ("UNION", ["round-1", "by hand"], "by hand", False, ["exists already", "--overwrite"]),
        ("UNION", ["round-1", "by hand"], "round-1", True, ["made by a selection", "another name"]),
        ("UNION", ["round-1", "by hand"], "datapool", True, ["'datapool' is reserved", "selections kept"]),
        ("UNION", ["round-1", "by hand"], "x/y", False, ["no tag name", "'x-y'"]),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(street, operation, tags, tag, overwrite, words):
    before = everything(street)
    with pytest.raises(UsageError) as refusal:
        street.combine_tags("street", operation, tags, tag=tag, overwrite=overwrite)
    assert all(word in str(refusal.value) for word in words), str(refusal.value)
    assert everything(street) == before


def test_a_tag_without_samples_is_refused(street):
    before = everything(street)
    with pytest.raises(SelectionError, match="no sample of the first is missing in all others of 'round-1', 'initial"):
        street.combine_tags("street", "DIFFERENCE", ["round-1", "initial-tag"], tag="by hand", overwrite=True)
    assert everything(street) == before


def test_an_unknown_dataset_comes_with_the_nearest(street):
    with pytest.raises(UsageError, match="did you mean 'street'"):
        street.combine_tags("stret", "UNION", ["round-1", "by hand"], tag="new")


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "rounds.duckdb"
    with sqlsel.connect(path) as db:
        fill(db)
    return path


def test_on_the_command_line_wherever_the_options_stand(database):
    where = ("--db", database, "--dataset", "street")
    outcome = command("tags", "union", "round-1", "by hand", "--tag", "both", *where)
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "tag both of dataset street: 4 samples\n"
    assert command("tags", *where, "difference", "initial-tag", "both", "--tag", "rest").code == 0
    outcome = command("tags", "--db", database, "--format", "csv")
    assert outcome.out.splitlines()[1:] == [
        "street,both,4,0",
        "street,by hand,2,1",
        "street,rest,1,0",
        "street,round-1,2,1",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tags"], "Missing option '--db'"),
        (["tags", "union", "round-1", "by hand", "--tag", "x-y"], "Missing option '--db'"),
        (["tags", "unoin", "round-1", "by hand"], "No such command 'unoin'"),
        (["tags", "--db", "DB", "union", "round-1", "by hand", "--tag", "x-y"], "Missing option '--dataset'"),
        (["tags", "--db", "DB", "--dataset", "street", "union", "round-1", "by hand"], "Missing option '--tag'"),
    ],
)
def test_what_is_missing_is_said(database, arguments, words):
    outcome = command(*(database if each == "DB" else each for each in arguments))
    assert outcome.code == 2
    assert words in outcome.err


@pytest.mark.parametrize("operation", ["union", "intersection", "difference"])
def test_the_help_of_each_operation_has_its_options_explained(operation):
    outcome = command("tags", operation, "--help")
    assert outcome.code == 0
    assert "Examples:" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80
