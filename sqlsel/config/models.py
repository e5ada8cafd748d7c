"""The declaration: what the chosen samples should be, as frozen models.

The models hold the structure: names, types, words and limits of single fields. What holds between fields is checked
where a config is read, so build them with ``read_config`` unless the values are known to be right.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from sqlsel.config.inputs import Input  # noqa: TC001 - pydantic evaluates the annotations
from sqlsel.config.limits import Limit  # noqa: TC001
from sqlsel.config.path_regex import PathRegexText  # noqa: TC001
from sqlsel.config.strategies import Strategy  # noqa: TC001
from sqlsel.config.tiling import TilingTask  # noqa: TC001
from sqlsel.config.values import Count, Part, Proportion, TaskName

if TYPE_CHECKING:
    from os import PathLike


class Objective(Part):
    """One input and what is wanted of it."""

    input: Input = Field(description="What the objective looks at.")
    strategy: Strategy = Field(description="What it wants of that.")

    def to_dict(self) -> dict[str, Any]:
        """The objective as plain values that JSON can hold, by snake_case names and without defaults."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def __repr__(self) -> str:
        from sqlsel.config.building.code import objective_code

        return objective_code(self)

    __str__ = __repr__


class HowMany(Part):
    """How many samples to choose: exactly one of a number and a share."""

    n_samples: Count | None = Field(
        default=None, description="The most samples that may be newly chosen; fewer if there are fewer candidates."
    )
    proportion_samples: Proportion | None = Field(
        default=None,
        description="Share of the whole dataset to choose, above 0 and up to 1; rounded half up, at least 1 sample.",
    )


class What(Part):
    """What is chosen: samples as they were ingested, or the objects on them."""

    select_objects_of: TaskName | None = Field(
        default=None,
        description="Choose single objects of this task instead of whole samples. Each object is a sample with its "
        "own embedding, prediction and scores, beside the metadata and the other tasks' predictions of its image.",
    )


class InSequences(Part):
    """Whether samples are chosen one by one or as sequences of frames."""

    selected_sequence_length: Count | None = Field(
        default=None,
        description="Choose sequences of this many frames of a video, or of a folder in the order of the names in it; "
        "n_samples counts frames and is a multiple of it.",
    )


class FromFileNames(Part):
    """Metadata that file names hold."""

    lightly_path_regex: PathRegexText | None = Field(
        default=None,
        description="A regular expression that is searched in the file names; each of its named groups is a metadata "
        "key: (?P<camera>[^/]+)/.* gives the key camera.",
    )


class Config(FromFileNames, What, InSequences, HowMany):
    """How many samples to choose, and the objectives they should meet together."""

    strategies: Annotated[tuple[Objective, ...], Field(min_length=1)] = Field(
        description="The objectives. Thresholds are applied first, all others together; their order does not matter."
    )
    auto_tasks: tuple[TilingTask, ...] | None = Field(
        default=None, description="Tasks whose objects are tiles, for inputs on the embeddings of these."
    )
    limits: Annotated[tuple[Limit, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="Keys of whose values, or tasks of whose predicted classes, a selection has so many samples and no "
        "more, whatever the objectives want.",
    )

    def to_dict(self) -> dict[str, Any]:
        """The config as plain values that JSON can hold, by snake_case names and without defaults.

        Reading the result gives an equal config.
        """
        return self.model_dump(mode="json", exclude_defaults=True)

    def to_json(self, path: str | PathLike[str] | None = None) -> str:
        """The config as JSON text, for a file where a path is given; reading it gives an equal config."""
        text = json.dumps(self.to_dict(), indent=4, ensure_ascii=False)
        if path is not None:
            Path(path).write_text(f"{text}\n", encoding="utf-8")
        return text

    def __repr__(self) -> str:
        from sqlsel.config.building.code import config_code

        return config_code(self)

    __str__ = __repr__
