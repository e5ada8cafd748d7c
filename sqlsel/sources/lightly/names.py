"""The samples of a folder: its images, or what its other files are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.sources.images import IMAGE_SUFFIXES, VIDEO_SUFFIXES, suffix
from sqlsel.sources.lightly.frames import frame_name, is_frame
from sqlsel.sources.lightly.spool import Spool
from sqlsel.sources.lightly.walking import stem, walk

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from sqlsel.sources.lightly.contents import Contents
    from sqlsel.sources.lightly.faults import Faults


@dataclass(slots=True)
class Found:
    """Files that were found in a folder.

    Attributes:
        images: Number of images.
        videos: Number of videos.
        video: The first of them.
    """

    images: int = 0
    videos: int = 0
    video: str = ""


def spool_images(root: Path, path: Path, faults: Faults) -> Found:
    """Write ``file_name`` and ``place`` of every image in a folder into a parquet file.

    Args:
        root: The folder.
        path: The parquet file.
        faults: Takes names that cannot be used.
    """
    found = Found()
    with Spool(path, _schema()) as spool:
        for name in walk(root, faults):
            ending = suffix(name)
            if ending in IMAGE_SUFFIXES:
                found.images += 1
                spool.add([(name, stem(name))])
            elif ending in VIDEO_SUFFIXES:
                found.videos += 1
                found.video = found.video or name
    return found


def spool_stated(contents: Contents) -> int:
    """Write the names that the files of a folder without images state into ``contents.names``, each once.

    A file that states none and is about a frame of a video has the name that Lightly gives the frame.

    Returns:
        Number of names.
    """
    columns = [sql.column("file_name"), sql.column("place")]
    stated = [contents.json_files(), contents.vectors.rows if contents.vectors else None]
    number = 0
    with Spool(contents.names, _schema()) as spool:
        seen: list[exp.Query] = [exp.select(*columns).from_(sql.subquery(query, "stated")) for query in stated if query]
        if not seen:
            return 0
        every = seen[0] if len(seen) == 1 else exp.union(*seen, distinct=False)
        query = exp.select(*columns).distinct().from_(sql.subquery(every, "names"))
        nameless = exp.select(sql.number(1)).from_(sql.subquery(every.copy(), "names"))
        nameless = nameless.where(exp.and_(sql.absent(sql.column("file_name")), is_frame(sql.column("place"))))
        if contents.engine.rows(nameless.limit(1)):
            query = _with_frames(query)
        for batch in contents.engine.batches(query.where(sql.present(sql.column("file_name")))):
            spool.add(list(zip(*(column.to_pylist() for column in batch.columns), strict=True)))
            number += batch.num_rows
    return number


def _with_frames(names: exp.Select) -> exp.Select:
    """The names that are stated, and those of frames about which no file states any."""
    name, place = sql.column("file_name"), sql.column("place")
    known = sql.over(exp.Max(this=name), by=[place])
    stated = exp.select(name.copy(), place.copy(), exp.alias_(known, "known", quoted=True))
    frame = exp.and_(sql.absent(sql.column("known")), is_frame(place.copy()))
    named = exp.case().when(frame, frame_name(place.copy())).else_(name.copy())
    query = exp.select(exp.alias_(named, "file_name", quoted=True), place.copy())
    query = query.distinct().from_(sql.subquery(stated.from_(sql.subquery(names, "stated")), "names"))
    return exp.select(exp.Star()).from_(sql.subquery(query, "frames")).where(sql.present(name.copy()))


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema({"file_name": pa.string(), "place": pa.string()})
