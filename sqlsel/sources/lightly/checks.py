"""How the files of a folder fit together: which image a JSON file is about, and which are about none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.errors import Problem
from sqlsel.sources.lightly.faults import LISTED
from sqlsel.sources.lightly.frames import uneven_frames
from sqlsel.sources.lightly.keys import METADATA
from sqlsel.sources.lightly.tasks import PREDICTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.sources.lightly.contents import Contents
    from sqlsel.sources.lightly.faults import Faults

_NAMED = 5


def check_places(contents: Contents, faults: Faults) -> None:
    """Refuse two images with one JSON file, as ``a.jpg`` and ``a.png`` have, where there is that file."""
    files = contents.json_files(labels=False)
    if files is None:
        return
    place = sql.column("place")
    shared = exp.select(place).from_(contents.names_scan()).group_by(place.copy())
    shared = shared.having(exp.GT(this=sql.count(), expression=sql.number(1)))
    stated = exp.Subquery(this=exp.select(place.copy()).from_(sql.subquery(files, "files")))
    there = exp.select(place.copy()).from_(sql.subquery(shared, "shared"))
    there = there.where(exp.In(this=place.copy(), query=stated))
    number, places = _first(contents, there, [place.copy()], LISTED)
    for at, first, last in _images_of(contents, [at for (at,) in places]):
        faults.add(last, f"{first} and {last} share the file {at}.json; give one of them another name")
    faults.count += number - len(places)


def _images_of(contents: Contents, places: list[str]) -> list[tuple[str, str, str]]:
    """Some places, each with the first and the last image that has it. Few: an engine keeps both in memory."""
    if not places:
        return []
    name, place = sql.column("file_name"), sql.column("place")
    images = exp.select(place, exp.Min(this=name), exp.Max(this=name.copy())).from_(contents.names_scan())
    images = images.where(exp.In(this=place.copy(), expressions=[sql.text(at) for at in places]))
    rows: list[tuple[str, str, str]] = contents.engine.rows(images.group_by(place.copy()).order_by(place.copy()))
    return rows


def check_names(contents: Contents, faults: Faults) -> None:
    """Refuse JSON files that do not say which image they are about, where there are no images that could tell."""
    number, files = _strays(contents, LISTED)
    for file in files:
        faults.add(file, "no image is here that tells the file name; add file_name")
    faults.count += number - len(files)


def stray_files(contents: Contents) -> Iterator[Problem]:
    """A notice if JSON files are about images that are not there."""
    number, files = _strays(contents, _NAMED)
    if number:
        what = "1 JSON file is" if number == 1 else f"{number:,} JSON files are"
        yield _notice(
            ".lightly", f"{what} about images that are not in the folder, and left out: {_few(files, number)}"
        )
    videos = contents.videos_without_frames()
    number, videos_named = _first(contents, videos, [sql.column("place")], _NAMED) if videos else (0, [])
    if number:
        what = "1 video" if number == 1 else f"{number:,} videos"
        names = _few([place for (place,) in videos_named], number)
        yield _notice(METADATA, f"metadata of {what} without frames in the folder left out: {names}")
    yield from uneven_frames(contents)
    number, files = _unknown_images(contents)
    if number:
        what = "1 image" if number == 1 else f"{number:,} images"
        yield _notice(f"task {contents.labels}", f"labels of {what} not in the folder left out: {_few(files, number)}")


def _strays(contents: Contents, limit: int) -> tuple[int, list[str]]:
    """JSON files whose place no sample has: how many, and the first few."""
    files = contents.json_files(labels=False)
    if files is None:
        return 0, []
    place, task = sql.column("place"), sql.column("task")
    names = exp.select(place.copy()).from_(contents.names_scan())
    query = exp.select(task, place).from_(sql.subquery(files, "files"))
    query = query.where(exp.Not(this=exp.In(this=place.copy(), query=exp.Subquery(this=names))))
    number, rows = _first(contents, query.distinct(), [task.copy(), place.copy()], limit)
    return number, [_shown(owner, at) for owner, at in rows]


def _shown(task: str | None, place: str) -> str:
    return f"{f'{PREDICTIONS}/{task}' if task else METADATA}/{place}.json"


def _unknown_images(contents: Contents) -> tuple[int, list[str]]:
    """Images that labels name and that are no samples: how many, and the first few."""
    files = contents.json_files()
    if contents.labels is None or files is None:
        return 0, []
    name = sql.column("file_name")
    known = exp.select(name.copy()).from_(contents.names_scan())
    query = exp.select(name).from_(sql.subquery(files, "files")).where(sql.column("task").eq(contents.labels))
    query = query.where(exp.Not(this=exp.In(this=name.copy(), query=exp.Subquery(this=known))))
    number, rows = _first(contents, query.distinct(), [name.copy()], _NAMED)
    return number, [row[0] for row in rows]


def _first(
    contents: Contents, query: exp.Select, order: list[exp.Expr], limit: int
) -> tuple[int, list[tuple[str, ...]]]:
    """The number of rows of a query and the first few of them."""
    rows = exp.select(_groups(), exp.Star()).from_(sql.subquery(query, "rows"))
    rows = rows.order_by(*(sql.ascending(term) for term in order)).limit(limit)
    found = contents.engine.rows(rows)
    return (found[0][0] if found else 0), [tuple(row[1:]) for row in found]


def _groups() -> exp.Expr:
    return sql.over(sql.count())


def _few(names: list[str], number: int) -> str:
    return f"{', '.join(names)}{' ...' if number > len(names) else ''}"


def _notice(where: str, message: str) -> Problem:
    return Problem(where, message, severity="notice")
