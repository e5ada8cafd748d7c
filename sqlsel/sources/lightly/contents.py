"""What a folder holds, as relations that SQL can put together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlsel import nodes as sql
from sqlsel.sources.lightly.frames import is_frame, its_video

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlsel.engines.base import Engine
    from sqlsel.sources.lightly.keys import Tree
    from sqlsel.sources.lightly.vectors import Vectors

# What each of the parquet files is called in the queries.
_NAMES, _PREDICTIONS, _METADATA, _VIDEOS, _READINGS, _VECTORS = "n", "p", "m", "f", "r", "v"


@dataclass(frozen=True, slots=True)
class Contents:
    """A folder, read into parquet files; each is None if the folder has nothing of the kind.

    Attributes:
        engine: The session that reads them.
        names: ``file_name`` of every sample and its ``place``, which is the file name without suffix.
        predictions: As ``predictions.prediction_schema`` says.
        labels: The task whose predictions come from files of labels, which state the whole names of their images.
        metadata: As ``metadata.spool_metadata`` says; its keys are ``tree``.
        tree: The metadata keys.
        videos: Whether some metadata is about whole videos.
        readings: As ``readings.spool_readings`` says.
        vectors: The samples' vectors.
        objects: By task, the query for the vectors of its objects.
    """

    engine: Engine
    names: Path
    predictions: Path | None = None
    labels: str | None = None
    metadata: Path | None = None
    tree: Tree | None = None
    videos: bool = False
    readings: Path | None = None
    vectors: Vectors | None = None
    objects: Mapping[str, exp.Query] = field(default_factory=dict)

    def samples(self) -> exp.Select:
        """The samples: names, and a struct ``metadata`` of declared keys, the vector file's columns and readings."""
        name = sql.column("file_name", _NAMES)
        query = exp.select(
            exp.alias_(name, "sample_id", quoted=True), exp.alias_(name.copy(), "file_name", quoted=True)
        ).from_(self._scan(self.names, _NAMES))
        fields: dict[str, exp.Expr] = {}
        if self.metadata is not None:
            query, declared = self._with_metadata(query)
            fields |= {key: _extract(declared.copy(), key) for key in self.tree or {}}
        if self.vectors is not None and (extra := self.vector_keys()):
            query = _with_vectors(query, self.vectors)
            fields |= {key: _extract(sql.column("metadata", _VECTORS), key) for key in extra}
        if self.readings is not None:
            same = sql.column("file_name", _READINGS).eq(name.copy())
            query = query.join(self._scan(self.readings, _READINGS), on=same).where(sql.column("usable", _READINGS))
            fields["lightly"] = sql.column("lightly", _READINGS)
        if fields:
            pairs = [exp.PropertyEQ(this=sql.name(key), expression=value) for key, value in fields.items()]
            query = query.select(exp.alias_(exp.Struct(expressions=pairs), "metadata", quoted=True))
        return query

    def vector_keys(self) -> list[str]:
        """The vector file's columns that become metadata: those that no declared key is called like."""
        taken = {name.lower() for name in self.tree or {}} | ({"lightly"} if self.readings else set())
        return [key for key in self.vectors.metadata if key.lower() not in taken] if self.vectors else []

    def names_scan(self) -> exp.Expr:
        """``file_name`` and ``place`` of all samples, the unusable images among them."""
        return self._scan(self.names, _NAMES)

    def json_files(self, *, labels: bool = True) -> exp.Select | None:
        """``place`` and ``file_name`` of the JSON files, with their ``task``, NULL for metadata; None without any.

        With ``labels``, those of the labels too, as if each image had a file.
        """
        files: exp.Select | None = None
        columns = [sql.column("place"), sql.column("file_name")]
        if self.predictions is not None:
            files = exp.select(*columns, sql.column("task")).from_(self._scan(self.predictions, _PREDICTIONS))
            if self.labels is not None and not labels:
                files = files.where(sql.column("task").neq(self.labels))
        if self.metadata is not None:
            no_task = exp.alias_(exp.cast(exp.Null(), "TEXT"), "task", quoted=True)
            about = exp.select(*(c.copy() for c in columns), no_task).from_(self._scan(self.metadata, _METADATA))
            about = about.where(sql.present(sql.column("place"))).where(exp.Not(this=sql.column("video")))
            files = (
                about
                if files is None
                else exp.select(exp.Star()).from_(sql.subquery(exp.union(files, about, distinct=False), "files"))
            )
        return files

    def videos_without_frames(self) -> exp.Select | None:
        """``place`` of the videos that metadata is about and that have no frame among the samples; None without any."""
        if self.metadata is None or not self.videos:
            return None
        place = sql.column("place", _NAMES)
        frames = exp.select(its_video(place)).from_(self.names_scan()).where(is_frame(place.copy()))
        here = exp.In(this=sql.column("place", _VIDEOS), query=exp.Subquery(this=frames))
        query = exp.select(sql.column("place", _VIDEOS)).from_(self._scan(self.metadata, _VIDEOS))
        return query.where(sql.column("video", _VIDEOS)).where(exp.Not(this=here))

    def unusable(self, name: exp.Expr) -> exp.Expr | None:
        """Whether a file name is that of an image that cannot be decoded; None where images are not looked into."""
        if self.readings is None:
            return None
        query = exp.select(sql.column("file_name")).from_(self._scan(self.readings, _READINGS))
        query = query.where(exp.Not(this=sql.column("usable")))
        return exp.In(this=name, query=exp.Subquery(this=query))

    def embeddings(self) -> dict[str, exp.Query]:
        """By name, the vectors of the samples, and of whatever else the file has vectors of."""
        if self.vectors is None:
            return {}
        return {name: self._embedding(self.vectors, query) for name, query in self.vectors.embeddings.items()}

    def _embedding(self, file: Vectors, embedding: exp.Query) -> exp.Query:
        vectors, name = sql.subquery(embedding, "e"), sql.varchar(sql.column("sample_id", "e"))
        query = exp.select().from_(vectors)
        if file.renamed:
            name = sql.column("file_name", _VECTORS)
            same = sql.column("sample_id", "e").eq(sql.column("sample_id", _VECTORS))
            query = query.join(sql.subquery(file.rows, _VECTORS), on=same)
        query = query.select(exp.alias_(name, "sample_id", quoted=True), sql.column("embedding", "e"))
        return self._usable(query, name)

    def predicted(self) -> exp.Select | None:
        """The predictions of those samples, in the columns of the predictions table."""
        if self.predictions is None:
            return None
        columns = ("task", "object_index", "category", "score", "probabilities", "bbox", "area", "keypoint_confidence")
        same: exp.Expr = sql.column("place", _PREDICTIONS).eq(sql.column("place", _NAMES))
        name = sql.column("file_name", _NAMES)
        if self.labels is not None:
            no_label = sql.column("task", _PREDICTIONS).neq(self.labels)
            stated = sql.column("file_name", _PREDICTIONS).eq(name.copy())
            same = exp.and_(same, exp.or_(no_label, stated))
        query = (
            exp.select(
                exp.alias_(name, "sample_id", quoted=True), *(sql.column(column, _PREDICTIONS) for column in columns)
            )
            .from_(self._scan(self.predictions, _PREDICTIONS))
            .join(self._scan(self.names, _NAMES), on=same)
        )
        return self._usable(query, name)

    def _usable(self, query: exp.Select, name: exp.Expr) -> exp.Select:
        unusable = self.unusable(name.copy())
        return query if unusable is None else query.where(exp.Not(this=unusable))

    def _with_metadata(self, query: exp.Select) -> tuple[exp.Select, exp.Expr]:
        """The query with metadata and the defaults for samples without a file, and what a sample then has."""
        assert self.metadata is not None
        whole = exp.select(sql.column("metadata")).from_(self._scan(self.metadata, "d"))
        defaults = whole.where(sql.absent(sql.column("place", "d")))
        own, place = sql.column("place", _METADATA).eq(sql.column("place", _NAMES)), sql.column("place", _NAMES)
        same = exp.and_(own, exp.Not(this=sql.column("video", _METADATA)))
        query = sql.left_join(query, self._scan(self.metadata, _METADATA), same)
        found = [sql.column("metadata", _METADATA), sql.column("metadata", "d")]
        if self.videos:
            of_video = sql.column("place", _VIDEOS).eq(its_video(place))
            is_its = exp.and_(of_video, sql.column("video", _VIDEOS), is_frame(place.copy()))
            query = sql.left_join(query, self._scan(self.metadata, _VIDEOS), is_its)
            found.insert(1, sql.column("metadata", _VIDEOS))
        query = query.join(sql.subquery(defaults, "d"), join_type="cross")
        return query, sql.call("coalesce", *found)

    def _scan(self, path: Path, name: str) -> exp.Expr:
        return exp.alias_(self.engine.scan(str(path), "parquet"), name, table=True, quoted=True)


def _with_vectors(query: exp.Select, vectors: Vectors) -> exp.Select:
    """The query with the vector file's metadata; of a name that occurs twice any one, as the vectors are refused."""
    chosen = exp.alias_(exp.AnyValue(this=sql.column("metadata")), "metadata", quoted=True)
    rows = exp.select(sql.column("file_name"), chosen).from_(sql.subquery(vectors.rows, "rows"))
    same = sql.column("file_name", _VECTORS).eq(sql.column("file_name", _NAMES))
    return sql.left_join(query, sql.subquery(rows.group_by(sql.column("file_name")), _VECTORS), same)


def _extract(struct: exp.Expr, key: str) -> exp.Expr:
    return sql.call("struct_extract", struct, sql.text(key))
