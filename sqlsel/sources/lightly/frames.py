"""Frames of videos, by the names that Lightly gives them: ``clip-007-mp4`` is frame 7 of ``clip.mp4``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.datasets.fragments import named
from sqlsel.errors import Problem
from sqlsel.sources.images import VIDEO_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlsel.sources.lightly.contents import Contents

_ENDINGS = "|".join(sorted(ending.removeprefix(".") for ending in VIDEO_SUFFIXES))
# What a frame's place has behind that of its video, for engines and here; letter case of the ending is the same.
_BEHIND = rf"-([0-9]+)-(?i:{_ENDINGS})$"
_FRAME = re.compile(rf"(.+){_BEHIND}")
# Lightly writes frames as images of this kind.
_IMAGE = ".png"
_NAMED = 5


def video_of(place: str) -> str | None:
    """The place of the video that a place is a frame of; None if it is none."""
    match = _FRAME.match(place)
    return match[1] if match else None


def is_frame(place: exp.Expr) -> exp.Expr:
    """Whether a place is a frame's."""
    return sql.call("regexp_matches", place, sql.text(f".{_BEHIND}"))


def its_video(place: exp.Expr) -> exp.Expr:
    """The place of a frame's video; any other place as it is."""
    return sql.call("regexp_replace", place, sql.text(_BEHIND), sql.text(""))


def frame_name(place: exp.Expr) -> exp.Expr:
    """The file name of a frame."""
    return sql.call("concat", place, sql.text(_IMAGE))


def uneven_frames(contents: Contents) -> Iterator[Problem]:
    """A notice if files about the frames of one video have numbers of different lengths, so that some meet no image."""
    files = contents.json_files(labels=False)
    if files is None:
        return
    digits = sql.call("len", sql.call("regexp_extract", sql.column("place"), sql.text(_BEHIND), sql.number(1)))
    rows = exp.select(named(its_video(sql.column("place")), "video"), named(digits, "digits"))
    rows = rows.from_(sql.subquery(files, "files")).where(is_frame(sql.column("place")))
    least, most = exp.Min(this=sql.column("digits")), exp.Max(this=sql.column("digits"))
    videos = exp.select(sql.column("video"), least, most).from_(sql.subquery(rows, "frames"))
    videos = videos.group_by(sql.column("video")).having(exp.NEQ(this=least.copy(), expression=most.copy()))
    found = contents.engine.rows(videos.order_by(sql.ascending(sql.column("video"))).limit(_NAMED + 1))
    for video, low, high in found[:1]:
        more = f" (and {len(found) - 1}{' or more' if len(found) > _NAMED else ''} other videos)" if found[1:] else ""
        yield Problem(
            where=".lightly",
            message=f"frames of {video} have numbers of {low} to {high} digits{more}; Lightly pads them with zeros to "
            "the length of the number of frames",
            severity="notice",
        )
