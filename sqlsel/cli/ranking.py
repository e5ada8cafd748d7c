"""The first rows of a selection as a table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from sqlsel.cli.printing import more_rows, write_table

if TYPE_CHECKING:
    from sqlsel.selection import Selection


def write_ranking(selection: Selection, out: BinaryIO, *, limit: int | None = None, rest_in: object = None) -> None:
    """Write rank, id, file name, gain and each objective's term; the id only where it is not the file name.

    Args:
        selection: The selection.
        out: Where to.
        limit: How many rows to show; how many more there are is said below them.
        rest_in: The file that holds them all, if there is one.
    """
    from sqlsel.exports.rows import Rows

    rows = Rows.of(selection.to_arrow(), "terms")
    shown, count = rows.head(limit)
    terms = rows.map_keys["terms"]
    ids = ["file_name"] if all(row["sample_id"] == row["file_name"] for row in shown) else ["sample_id", "file_name"]
    if ids[-1] == "file_name" and all(row["file_name"] is None for row in shown):
        ids = ["sample_id"]
    ids += ["object_index"] if "object_index" in rows.schema.names else []
    headers = ["rank", *ids, "gain", *terms]
    table = [
        [row["rank"], *(row[name] for name in ids), row["gain"], *((row["terms"] or {}).get(term) for term in terms)]
        for row in shown
    ]
    more = count - len(shown)
    write_table(headers, table, out, more=f"… {more:,} more in {rest_in}" if more and rest_in else more_rows(more))
