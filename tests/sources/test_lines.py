"""Lines of text files that cannot be read: told with their numbers, or left out."""

import gzip

import pytest

from sqlsel.errors import IngestError, UsageError
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


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("sample_id,city,n\n1,Bern,3\n2,Genf\n3,Chur,4,5\n", ["a.csv:3: 2", "a.csv:4: 4"]),
        ("sample_id,city,n\n1,Bern,3,9\n2,Genf,1,9\n3,Chur,4\n", ["a.csv:2: 4", "a.csv:3: 4"]),
    ],
)
def test_a_header_is_not_lost_to_lines_with_other_fields(db, tmp_path, text, bad):
    """DuckDB takes the width that most lines have, and passes over the others, the header among them."""
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(IngestError, match="2 lines cannot be used") as refusal:
        db.ingest(path, dataset="d")
    assert [str(problem).partition(" fields")[0] for problem in refusal.value.problems] == bad
    report = db.ingest(path, dataset="d", on_error="skip")
    assert report.added == 1
    assert db.engine.rows("SELECT metadata.city FROM d.samples") in ([("Bern",)], [("Chur",)])


def test_a_file_that_has_no_header_is_read_as_before(db, tmp_path):
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    assert db.ingest(tmp_path / "a.csv", dataset="d").added == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"id": 1},', "ends in the middle of its list"),
        ('[{"id": 1}, {"id": 2}', "ends in the middle of its list"),
        ('{"id": 1', "ends in the middle of its object"),
        ("[1, 2]", "should be a list of objects, one a sample, not of numbers or words"),
        ('["a"]', "not of texts"),
        ('\ufeff[{"id": 1}]', "begins with a byte order mark"),
    ],
)
def test_json_that_is_cut_off_or_no_list_of_objects_is_refused(db, tmp_path, text, message):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(IngestError, match=message):
        db.ingest(tmp_path / "a.json", dataset="d")


@pytest.mark.parametrize("text", [' [{"id": 1}, {"id": 2}] \n', '{"id": 1}\n{"id": 2}\n', '[\n{"id": 1},\n{"id": 2}]'])
def test_whole_json_is_read(db, tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    assert db.ingest(tmp_path / "a.json", dataset="d").added == 2


def test_a_word_in_the_numbers_of_an_embeddings_csv_is_told_with_its_row(db, tmp_path):
    path = tmp_path / "embeddings.csv"
    path.write_text("filenames,embedding_0,embedding_1,labels\na.png,1,0,0\nb.png,0.5,x,0\n")
    with pytest.raises(IngestError) as refusal:
        db.ingest(path, dataset="d")
    assert str(refusal.value.problems[0]) == "embedding: a number is missing (NULL): 1 row, b.png (row 2)"
    report = db.ingest(path, dataset="d", on_error="skip")
    assert (report.counts["samples"], report.counts["embeddings"]) == (2, 1)


def test_a_source_that_is_not_there_offers_what_can_be_read(db, tmp_path):
    for name in ("photos.csv", "photos.duckdb", "notes.md", ".hidden.csv"):
        (tmp_path / name).write_text("")
    with pytest.raises(UsageError) as refusal:
        db.ingest(tmp_path / "photo.csv", dataset="d")
    assert refusal.value.hint == "did you mean 'photos.csv'? there is: 'photos.csv'"
