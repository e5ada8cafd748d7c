"""HTML elements. Text is escaped wherever it goes in, so that no file name and no value becomes markup."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sqlsel.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_EMPTY = frozenset({"img"})

_STYLE = """
.sqlsel{font:13px/1.45 system-ui,sans-serif;color:inherit;max-width:70em}
.sqlsel h4{font-size:14px;margin:.3em 0}
.sqlsel p{margin:.2em 0}
.sqlsel .dim{opacity:.7}
.sqlsel .warn{border-left:3px solid #d97706;padding-left:.5em}
.sqlsel table{border-collapse:collapse;margin:.4em 0;background:transparent;color:inherit}
.sqlsel th,.sqlsel td{text-align:left;vertical-align:top;padding:.15em .8em .15em 0;
border-bottom:1px solid rgba(128,128,128,.35);background:transparent;color:inherit}
.sqlsel th{font-weight:600}
.sqlsel td.number{text-align:right;font-variant-numeric:tabular-nums}
.sqlsel .pictures{display:flex;flex-wrap:wrap;gap:.6em;margin:.5em 0}
.sqlsel figure{margin:0;width:104px}
.sqlsel figure img{width:104px;height:104px;object-fit:contain;background:rgba(128,128,128,.15);border-radius:3px}
.sqlsel figure img.small{image-rendering:pixelated}
.sqlsel figcaption{font-size:11px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.sqlsel pre{white-space:pre-wrap;margin:.4em 0;background:transparent;color:inherit;font-size:12px}
.sqlsel summary{cursor:pointer}
"""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, *children: object, **attributes: object) -> Markup:
    """One element; children that are no markup are text. ``class_`` is the attribute ``class``."""
    named = "".join(f' {name.rstrip("_")}="{_text(value)}"' for name, value in attributes.items() if value is not None)
    if tag in _EMPTY:
        return Markup(f"<{tag}{named}>")
    return Markup(f"<{tag}{named}>{joined(children)}</{tag}>")


def joined(parts: Iterable[object]) -> Markup:
    """Parts one behind the other."""
    return Markup("".join(part if isinstance(part, Markup) else _text(part) for part in parts))


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """A table; numbers stand to the right, None is left blank."""
    head = element("tr", *(element("th", header, scope="col") for header in headers))
    body = (element("tr", *map(_cell, row)) for row in rows)
    return element("table", element("thead", head), element("tbody", *body))


def page(*parts: Markup) -> Markup:
    """What a notebook shows, with its style: colours are those of the notebook, whether light or dark."""
    return element("div", element("style", Markup(_STYLE)), *parts, class_="sqlsel")


def _cell(value: object) -> Markup:
    if isinstance(value, Markup):
        return element("td", value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return element("td", "" if value is None else value)
    return element("td", f"{value:,}" if isinstance(value, int) else f"{value:.4g}", class_="number")


def _text(value: object) -> str:
    lines = str(value).split("\n")
    return "\n".join(escape(printable(line)) for line in lines)
