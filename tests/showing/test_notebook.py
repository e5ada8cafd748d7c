"""What a notebook and a plain Python prompt show of a database, a dataset, a selection and a plan."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pyarrow as pa
import pytest

import sqlsel
from sqlsel.cli.commands.info import info_command
from sqlsel.showing.markup import element, page, table

HOSTILE = "<script>alert(1)</script>\" onerror='x' & \x1b[31m\n.png"


class Shown(HTMLParser):
    """The tags and the text of a page; every tag that is opened must be closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def rows(names, **columns):
    return pa.table({"file_name": names, "embedding": [[1.0, float(n)] for n in range(len(names))], **columns})


@pytest.fixture
def pictures(tmp_path):
    image = pytest.importorskip("PIL.Image")
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, size in (("small.png", 8), ("large.png", 400), ("third.png", 8)):
        image.new("RGB", (size, size), (200, 30, 30)).save(folder / name)
    return folder


def first(db, **more):
    return db.dataset("few").select(sqlsel.config(sqlsel.diversity(), n_samples=2), **more)


def test_a_selection_shows_its_first_picks_as_pictures(db, pictures):
    db.ingest(rows(["small.png", "large.png", "third.png"]), dataset="few", images=pictures)
    shown = Shown(first(db)._repr_html_())
    assert shown.tags.count("img") == 2
    sources = [value for name, value in shown.attributes if name == "src"]
    assert {source.split(";")[0] for source in sources} <= {"data:image/png", "data:image/jpeg"}
    assert all(len(source) < 20_000 for source in sources)
    assert "far from each other" in shown.text
    assert all(value for name, value in shown.attributes if name == "alt")


def test_a_name_without_an_image_is_shown_as_text(db, pictures):
    (pictures / "broken.png").write_bytes(b"no image")
    db.ingest(rows(["gone.png", "broken.png"]), dataset="few", images=pictures)
    shown = Shown(first(db)._repr_html_())
    assert "img" not in shown.tags
    assert "gone.png" in shown.text
    assert "broken.png" in shown.text


def test_pictures_are_there_after_the_database_is_closed(pictures):
    with sqlsel.connect() as db:
        db.ingest(rows(["small.png", "third.png"]), dataset="few", images=pictures)
        selection = first(db)
    assert Shown(selection._repr_html_()).tags.count("img") == 2


def test_the_one_shot_shows_pictures_too(pictures):
    config = sqlsel.config(sqlsel.diversity(), n_samples=1)
    selection = sqlsel.select(rows(["small.png", "third.png"]), config, images=pictures)
    assert "<img" in selection._repr_html_()


def test_there_must_be_such_a_folder(db, tmp_path):
    with pytest.raises(sqlsel.UsageError, match="no such folder of images"):
        db.ingest(rows(["a.png"]), dataset="few", images=tmp_path / "none")


def test_nothing_hostile_becomes_markup(db):
    metadata = pa.array([{HOSTILE: HOSTILE}, {HOSTILE: "b"}])
    probabilities = pa.array([{HOSTILE: 0.5, "b": 0.5}] * 2)
    table = rows([HOSTILE, "b.png"], meta=metadata, predicted=probabilities)
    db.ingest(table, dataset="few", predictions={"task": "predicted"})
    config = sqlsel.config(sqlsel.balance(f"meta.{HOSTILE}", {HOSTILE: 0.5}), sqlsel.diversity(), n_samples=2)
    shown = [first(db), db.dataset("few"), db, db.dataset("few").explain(config), db.dataset("few").select(config)]
    for each in shown:
        page = Shown(each._repr_html_())
        assert not {"script", "svg", "iframe"} & set(page.tags)
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        assert "\x1b" not in each._repr_html_()
        assert "\x1b" not in repr(each)
    assert "<script>alert(1)</script>" in Shown(first(db)._repr_html_()).text


def test_markup_escapes_text_and_attributes():
    assert element("p", "a<b", title='"x"') == '<p title="&quot;x&quot;">a&lt;b</p>'
    assert "<td>&lt;b&gt;</td>" in table(["n"], [["<b>"]])
    assert '<td class="number">1,000</td>' in table(["n"], [[1000]])


def test_colours_are_those_of_the_notebook():
    style = re.search(r"<style>(.*?)</style>", page(), re.DOTALL)[1]
    assert "color:inherit" in style
    assert not re.search(r"(?<!-)color:\s*(#|black|white)", style)
    assert not re.search(r"background:\s*(#|white)", style)


def test_the_prompt_shows_what_there_is(db):
    db.ingest(rows(["a.png", "b.png", "c.png"], weather=["sunny", "rainy", "sunny"]), dataset="few")
    assert repr(db) == "<sqlsel.Database memory: few>"
    selection = first(db, tag="round-1")
    assert repr(selection).startswith("Selected 2 of 3 candidates (3 samples) from few as tag round-1\n")
    assert repr(selection).splitlines()[-1].startswith("  first: ")
    assert repr(db.dataset("few")).splitlines() == [
        "few: 3 samples",
        "  embeddings  3 of 2 dimensions",
        "  metadata    text: weather",
        "  tag         round-1: 2 selected",
    ]
    plan = db.explain(sqlsel.config(sqlsel.diversity(), n_samples=2), dataset="few")
    assert repr(plan) == str(plan) == repr(plan.plan)
    assert "Choose 2 samples from few" in Shown(plan.plan._repr_html_()).text
    assert max(len(line) for each in (selection, db.dataset("few"), plan) for line in repr(each).splitlines()) <= 80


def test_a_closed_database_says_so():
    db = sqlsel.connect()
    db.close()
    assert "closed" in repr(db)
    assert "closed" in Shown(db._repr_html_()).text


def test_an_empty_database_says_what_to_do(db):
    assert "ingest" in repr(db)
    assert "ingest" in Shown(db._repr_html_()).text


def test_a_plan_shows_its_sql(db):
    db.ingest(rows(["a.png", "b.png"]), dataset="few")
    shown = Shown(db.explain(sqlsel.config(sqlsel.diversity(), n_samples=2), dataset="few")._repr_html_())
    assert "details" in shown.tags
    assert "SELECT" in shown.text


def test_the_command_and_the_prompt_say_the_same(tmp_path):
    from tests.cli.conftest import sqlsel as run

    assert info_command.name == "info"
    path = tmp_path / "few.duckdb"
    with sqlsel.connect(path) as db:
        db.ingest(rows(["a.png", "b.png"], weather=["sunny", "rainy"]), dataset="some")
        described, text = db.dataset("some").describe(), repr(db.dataset("some"))
    outcome = run("info", "--db", path)
    assert text in outcome.out
    assert json.loads(run("info", "--db", path, "--format", "json").out)["datasets"] == [described]
