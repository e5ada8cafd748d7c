"""Sheets of paper with several digits on them, and how the digits on a sheet are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sqlsel.demo.handwriting import SIDE

if TYPE_CHECKING:
    import numpy.typing as npt

    from sqlsel.demo.handwriting import Digits, Images

    Cells = npt.NDArray[np.float64]

HEIGHT, WIDTH = 30, 40
"""Cells of a sheet."""

PAPERS = ("plain", "ruled", "dark")

_MOST_DIGITS = 7
_BETWEEN = 2
_LINES_EVERY, _LINE_INK = 6, 0.19
_GRAIN = 0.04
_FOUND_AT = 0.25
_SMALLEST = 5


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One sheet.

    Attributes:
        brightness: ``(30, 40)`` of each cell, 0 black to 1 white.
        paper: Kind of the paper.
        written: Number of digits on it; some sheets have none.
    """

    brightness: Cells
    paper: str
    written: int


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """One digit that was found on a sheet.

    Attributes:
        box: Column, row, width and height of its ink, in cells.
        ink: ``(8, 8)`` the cells around it, 0..1.
    """

    box: tuple[int, int, int, int]
    ink: Cells


def write_sheets(digits: Digits, count: int, seed: int) -> list[Sheet]:
    """Sheets with up to seven of the digits at random places; the same for the same seed."""
    generator = np.random.default_rng(seed)
    sheets = [_write_sheet(digits, generator) for _ in range(count)]
    # an empty sheet still is not the very same as another
    grain = np.random.default_rng((seed, count))
    return [sheet if sheet.written else _grained(sheet, grain) for sheet in sheets]


def _grained(sheet: Sheet, generator: np.random.Generator) -> Sheet:
    brightness = np.abs(sheet.brightness - _GRAIN * generator.random(sheet.brightness.shape))
    return Sheet(brightness, sheet.paper, sheet.written)


def _write_sheet(digits: Digits, generator: np.random.Generator) -> Sheet:
    paper = PAPERS[generator.choice(len(PAPERS), p=[0.6, 0.25, 0.15])]
    ink = np.zeros((HEIGHT, WIDTH))
    taken = np.zeros((HEIGHT, WIDTH), dtype=np.bool_)
    wanted, written = int(generator.integers(0, _MOST_DIGITS + 1)), 0
    for _ in range(8 * wanted):
        top = int(generator.integers(1, HEIGHT - SIDE))
        left = int(generator.integers(1, WIDTH - SIDE))
        around = (
            slice(max(top - _BETWEEN, 0), top + SIDE + _BETWEEN),
            slice(max(left - _BETWEEN, 0), left + SIDE + _BETWEEN),
        )
        if written < wanted and not taken[around].any():
            ink[top : top + SIDE, left : left + SIDE] = digits.ink[generator.integers(len(digits))]
            taken[top : top + SIDE, left : left + SIDE] = True
            written += 1
    if paper == "ruled":
        ink[_LINES_EVERY - 1 :: _LINES_EVERY] = np.maximum(ink[_LINES_EVERY - 1 :: _LINES_EVERY], _LINE_INK)
    return Sheet(ink if paper == "dark" else 1 - ink, paper, written)


def find_digits(sheet: Sheet) -> list[Found]:
    """The connected patches of ink on a sheet, from the top left; nothing but its brightness is looked at."""
    ink = sheet.brightness if np.median(sheet.brightness) < 0.5 else 1 - sheet.brightness
    padded = np.pad(ink, SIDE)
    found = []
    for patch in _patches(ink > _FOUND_AT):
        if len(patch) < _SMALLEST:
            continue
        (top, left), (bottom, right) = patch.min(axis=0), patch.max(axis=0) + 1
        row = SIDE + (top + bottom - SIDE + 1) // 2
        column = SIDE + (left + right - SIDE + 1) // 2
        around = padded[row : row + SIDE, column : column + SIDE]
        found.append(Found((int(left), int(top), int(right - left), int(bottom - top)), around))
    return found


def _patches(dark: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.int64]]:
    """The cells of each group of dark cells that touch, if only at a corner."""
    left = {(int(row), int(column)) for row, column in np.argwhere(dark)}
    patches = []
    for start in sorted(left):
        if start not in left:
            continue
        patch, edge = [], [start]
        left.remove(start)
        while edge:
            row, column = edge.pop()
            patch.append((row, column))
            near = {(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)} & left
            left -= near
            edge += near
        patches.append(np.array(patch))
    return patches


def coarse(sheets: list[Sheet]) -> Images:
    """``(n, 80)`` mean brightness of blocks of 3 x 5 cells: what a sheet looks like from afar."""
    blocks = np.stack([sheet.brightness for sheet in sheets]).reshape(len(sheets), 10, 3, 8, 5)
    means: Images = blocks.mean(axis=(2, 4)).reshape(len(sheets), -1)
    return means


def paper_features(sheets: list[Sheet]) -> Images:
    """``(n, 3)`` what tells papers apart: the median brightness, and its spread over cells and over rows."""
    cells = np.stack([sheet.brightness for sheet in sheets])
    rows = np.median(cells, axis=2)
    return np.stack([np.median(cells, axis=(1, 2)), cells.std(axis=(1, 2)), rows.std(axis=1)], axis=1)
