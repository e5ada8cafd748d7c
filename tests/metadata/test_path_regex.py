"""lightly_path_regex: metadata out of file names."""

from __future__ import annotations

import json
import re

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sqlsel
from sqlsel.config.path_regex import PathRegexError, read_path_regex

REGEX = r"(?P<site>\w+)/(?P<day>\d{4}-\d\d-\d\d)/(?P<number>\d+)\.jpg$"
SITES = ["north", "north", "north", "south"]
NAMES = [f"{SITES[i % 4]}/2024-05-{1 + i % 9:02d}/{i:04d}.jpg" for i in range(96)]
NAMES += ["loose.jpg", "south/2024-05-01/no-number.jpg"]


@pytest.fixture(scope="module")
def db():
    with sqlsel.connect() as database:
        rows = {"sample_id": range(len(NAMES)), "file_name": NAMES, "day": [len(name) for name in NAMES]}
        database.ingest(pa.table({"sample_id": rows["sample_id"], "file_name": NAMES}), dataset="walks")
        database.ingest(pa.table(rows), dataset="taken")
        database.ingest(pa.table({"sample_id": [1, 2], "quality": [0.5, 0.7]}), dataset="nameless")
        yield database


def config(*objectives, n=20, regex=REGEX):
    pairs = [{"input": {"type": "METADATA", "key": key}, "strategy": strategy} for key, strategy in objectives]
    return {"n_samples": n, "lightly_path_regex": regex, "strategies": pairs}


EVEN = {"type": "BALANCE", "distribution": "UNIFORM"}
LATE = {"type": "THRESHOLD", "threshold": 50, "operation": "BIGGER_EQUAL"}
SITE = config(("site", EVEN))


def test_a_group_is_balanced(db):
    found = db.select(SITE, dataset="walks")
    assert sum(name.startswith("north/") for name in found.file_names) == 10
    assert found.summary()["objectives"][0]["name"] == "balance:site"


def test_groups_are_balanced_together_and_read_as_numbers(db):
    found = db.select(config((["site", "day"], EVEN), ("number", LATE), n=18), dataset="walks")
    assert {name[:16] for name in found.file_names} <= {name[:16] for name in NAMES}
    assert min(int(name[-8:-4]) for name in found.file_names) >= 50
    summary = found.summary()
    assert summary["objectives"][0]["reached"]["l1"] < 0.25
    assert summary["left_out"]["missing"] == [{"input": "metadata number (of the file name)", "count": 2}]


def test_beside_other_objectives_and_in_where(db):
    wanted = config(("site", EVEN), ("number", {"type": "WEIGHTS"}), n=12)
    found = db.select(wanted, dataset="walks", where="site = 'south' OR number > '0080'")
    assert all(name.startswith("south") or int(name[-8:-4]) > 80 for name in found.file_names)


def test_names_that_do_not_match_are_counted(db):
    (notice,) = db.select(SITE, dataset="walks").summary()["notices"]
    assert notice == (
        "lightly_path_regex: 2 of 98 file names do not match, such as 'loose.jpg', 'south/2024-05-01/no-number.jpg': "
        "those samples have no site and no day and no number"
    )


def test_it_is_the_same_from_sql_and_explained(db):
    rows = db.sql(f"SELECT sample_id FROM sqlsel_select('walks', '{json.dumps(SITE)}') ORDER BY rank").fetchall()
    assert [row[0] for row in rows] == db.select(SITE, dataset="walks").sample_ids
    plan = db.explain(SITE, dataset="walks")
    assert "balance:site: metadata site (of the file name) near equal shares" in " ".join(str(plan).split())
    expected = r"regexp_extract(`s`.`file_name`, '(\\w+)/(\\d{4}-\\d\\d-\\d\\d)/(\\d+)\\.jpg$', 1)"
    assert expected in " ".join(plan.sql("spark").split())


def test_on_a_table_without_a_database():
    found = sqlsel.select(pa.table({"file_name": NAMES}), SITE)
    assert sum(name.startswith("north/") for name in found.file_names) == 10


