"""A real browser on pages of reports: with nothing from the network, and nobody's complaints."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
# what the graphics driver says of software rendering
_OF_THE_DRIVER = "GPU stall due to ReadPixels"


def browser_path():
    """The browser to test with; where SQLSEL_BROWSER names one it has to be there."""
    named = os.environ.get("SQLSEL_BROWSER")
    if named is not None:
        assert shutil.which(named), f"SQLSEL_BROWSER={named!r} is no program"
        return named
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: install it, or name a browser in SQLSEL_BROWSER")
    return found


@contextmanager
def browser():
    """A headless browser."""
    path = browser_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield opened
        finally:
            opened.close()


@dataclass
class Watched:
    """What a page did that it should not."""

    complaints: list = field(default_factory=list)
    requests: list = field(default_factory=list)


@contextmanager
def opened(chromium, path):
    """A page of a file; it has to end without complaints and without a request."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    page, seen = context.new_page(), Watched()

    def told(message):
        if message.type in ("error", "warning") and _OF_THE_DRIVER not in message.text:
            seen.complaints.append(f"{message.type}: {message.text}")

    page.on("console", told)
    page.on("pageerror", lambda failure: seen.complaints.append(str(failure)))
    page.on("dialog", lambda dialog: (seen.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=true]")
    yield page
    context.close()
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith(("data:", "blob:")) and url != path.as_uri()] == []


def scroll_through(page):
    """Let every chart be drawn."""
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 800):
        page.evaluate(f"scrollTo(0, {top})")
        page.wait_for_timeout(30)
    page.wait_for_function("[...document.querySelectorAll('.chart')].every((each) => each.querySelector('svg'))")


def shown_points(page):
    """How many points the map shows."""
    return int(page.get_attribute("#map-plot", "data-shown"))


def place_of(page, name):
    """Where a point of the map is in the window, by its name."""
    return page.evaluate(
        """(name) => {
            const plot = document.getElementById("map-plot");
            plot.scrollIntoView({ block: "center", behavior: "instant" });
            const points = JSON.parse(document.getElementById("report-data").textContent).map.points;
            const at = points.name.indexOf(name);
            for (const trace of plot.data) {
                const place = trace.customdata.indexOf(at);
                if (place < 0) continue;
                const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
                const x = xaxis._offset + xaxis.l2p(trace.x[place]), y = yaxis._offset + yaxis.l2p(trace.y[place]);
                return { x: box.left + x, y: box.top + y };
            }
            return null;
        }""",
        name,
    )
