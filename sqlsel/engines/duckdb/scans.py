"""Table functions of DuckDB that read files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Sequence

_READERS = {"parquet": "read_parquet", "csv": "read_csv", "json": "read_json", "jsonl": "read_ndjson"}

# Types are told from the whole file: a type that the first rows suggest would fail on a later one.
_WHOLE_FILE = {"csv", "json", "jsonl"}


def file_scan(path: str, format_name: str, *, pattern: bool, text: Sequence[str] = ()) -> exp.Table:
    """The call that reads a file, or every file that a pattern names.

    Args:
        path: The path; the marks of patterns in it are taken literally unless ``pattern``.
        format_name: ``parquet``, ``csv``, ``json`` or ``jsonl``.
        pattern: Whether the path is a pattern. The columns of the files are united by name then.
        text: Columns of a csv that are read as text.
    """
    place = path if pattern else re.sub(r"[*?\[]", lambda mark: f"[{mark[0]}]", path)
    arguments: list[exp.Expr] = [exp.Literal.string(place)]
    if pattern:
        arguments.append(_option("union_by_name", exp.true()))
    if format_name in _WHOLE_FILE:
        arguments.append(_option("sample_size", exp.Neg(this=exp.Literal.number(1))))
    if text:
        kinds = [exp.PropertyEQ(this=_quoted(name), expression=exp.Literal.string("VARCHAR")) for name in text]
        arguments.append(_option("types", exp.Struct(expressions=kinds)))
    return exp.Table(this=exp.Anonymous(this=_READERS[format_name], expressions=arguments))


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _option(name: str, value: exp.Expr) -> exp.EQ:
    return exp.EQ(this=exp.to_identifier(name), expression=value)
