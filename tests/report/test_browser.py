"""The page in a real browser: hover, slider, lasso, filters, keyboard, dark, narrow, and hostile texts."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

import sqlsel
from tests import pool as p
from tests.report.conftest import CONFIG
from tests.report.pages import browser, opened, place_of, scroll_through, shown_points

HOSTILE = [
    "<script>alert(1)</script>.jpg",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>.png',
    "{{ 7 * 7 }}{% raw %}",
    "<b>bold</b><br>&amp;<a href='javascript:alert(4)'>x</a>",
    "a\u2028b\u2029c\x00d",
    "<!--<script>",
    "مرحبا 🚗 ünï.jpg",
]


@pytest.fixture(scope="module")
def chromium():
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A selection of images, its report as a page, and the same as a dict."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("report")
    pool = p.make_pool(60, 0)
    (folder / "images").mkdir()
    for number, name in enumerate(pool.ids):
        Image.new("RGB", (40, 30), (number * 4, 80, 160)).save(folder / "images" / f"{name}.jpg")
    with sqlsel.connect() as db:
        db.ingest(folder / "images", dataset="pool")
        table = pool.table().drop_columns(["things"])
        db.ingest(table.set_column(0, "sample_id", table.column("file_name")), dataset="pool", **_MAPPING)
        selection = db.select({**CONFIG, "n_samples": 10}, dataset="pool")
        selection.report(folder / "report.html")
        selection.report(folder / "report.json")
    return folder / "report.html", json.loads((folder / "report.json").read_text())


_MAPPING = {
    "predictions": {"scene": "scene"},
    "scores": {("scene", "doubt"): "doubt"},
    "classes": {"scene": p.CLASSES},
}


@pytest.fixture(scope="module")
def shared(chromium, made):
    """The page, with every chart drawn."""
    with opened(chromium, made[0]) as found:
        scroll_through(found)
        yield found


@pytest.fixture
def page(shared):
    """The page as it is when it has just been read; a test may leave it otherwise."""
    yield shared
    shared.evaluate(
        """() => {
            const set = (id, value, event) => {
                const field = document.getElementById(id);
                if (field.value === value) return;
                field.value = value;
                field.dispatchEvent(new Event(event));
            };
            set("n", document.getElementById("n").max, "input");
            for (const id of ["search", "find"]) set(id, "", "input");
            for (const id of ["only", "colour"]) set(id, "", "change");
            document.querySelector("[data-mode=lasso]").click();
            document.querySelector("[data-zoom='0']").click();
            document.getElementById("listed").value = "";
            document.getElementById("map-plot").blur();
            scrollTo(0, 0);
        }"""
    )


@pytest.fixture
def told(made):
    return made[1]


def test_the_page_holds_the_numbers_of_the_dict(page, told):
    def short(told):
        return {name: value for name, value in told.items() if name not in ("made", "thumbnails")}

    embedded = json.loads(page.text_content("#report-data"))
    assert short(embedded) == short(told)
    assert len(embedded["thumbnails"]) == 60
    assert page.locator("h1").inner_text() == "10 samples selected from " + f"{told['counts']['candidates']} candidates"
    assert page.locator(".objective").count() == 3
    reached = page.locator(".objective td.reached").all_inner_texts()
    assert reached[0] == f"{told['objectives'][0]['measures'][0]['reached']:,.4g}"
    assert page.locator(".pick").count() == 10
    assert page.locator(".pick img").count() == 10
    assert page.locator(".pair").count() == len(told["near"]["pairs"])
    assert page.locator("#spread figure").count() == len(told["distributions"])
    assert page.locator(".funnel tbody tr").count() == len(told["funnel"])
    assert page.locator("#config-text").inner_text() == json.dumps(told["config"], indent=2)


def test_pointing_at_a_sample_shows_it(page, told):
    first = told["map"]["points"]["name"][0]
    place = place_of(page, first)
    page.mouse.move(place["x"] - 30, place["y"] - 30)
    page.mouse.move(place["x"], place["y"], steps=4)
    page.wait_for_selector("#tip:not([hidden])")
    assert page.locator("#tip b").inner_text() == first
    assert page.locator("#tip span").first.inner_text() == "rank 1"
    assert page.evaluate("document.querySelector('#tip img').naturalWidth") == 40
    page.mouse.move(5, 5)
    page.wait_for_selector("#tip", state="hidden")


def test_the_slider_shows_fewer_picks(page, told):
    assert shown_points(page) == 60
    page.locator("#n").evaluate("(slider) => { slider.value = 4; slider.dispatchEvent(new Event('input')); }")
    assert page.locator("#n-shown").inner_text() == "4"
    assert shown_points(page) == 54
    worth = page.locator("#n-worth").inner_text()
    assert f"{told['curves']['distance'][3]:.4g}" in worth
    place = told["curves"]["coverage"]["selected"]["n"].index(4)
    assert f"{told['curves']['coverage']['selected']['mean'][place]:.4g}" in worth
    visible = [card.get_attribute("data-name") for card in page.locator(".pick:not([hidden])").all()]
    assert visible == told["map"]["points"]["name"][:4]
    lines = page.evaluate(
        "['distance-chart', 'coverage-chart'].map((id) => document.getElementById(id).layout.shapes[0].x0)"
    )
    assert lines == [4, 4]


def test_the_lasso_lists_what_it_is_drawn_around(page, told):
    name = told["map"]["points"]["name"][2]
    place = place_of(page, name)
    corners = [(-8, -8), (8, -8), (8, 8), (-8, 8), (-8, -8)]
    page.mouse.move(place["x"] - 8, place["y"] - 8)
    page.mouse.down()
    for x, y in corners[1:]:
        page.mouse.move(place["x"] + x, place["y"] + y, steps=3)
    page.mouse.up()
    page.wait_for_function("document.getElementById('listed').value")
    listed = page.input_value("#listed").splitlines()
    assert name in listed
    assert len(listed) < 10
    assert page.locator("#listed-count").inner_text().startswith(str(len(listed)))


def test_names_are_listed_copied_and_saved(page, told):
    page.click("#list-selected")
    assert page.input_value("#listed").splitlines() == told["map"]["points"]["name"][:10]
    page.click("#list-all")
    assert sorted(page.input_value("#listed").splitlines()) == sorted(told["map"]["points"]["name"])
    page.click("button[data-copies=listed]")
    page.wait_for_selector("button[data-copies=listed]:text('Copied')")
    with page.expect_download() as download:
        page.click("#save-listed")
    assert download.value.path().read_text().splitlines() == page.input_value("#listed").splitlines()


def test_filters_and_colours(page, told):
    points = told["map"]["points"]
    attributes = {each["name"]: each for each in points["attributes"]}
    page.fill("#search", "s00")
    assert shown_points(page) == 10
    page.fill("#search", "")
    weather = attributes["weather"]
    page.select_option("#only", label="weather")
    page.select_option("#only-values select", label="rainy")
    rainy = [
        name
        for name, code in zip(points["name"], weather["values"], strict=True)
        if code == weather["classes"].index("rainy")
    ]
    assert shown_points(page) == len(rainy)
    picks = {card.get_attribute("data-name") for card in page.locator(".pick:not([hidden])").all()}
    assert picks == set(rainy) & set(points["name"][:10])
    page.select_option("#only", label="light.brightness")
    page.fill("#only-values input >> nth=0", "0.5")
    bright = [value for value in attributes["light.brightness"]["values"] if value is not None and value >= 0.5]
    assert shown_points(page) == len(bright)
    page.select_option("#only", value="")
    assert shown_points(page) == 60
    page.select_option("#colour", label="weather")
    assert {"rainy", "sunny"} <= set(page.locator("#legend").inner_text().split())
    colours = page.evaluate("document.getElementById('map-plot').data[1].marker.color")
    assert len(set(colours)) > 2


def test_the_keyboard_walks_through_the_picks(page, told):
    page.focus("#map-plot")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("#said").inner_text() == f"rank 2: {told['map']['points']['name'][1]}"
    assert page.locator("#tip b").inner_text() == told["map"]["points"]["name"][1]
    before = page.evaluate("document.getElementById('map-plot')._fullLayout.xaxis.range")
    page.keyboard.press("+")
    page.wait_for_function(f"document.getElementById('map-plot')._fullLayout.xaxis.range[0] > {before[0]}")
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()


def test_zoom_and_reset(page):
    ranges = "document.getElementById('map-plot')._fullLayout.xaxis.range[0]"
    start = page.evaluate(ranges)
    page.click("[data-zoom='0.6']")
    page.wait_for_function(f"{ranges} > {start}")
    page.click("[data-zoom='0']")
    page.wait_for_function(f"Math.abs({ranges} - {start}) < 1e-9")
    page.click("[data-mode=pan]")
    assert page.get_attribute("[data-mode=pan]", "aria-pressed") == "true"
    assert page.evaluate("document.getElementById('map-plot')._fullLayout.dragmode") == "pan"


def test_everything_has_a_name_for_screen_readers(page):
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, img, section, nav, aside, [role=img]")]
            .filter((each) => !(each.textContent.trim() || each.getAttribute("aria-label") || each.labels?.length
                || each.hasAttribute("alt") || each.getAttribute("aria-labelledby")))
            .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    labels = page.evaluate(
        """() => [...document.querySelectorAll("[aria-labelledby], [aria-describedby]")]
            .map((each) => each.getAttribute("aria-labelledby") ?? each.getAttribute("aria-describedby"))
            .filter((id) => !document.getElementById(id))"""
    )
    assert labels == []
    assert all(len(each.get_attribute("aria-label")) > 10 for each in page.locator(".chart").all())
    page.click("#spread details >> nth=0")
    # the table is made when it is opened
    page.locator("#spread details table tbody tr").nth(1).wait_for()


def test_charts_can_be_found(page):
    page.fill("#find", "bright")
    assert page.locator("#spread figure:not([hidden]) figcaption span:first-child").all_inner_texts() == [
        "light.brightness"
    ]


def test_no_window_is_too_narrow(page):
    for width in (400, 1920, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(f"document.getElementById('map-plot').querySelector('svg').clientWidth < {width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_follows_the_system_until_somebody_chooses(page):
    def is_dark():
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, background[4:-1].split(","))) < 200

    assert not is_dark()
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    assert is_dark()
    drawn = page.evaluate("document.querySelector('#spread .chart')._fullLayout.font.color")
    page.click("#theme")
    assert not is_dark()
    assert page.evaluate("document.querySelector('#spread .chart')._fullLayout.font.color") != drawn
    assert page.locator("#theme").inner_text() == "Dark"


def test_hostile_texts_are_shown_as_text(chromium, tmp_path):
    table = pa.table(
        {
            "sample_id": HOSTILE,
            "file_name": HOSTILE,
            "embedding": pa.array([[1.0, i / 8, (i * i) % 5] for i in range(len(HOSTILE))]),
            "<img src=x onerror=alert(5)>": HOSTILE[::-1],
        }
    )
    with sqlsel.connect() as db:
        db.ingest(table, dataset="hostile")
        key = {"type": "METADATA", "key": "<img src=x onerror=alert(5)>"}
        chosen = p.config(4, (p.EMBEDDINGS, p.DIVERSITY), (key, {"type": "BALANCE", "target": {HOSTILE[0]: 0.5}}))
        selection = db.select(chosen, dataset="hostile", where="file_name <> '</script><script>alert(6)</script>'")
        selection.report(tmp_path / "report.html")
    with opened(chromium, tmp_path / "report.html") as page:
        scroll_through(page)
        assert page.locator("script").count() == 3
        assert page.locator("img").count() == 0
        names = page.locator(".pick .name").all_text_contents()
        told = [pick["name"] for pick in json.loads(page.text_content("#report-data"))["gallery"]]
        # HTML has no NUL
        assert names == [name.replace("\0", "") for name in told]
        page.click("#list-all")
        assert sorted(page.input_value("#listed").split("\n")) == sorted(HOSTILE)
        page.select_option("#colour", index=1)
        page.focus("#map-plot")
        page.keyboard.press("ArrowRight")
        assert page.locator("#tip b").inner_text() == names[0]
        ticks = page.locator("#spread .chart .xtick").all_text_contents()
        assert any("<" in tick for tick in ticks)
        page.wait_for_timeout(200)


def test_pages_without_this_and_that(chromium, tmp_path):
    with sqlsel.connect() as db:
        db.ingest(pa.table({"file_name": ["a.jpg", "b.jpg", "c.jpg"]}), dataset="names")
        random = {"input": {"type": "RANDOM"}, "strategy": {"type": "WEIGHTS"}}
        db.select({"n_samples": 2, "strategies": [random]}, dataset="names").report(tmp_path / "names.html")
        db.report("names", "initial-tag", tmp_path / "tag.html")
    with opened(chromium, tmp_path / "names.html") as page:
        assert "There is no map" in page.locator("#map").inner_text()
        assert page.locator(".pick").count() == 2
        # without images there is no room for any
        assert page.locator(".frame").first.bounding_box()["height"] < 60
    with opened(chromium, tmp_path / "tag.html") as page:
        assert "No run is recorded" in page.locator(".note").inner_text()
