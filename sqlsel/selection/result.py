"""A selection as the caller holds it."""

from __future__ import annotations

import copy
import textwrap
from typing import TYPE_CHECKING, Any

from sqlsel.errors import UsageError
from sqlsel.selection.telling import WIDTH, selection_text, summary_text
from sqlsel.showing.selections import Pick, selection_html
from sqlsel.words import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from sqlsel.showing.pictures import Thumbnail

    WriteReport = Callable[[str | Path, Mapping[str, Any]], Path]
    """Called with the path, and how the report is made."""

_FIRST_SHOWN = 12


class Selection:
    """The samples that were chosen, in the order they were picked, and what came of each objective.

    Preselected samples are not part of it: they are in the tag.
    """

    def __init__(
        self,
        ranked: pa.Table,
        summary: Mapping[str, Any],
        compare: Callable[[bool], Mapping[str, Any]] | None = None,
        pictures: Callable[[Sequence[str]], Mapping[str, Thumbnail]] | None = None,
        report: WriteReport | None = None,
    ) -> None:
        self._ranked = ranked
        self._summary = summary
        self._compare = compare
        self._pictures = pictures
        self._report = report

    @property
    def dataset(self) -> str:
        """The dataset that was selected from."""
        return str(self._summary["dataset"])

    @property
    def tag(self) -> str | None:
        """The tag that holds the selection; None where nothing was written."""
        tag: str | None = self._summary["tag"]
        return tag

    @property
    def run_id(self) -> str | None:
        """The run's key in ``sqlsel.runs``; None where nothing was written."""
        run_id: str | None = self._summary["run_id"]
        return run_id

    @property
    def sample_ids(self) -> list[Any]:
        """Ids of the new picks, in pick order, in their own type; of objects those of their images, with repeats."""
        found: list[Any] = self._ranked.column("sample_id").to_pylist()
        return found

    @property
    def file_names(self) -> list[str]:
        """File names of the new picks, in pick order."""
        found: list[str] = self._ranked.column("file_name").to_pylist()
        return found

    @property
    def objects(self) -> list[tuple[Any, int]]:
        """Image id and object index of the new picks, in pick order; empty where whole samples were chosen."""
        if "object_index" not in self._ranked.column_names:
            return []
        return list(zip(self.sample_ids, self._ranked.column("object_index").to_pylist(), strict=True))

    @property
    def sequences(self) -> list[list[Any]]:
        """Ids of the frames of each sequence, in pick order; empty where samples were chosen one by one."""
        if self._summary.get("sequences") is None:
            return []
        length, ids = self._summary["sequences"]["length"], self.sample_ids
        return [ids[begin : begin + length] for begin in range(0, len(ids), length)]

    def __len__(self) -> int:
        """Number of new picks."""
        return int(self._ranked.num_rows)

    def to_arrow(self) -> pa.Table:
        """The ranked table: ``sample_id``, ``file_name``, ``rank`` (1 first), ``gain``, ``terms`` (a map).

        Where objects were chosen, ``object_index`` stands behind the ``sample_id``, which is the image's then.
        """
        return self._ranked

    def df(self) -> pd.DataFrame:
        """The ranked table as a pandas frame; ``terms`` are dicts.

        Raises:
            ImportError: If pandas is not installed.
        """
        frame: pd.DataFrame = self._ranked.to_pandas(maps_as_pydicts="strict")
        return frame

    def pl(self) -> pl.DataFrame:
        """The ranked table as a polars frame, without a copy of its numbers; ``terms`` as polars has maps.

        Raises:
            ImportError: If polars is not installed.
        """
        import polars as pl

        return pl.DataFrame(self._ranked)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The ranked table to any library that takes Arrow streams: ``polars.DataFrame(selection)``."""
        return self._ranked.__arrow_c_stream__(requested_schema)

    def summary(self, *, full: bool = False, exact: bool = False) -> dict[str, Any]:
        """What was asked, what each objective reached, why it stopped and what was left out, as plain values.

        Args:
            full: Add what costs time and needs the database open: for each objective the value of a random selection
                of the same size and of the objective alone (``random``, ``alone``), and how well the candidates are
                covered (``coverage``), as curves against n. ``sample`` tells how many candidates that looked at: a
                seeded sample of 50,000 where there are more.
            exact: With ``full``, look at all candidates.

        Raises:
            UsageError: If ``full`` is asked of a selection whose database is gone.
        """
        told = copy.deepcopy(dict(self._summary))
        if not full:
            return told
        if self._compare is None:
            raise UsageError("a full summary needs the database", hint="ask for it where the selection was made")
        found = copy.deepcopy(dict(self._compare(exact)))
        compared = found.pop("objectives")
        told["objectives"] = [{**objective, **compared[objective["name"]]} for objective in told["objectives"]]
        return {**told, **found}

    def report(
        self,
        path: str | Path,
        *,
        format: str | None = None,  # noqa: A002 - the name of the contract
        projection: str = "auto",
        thumbnails: int = 1_000,
    ) -> Path:
        """Write a report: what was asked and reached beside all candidates and a random selection, as one page.

        The page works without a network: styles, scripts, numbers and images are in the file. It needs the database
        open, and jinja2 and plotly (``pip install 'sqlsel[report]'``).

        Args:
            path: The file. One that exists is replaced once everything is written.
            format: ``html`` or ``json`` (the same numbers, without images); by default as the file is called.
            projection: The map of the embeddings: ``pca``, ``umap``, or ``auto`` for UMAP beside PCA where umap-learn
                is installed.
            thumbnails: The most images shown at the pointer; 0 leaves all images out.

        Returns:
            The path.

        Raises:
            UsageError: If a library is missing, the file may not be written, or the database is gone.
            SqlselError: If writing fails, as on a full disk; the file is then as it was.
        """
        if self._report is None:
            raise UsageError("a report needs the database", hint="ask for it where the selection was made")
        return self._report(path, {"format_name": format, "projection": projection, "thumbnails": thumbnails})

    def __str__(self) -> str:
        return summary_text(self._summary)

    def __repr__(self) -> str:
        names = [pick.name for pick in self._first_picks()]
        more = ", …" if len(self) > len(names) else ""
        first = textwrap.wrap(f"  first: {printable(', '.join(names))}{more}", WIDTH, subsequent_indent="    ")
        return "\n".join([str(self), *(first if names else [])])

    def _repr_html_(self) -> str:
        """What a notebook shows: what was asked and reached, and the first picks, as pictures where there are some."""
        picks = self._first_picks()
        names = [pick.name for pick in picks]
        pictures = {} if self._pictures is None else self._pictures(names)
        return selection_html(selection_text(self._summary), picks, len(self), pictures)

    def _first_picks(self) -> list[Pick]:
        rows = self._ranked.slice(0, _FIRST_SHOWN).to_pylist(maps_as_pydicts="strict")
        return [
            Pick(
                row["rank"],
                str(row["sample_id"] if row["file_name"] is None else row["file_name"]),
                row["gain"],
                row["terms"],
            )
            for row in rows
        ]
