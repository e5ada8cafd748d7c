"""Lines of text files that cannot be read: told with their numbers, or left out."""

import gzip

import pytest

from sqlsel.errors import IngestError
from tests.datasets.contents import rows

RAGGED = 'sample_id,city,n\n1,"Bern, Bümpliz",2\n2,Genf,3,9\n3,Chur\n\n4,Zug,5\n'
BROKEN = '{"sample_id": 1, "n": 2}\n{"sample_id": 2, "n":\n\n[1]\n{"sample_id": 4, "n": 4}'
FILES = {
    "a.csv": (RAGGED, ["a.csv:3: 4 fields for 3 columns", "a.csv:4: 2 fields for 3 columns"]),
    "a.tsv": (
        "sample_id\tcity\tn\n1\tBern, Bümpliz\t2\n2\tx\n4\tZug\t5\t6\n4\tZug\t5\n",
        ["a.tsv:3: 2 fields for 3 columns", "a.tsv:4: 4 fields for 3 columns"],
    ),
    "a.jsonl": (BROKEN, ['a.jsonl:2: no JSON object: {"sample_id": 2, "n":', "a.jsonl:4: no JSON object: [1]"]),
    "a.csv.gz": (RAGGED, ["a.csv.gz:3: 4 fields for 3 columns", "a.csv.gz:4: 2 fields for 3 columns"]),
}


@pytest.mark.parametrize("name", FILES)
def test_bad_lines_are_refused_or_left_out(db, tmp_path, name):
    text, messages = FILES[name]
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    with pytest.raises(IngestError, match="2 lines cannot be used; nothing was stored") as refusal:
        db.ingest(path, dataset="d")
    assert [str(problem) for problem in refusal.value.problems] == messages
    assert "--on-error skip" in refusal.value.hint
    report = db.ingest(path, dataset="d", on_error="skip")
    assert [row[0] for row in rows(db, "d", "samples", "sample_id")] == [1, 4]
    assert [str(problem) for problem in report.problems] == ["skipped: 2 lines cannot be used and left out", *messages]
    if "csv" in name:
        assert rows(db, "d", "samples", "metadata.city") == [("Bern, Bümpliz",), ("Zug",)]


@pytest.mark.parametrize("name", ["good.csv", "good.jsonl"])
def test_files_without_bad_lines_are_read_as_they_are(db, tmp_path, name):
    path = tmp_path / name
    path.write_text("sample_id,n\n007,1\n" if name.endswith("csv") else '{"sample_id": "007", "n": 1}\n')
    for choice in ("fail", "skip"):
        report = db.ingest(path, dataset=choice, on_error=choice)
        assert report.problems == ()
        assert rows(db, choice, "samples") == [("007", None, {"n": 1})]


def test_lines_before_the_header_are_no_bad_lines(db, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("exported yesterday\nsample_id,n\n1,2\n2,3\n")
    assert db.ingest(path, dataset="d", on_error="skip").problems == ()
    assert rows(db, "d", "samples", "sample_id") == [(1,), (2,)]


def test_nothing_but_bad_lines_is_refused_in_any_case(db, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sample_id,n\n1\n2\n")
    with pytest.raises(IngestError, match="not one line can be read"):
        db.ingest(path, dataset="d", on_error="skip")
