"""Worked examples at the end of a command's help. Every one of them runs beside the files of ``sqlsel demo``."""

from __future__ import annotations

COMMAND = "sqlsel "


def examples(*lines: str) -> str:
    """The epilog of a command: what an example does on one line, the commands that do it on the next ones.

    Args:
        lines: Commands, which start with ``sqlsel`` or are the rest of one that ends in a backslash, and between them
            what they do.
    """
    shown: list[str] = []
    for line in lines:
        is_command = line.startswith((COMMAND, " ", "cat "))
        shown.append(f"  {line}" if is_command else f"  # {line}")
    # click leaves the line breaks of a paragraph alone that starts with this mark
    return "\n".join(["\b", "Examples:", *shown])