@pytest.mark.parametrize(
    ("dataset", "regex", "message"),
    [
        ("walks", "(?P<site>(x{1000}){1000})", "the engine does not read it: Invalid Input Error: invalid repetition"),
        ("walks", "(?P<site>east)/", "matches none of the 98 file names of dataset 'walks', such as 'loose.jpg', "),
        ("taken", REGEX, "the metadata of dataset 'taken' has 'day' already; give the group another name"),
        ("nameless", REGEX, "the samples of dataset 'nameless' have no file names to take values from"),
    ],
)
def test_an_expression_that_does_not_fit_the_dataset(db, dataset, regex, message):
    problems = sqlsel.validate(config(("site", EVEN), regex=regex), db, dataset)
    (problem,) = [problem for problem in problems if problem.where == "lightly_path_regex"]
    assert problem.severity == "error"
    assert message in problem.message


def test_a_key_that_is_no_group_and_a_group_that_nobody_looks_at(db):
    problems = sqlsel.validate(config(("sight", EVEN)), db, "walks")
    assert any("there is no key 'sight'" in each.message and "'site'" in each.message for each in problems)
    assert any("no objective looks at its groups ('day', 'number', 'site')" in each.message for each in problems)


@pytest.mark.parametrize(
    ("regex", "message"),
    [
        ("", "must not be empty"),
        ("north/.*", "has no named group; name what it should find: (?P<camera>[^/]+)/.*"),
        ("(?P<a>x", "is no regular expression: missing ), unterminated subpattern"),
        ("*(?P<a>x)", "is no regular expression: nothing to repeat"),
        ("(?P<a>x)(?P<a>y)", "the group 'a' is there twice"),
        ("(?P<1>x)", "the name of a group starts with a letter"),
        ("(?P<a>x)(?=y)", "'(?=y)' (character 9): looking ahead is not read by every engine"),
        ("(?P<a>x)(?<!y)", "looking behind"),
        ("(?P<a>x)(?P=a)", "a group cannot be referred to again"),
        (r"(?P<a>x)\1", "not every engine reads this escape"),
        (r"(?P<a>x)\Z", "not every engine reads this escape"),
        ("(?P<a>x++)", "one repetition follows another"),
        ("(?P<a>x{1001})", "1000 is the most"),
        ("(?P<a>[[:alpha:]])", "in [...] write [, ] and & with a backslash"),
        ("(?P<a>x{)", "write \\{ for a brace"),
        (5, "must be text, not 5"),
    ],
)
def test_a_bad_expression_is_told(regex, message):
    problems = sqlsel.validate(config(("a", EVEN), regex=regex))
    assert any(problem.where == "lightly_path_regex" and message in problem.message for problem in problems)
    assert any(problem.severity == "error" for problem in problems)


PIECES = st.sampled_from(
    ["a", "b", "/", ".", r"\.", r"\d", r"\w", "[a-c]", "[^/]", r"[\d_-]", "(?:a|b)", "(b)", "^", "$", r"\b", "(?i:A)"]
)
REPEATS = st.sampled_from(["", "", "*", "+", "?", "{1,2}", "*?", "+?", "{2}"])
PARTS = st.lists(st.tuples(PIECES, REPEATS).map("".join), min_size=1, max_size=4).map("".join)


@settings(deadline=None, max_examples=60)
@given(PARTS, PARTS, PARTS, st.lists(st.text("ab1_/.-A", max_size=8), min_size=1, max_size=8))
@example("", "a*", "b|", ["aab", "b"])
@example("(b)?", "[^/]+", "/.*", ["b/a.jpg", "bb/x/y"])
def test_the_engine_finds_what_python_finds(before, named, after, names):
    text = f"{before}(?P<found>{named}){after}"
    try:
        regex = read_path_regex(text)
    except PathRegexError:
        return
    with sqlsel.connect() as database:
        database.ingest(pa.table({"file_name": sorted(set(names))}), dataset="d")
        found = database.engine.rows(
            f"SELECT file_name, regexp_extract(file_name, '{regex.expression}', {regex.groups['found']}) FROM d.samples"
        )
    for name, value in found:
        match = re.search(text, name)
        assert value == (match["found"] or "" if match else "")
