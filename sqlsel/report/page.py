"""The page of a report: one file with its styles, its scripts, its numbers and its images."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sqlsel.datasets.imagery import image_folders
from sqlsel.errors import UsageError
from sqlsel.report.points import boxes_of, names_of
from sqlsel.report.thumbnails import LARGE, MOST_BYTES, SMALL, Wanted, read_thumbnails
from sqlsel.sources.images import can_measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlsel.engines.base import Engine
    from sqlsel.report.building import Report
    from sqlsel.report.subject import ReportOptions, Subject
    from sqlsel.selection.outcome import Progress
    from sqlsel.showing.pictures import Thumbnail

_HERE = Path(__file__).parent
STYLES = ("page.css",)
SCRIPTS = ("theme.js", "charts.js", "distributions.js", "curves.js", "points.js", "map.js", "start.js")
MOST_PAGE = 14_500_000
"""Images have room up to this size of the page, in bytes; it has to open at once, and to fit into a mail."""
_LIBRARIES = {"jinja2": "jinja2", "plotly": "plotly"}


def check_page_libraries() -> None:
    """Raise UsageError if a library that makes the page is not installed."""
    missing = [name for name, module in _LIBRARIES.items() if find_spec(module) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise UsageError(
            f"a report as a page needs {' and '.join(missing)}, which {verb} not installed",
            hint="pip install 'sqlsel[report]', or write report.json, which needs nothing",
        )


def page_html(engine: Engine, subject: Subject, report: Report, options: ReportOptions, progress: Progress) -> str:
    """The page. It loads nothing from anywhere, and says so to the browser, which then refuses to."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from sqlsel.report.wording import FILTERS

    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    library, scripts = _plotly(), _script(SCRIPTS)
    room = MOST_PAGE - len(library) - len(scripts) - len(embedded(report.told))
    images = _images(engine, subject, report, options, min(room, MOST_BYTES), progress)
    small = {number: made.uri for number, made in images["small"].items()}
    return environment.get_template("report.html.jinja").render(
        report=report.told,
        config_text=json.dumps(report.told["config"], indent=2, ensure_ascii=False),
        images=images["large"],
        data=Markup(embedded({**report.told, "thumbnails": small})),  # noqa: S704 - escaped for a script
        style=Markup("\n".join(_static(name) for name in STYLES)),  # noqa: S704 - the project's own file
        scripts=[Markup(text) for text in (library, scripts)],  # noqa: S704 - likewise
        policy=content_policy((library, scripts)),
    )


def embedded(value: object) -> str:
    """JSON that can stand in a script element of HTML whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def content_policy(scripts: Iterable[str]) -> str:
    """What the browser may do for the page: run these scripts and no others, and ask the network for nothing.

    The map's library compiles its drawing code at run time, which needs ``unsafe-eval``.
    """
    hashes = " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts)
    return (
        f"default-src 'none'; script-src {hashes} 'unsafe-eval'; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _images(
    engine: Engine, subject: Subject, report: Report, options: ReportOptions, room: int, progress: Progress
) -> dict[str, Mapping[str, Thumbnail]]:
    """Large images by what the sample is called, and small ones by the number of the point on the map."""
    if not options.thumbnails or not can_measure():
        return {"large": {}, "small": {}}
    table, told = report.pool.table, report.told
    names, files = names_of(table), table.column("file_name").to_pylist()
    boxes = boxes_of(report.pool, np.arange(len(names)))
    place = {name: row for row, name in enumerate(names)}
    pairs = (told["near"] or {}).get("pairs", ())
    large = [each["name"] for each in told["gallery"]]
    large += [pair[side] for pair in pairs for side in ("selected", "left_out")]
    wanted = [
        Wanted(f"L{name}", files[place[name]], _box(boxes[place[name]]), LARGE)
        for name in dict.fromkeys(large)
        if name in place and files[place[name]] is not None
    ]
    shown = report.shown if told["map"] is not None else ()
    for number, row in _spread(shown, told["map"], options.thumbnails):
        if files[row] is not None:
            wanted.append(Wanted(f"S{number}", files[row], _box(boxes[row]), SMALL))
    found = read_thumbnails(image_folders(engine, subject.facts.name), wanted, room, progress)
    return {
        "large": {key[1:]: made for key, made in found.items() if key.startswith("L")},
        "small": {key[1:]: made for key, made in found.items() if key.startswith("S")},
    }


def _spread(shown: Any, told: Mapping[str, Any] | None, most: int) -> list[tuple[int, int]]:  # noqa: ANN401
    """Which points get an image: half of them picks, as far as there are so many, the rest the others in turn."""
    if told is None:
        return []
    picks = told["selected"]["shown"]
    own = min(picks, max(most // 2, most - (len(shown) - picks)))
    numbers = [*range(own), *range(picks, min(len(shown), picks + most - own))]
    return [(number, int(shown[number])) for number in numbers]


def _box(box: list[float] | None) -> tuple[float, float, float, float] | None:
    return None if not box else (box[0], box[1], box[2], box[3])


def _static(name: str) -> str:
    return (_HERE / "static" / name).read_text(encoding="utf-8")


def _script(names: Iterable[str]) -> str:
    parts = "\n".join(_static(name) for name in names)
    return f'(() => {{\n"use strict";\n{parts}\n}})();'


def _plotly() -> str:
    """The library that draws, as it is installed."""
    spec = find_spec("plotly")
    assert spec is not None and spec.origin is not None
    return (Path(spec.origin).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8")
