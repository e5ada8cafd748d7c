"""Where SIMILARITY has its queries from: a dataset and tag, some samples, or a file."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from sqlsel.config.findings import Finding
from sqlsel.config.inputs import EmbeddingsInput

if TYPE_CHECKING:
    from sqlsel.config.outline import Outline, Pair, Side

QUERY_SOURCES = ("dataset_id", "query_sample_ids", "query_file")
"""The fields of which SIMILARITY needs one."""

QUERY_FIELDS = (*QUERY_SOURCES, "tag_name")
"""The fields that only SIMILARITY has a use for."""

NOT_BESIDE = {"query_file": ("dataset_id", "tag_name", "query_sample_ids"), "query_sample_ids": ("tag_name",)}
"""Fields that name queries of their own, and those that have no place beside them."""


def check_sources(source: Side, kind: str) -> list[Finding]:
    """Whether the input of a strategy that compares with queries says once where they are."""
    given = [name for name in QUERY_FIELDS if source.data.get(name) is not None]
    if not any(name in QUERY_SOURCES for name in given):
        message = (
            f"missing 'dataset_id': {kind} needs the dataset that holds the queries, or instead of it "
            "'query_sample_ids' or 'query_file'"
        )
        return [Finding(source.path, message)]
    first = next((name for name in NOT_BESIDE if name in given), None)
    beside = [name for name in given if first is not None and name in NOT_BESIDE[first]]
    return [
        Finding((*source.path, name), f"{name!r} does not go with {first!r}: keep one of them", at_key=True)
        for name in beside
    ]


def with_whole_paths(outline: Outline, source: object, name: str) -> Outline:
    """The config with files of queries by absolute paths.

    Args:
        outline: The config.
        source: What it was read from: relative paths start at the folder of a file, else at the working directory.
        name: What the source is called; ``config`` where it is no file.
    """
    is_file = isinstance(source, PathLike) or (isinstance(source, str) and name != "config")
    folder = Path(fspath(source)).parent if is_file else Path()  # type: ignore[call-overload]
    return replace(outline, pairs=tuple(_with_whole_path(pair, folder) for pair in outline.pairs))


def _with_whole_path(pair: Pair, folder: Path) -> Pair:
    model = pair.input.model
    if not isinstance(model, EmbeddingsInput) or model.query_file is None:
        return pair
    whole = str((folder / model.query_file).absolute())
    return replace(pair, input=replace(pair.input, model=model.model_copy(update={"query_file": whole})))
