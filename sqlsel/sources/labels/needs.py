"""The package that reads label files, if it is there."""

from __future__ import annotations

from importlib.util import find_spec

from sqlsel.errors import UsageError


def can_read_labels() -> bool:
    """Whether labelformat is installed."""
    return find_spec("labelformat") is not None


def require_labelformat(name: str, format_name: str) -> None:
    """Raise UsageError if labelformat is not installed.

    Args:
        name: The source.
        format_name: Its format.
    """
    if not can_read_labels():
        raise UsageError(
            f"{name}: {format_name} labels are read with the package labelformat, which is not installed",
            hint="pip install 'sqlsel[formats]'",
        )
