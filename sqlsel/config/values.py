"""The kinds of value that fields of a config hold, with their limits."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, ClassVar, TypeGuard

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, Strict
from pydantic import WithJsonSchema as Schema

BIGGEST_INT = 2**63 - 1
BIGGEST_STRENGTH = 1e9

WITHOUT_CAMEL_NAME = frozenset({"stopping_condition_minimum_distance"})


@lru_cache(maxsize=256)
def camel_name(field: str) -> str:
    """The second name a field goes by: ``datasetId`` for ``dataset_id``; the same name where there is no second one."""
    if field in WITHOUT_CAMEL_NAME:
        return field
    first, *rest = field.split("_")
    return first + "".join(word.title() for word in rest)


class Part(BaseModel):
    """A frozen part of a config; refuses keys it does not know and takes each of them by either of its names."""

    keeps_null: ClassVar[frozenset[str]] = frozenset()
    """Optional fields in which null says something else than that they are left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, alias_generator=camel_name)


class Shares(Mapping[str, float]):
    """A frozen, hashable mapping from a class to its share, in the order it was written."""

    __slots__ = ("_shares",)

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._shares = dict(shares)

    def __getitem__(self, name: str) -> float:
        return self._shares[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shares)

    def __len__(self) -> int:
        return len(self._shares)

    def __hash__(self) -> int:
        return hash(frozenset(self._shares.items()))

    def __repr__(self) -> str:
        return f"Shares({self._shares!r})"


def tag_of_type(value: object) -> str | None:
    """The tag of a part that may be of several types; no type and no field is called so."""
    kind = value.get("type") if isinstance(value, Mapping) else getattr(value, "type", None)
    return f"<{kind}>" if isinstance(kind, str) else None


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value of a config is a number that can be kept."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _decimal(value: object) -> object:
    """A number as the decimal it is written as: 0.1 is one tenth, not the double nearest to it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Decimal(str(value))


Int = Annotated[int, Strict(), Field(ge=-BIGGEST_INT - 1, le=BIGGEST_INT)]
Count = Annotated[int, Strict(), Field(ge=1, le=BIGGEST_INT)]
Neighbors = Annotated[int, Strict(), Field(ge=2, le=BIGGEST_INT)]

Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
AtLeastZero = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False)]
Strength = Annotated[float, Strict(), Field(ge=-BIGGEST_STRENGTH, le=BIGGEST_STRENGTH, allow_inf_nan=False)]
Proportion = Annotated[
    Decimal,
    Strict(),
    BeforeValidator(_decimal),
    Field(gt=0, le=1, allow_inf_nan=False),
    PlainSerializer(float, return_type=float),
    Schema({"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
]

Text = Annotated[str, Strict(), Field(min_length=1)]


def _id_text(value: object) -> object:
    """An id as the text that it is compared by: 7 and "7" are one id."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


SampleId = Annotated[
    str,
    Strict(),
    BeforeValidator(_id_text),
    Field(min_length=1),
    Schema({"type": ["string", "integer"], "minLength": 1}),
]
TaskName = Annotated[str, Strict(), Field(min_length=1, pattern=r"^[a-zA-Z0-9_+=,.@:/-]*$")]
TagName = Annotated[str, Strict(), Field(min_length=3, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9 .:;=@_-]+$")]
