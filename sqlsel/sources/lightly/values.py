"""The types that metadata values can have, and how each is read from JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlsel.sources.lightly.documents import kind
from sqlsel.sources.lightly.faults import BadFileError
from sqlsel.sources.lightly.walking import is_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from sqlsel.facts import KeyKind

_EPOCH = datetime(1970, 1, 1)
# Unix times from here on are milliseconds: as seconds they would lie beyond the year 5000.
_MILLISECONDS = 1e11


@dataclass(frozen=True, slots=True)
class ValueType:
    """One type of metadata.

    Attributes:
        kind: What sqlsel calls it.
        categorical: Whether the type says that its values are categories; None if it says neither.
        arrow: Name of its Arrow type.
        read: Takes a value from JSON that is not null; raises BadFileError if it is not of the type.
    """

    kind: KeyKind
    categorical: bool | None
    arrow: str
    read: Callable[[Any], Any]

    def arrow_type(self) -> pa.DataType:
        """The Arrow type of the values."""
        import pyarrow as pa

        return pa.timestamp("us") if self.arrow == "timestamp" else pa.type_for_alias(self.arrow)


def value_type(name: object) -> ValueType:
    """The type of a ``valueDataType``. ``NUMERICAL_`` is read as ``NUMERIC_``.

    Raises:
        BadFileError: If there is no such type.
    """
    found = _TYPES.get(name.replace("NUMERICAL_", "NUMERIC_")) if isinstance(name, str) else None
    if found is None:
        raise BadFileError(f"should be one of {', '.join(_TYPES)}, not {kind(name)}", "valueDataType")
    return found


def _whole(value: Any) -> int:  # noqa: ANN401 - whatever the JSON holds
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise BadFileError(f"should be a whole number, not {kind(value)}")
    if not -(2**63) <= value < 2**63:
        raise BadFileError(f"should be a whole number of 64 bits, not {kind(value)}")
    return value


def _number(value: Any) -> float:  # noqa: ANN401 - whatever the JSON holds
    if type(value) not in (int, float):
        raise BadFileError(f"should be a number, not {kind(value)}")
    try:
        return float(value)
    except OverflowError:
        raise BadFileError(f"should be a number of double precision, not {kind(value)}") from None


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the JSON holds
    if not isinstance(value, str) or not is_text(value):
        raise BadFileError(f"should be a text, not {kind(value)}")
    return value


def _boolean(value: Any) -> bool:  # noqa: ANN401 - whatever the JSON holds
    if not isinstance(value, bool):
        raise BadFileError(f"should be true or false, not {kind(value)}")
    return value


def _time(value: Any) -> datetime:  # noqa: ANN401 - whatever the JSON holds
    """A time without a zone: ISO 8601 text, brought to UTC if it has a zone, or seconds or milliseconds since 1970."""
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
        if type(value) in (int, float):
            return _EPOCH + timedelta(seconds=value / 1000 if abs(value) >= _MILLISECONDS else value)
    except (ValueError, OverflowError):
        pass
    raise BadFileError(f"should be a time (ISO 8601, or seconds or milliseconds since 1970), not {kind(value)}")


_TYPES = {
    "NUMERIC_INT": ValueType("integer", False, "int64", _whole),
    "NUMERIC_FLOAT": ValueType("number", False, "float64", _number),
    "CATEGORICAL_INT": ValueType("integer", True, "int64", _whole),
    "CATEGORICAL_STRING": ValueType("text", True, "string", _text),
    "CATEGORICAL_BOOLEAN": ValueType("boolean", True, "bool", _boolean),
    "CATEGORICAL_DATETIME": ValueType("timestamp", True, "timestamp", _time),
    "CATEGORICAL_TIMESTAMP": ValueType("timestamp", True, "timestamp", _time),
    "OTHER_STRING": ValueType("text", None, "string", _text),
}
