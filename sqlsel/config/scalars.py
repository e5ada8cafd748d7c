"""A place in a JSON text, and reading on from there: over spaces, comments and single values."""

from __future__ import annotations

import json
import math
from typing import Any

from sqlsel.config.faults import Fault, describe, lone_surrogate, misread_word, number_fault, string_fault
from sqlsel.config.places import Lines, Offset
from sqlsel.config.tokens import CONSTANTS, GAP, NUMBER, OTHER_QUOTES, STRING, WORD
from sqlsel.words import shorten, show

MOST_FAULTS = 100

_NO_GAP = frozenset('"{}[],:0123456789')


class StopReadingError(Exception):
    """A fault after which the rest of the text means nothing."""

    def __init__(self, offset: Offset, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(offset, message)


class Scalars:
    """Reads from ``at`` on and moves it; collects the faults it can go on after, raises StopReadingError at others."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.faults: list[Fault] = []
        self._lines: Lines | None = None

    def place(self, offset: Offset) -> str:
        """Line and column, for a message that points to another place."""
        self._lines = self._lines or Lines(self.text)
        line, column = self._lines.place(offset)
        return f"{line}:{column}"

    def fault(self, offset: Offset, message: str) -> None:
        """Note what is wrong and go on."""
        if len(self.faults) == MOST_FAULTS:
            raise StopReadingError(offset, f"{message}; after {MOST_FAULTS} other faults the rest was not read")
        self.faults.append(Fault(offset, message))

    def next(self) -> str:
        """Skip space and comments; the character that follows, empty at the end of the text."""
        char = self.text[self.at : self.at + 1]
        if char in _NO_GAP:
            return char
        match = GAP.match(self.text, self.at)
        assert match is not None
        self.at = match.end()
        char = self.text[self.at : self.at + 1]
        if char == "/" and self.text.startswith("/*", self.at):
            raise StopReadingError(self.at, "this comment is never closed; end it with */")
        return char

    def string(self) -> str:
        """Read a string in double quotes."""
        start = self.at
        match = STRING.match(self.text, start)
        if match is None:
            stop = string_fault(self.text, start)
            raise StopReadingError(stop.offset, stop.message)
        self.at = match.end()
        inner = self.text[start + 1 : self.at - 1]
        if "\\" not in inner:
            return inner
        decoded: str = json.loads(match.group())
        if lone_surrogate(decoded) is not None:
            self.fault(start, "this string holds half of a surrogate pair, which no text can hold")
        return decoded

    def other_quotes(self) -> str:
        """Read a string in quotes that JSON does not know."""
        match = OTHER_QUOTES.match(self.text, self.at)
        if match is None:
            raise StopReadingError(self.at, f"expected text in double quotes, found {describe(self.text, self.at)}")
        content = str(match.group(1) if match.group(1) is not None else match.group(2))
        self.fault(
            self.at, f"expected double quotes, found {show(match.group())}; write {json.dumps(shorten(content))}"
        )
        self.at = match.end()
        return content

    def word(self) -> Any:  # noqa: ANN401 - any plain value
        """Read a number or one of true, false, null; nan for a number that cannot be kept."""
        match = WORD.match(self.text, self.at)
        word = match.group() if match else ""
        if word in CONSTANTS:
            self.at += len(word)
            return CONSTANTS[word]
        number = NUMBER.fullmatch(word)
        if number is not None:
            return self._number(word, is_whole=number.lastindex is None)
        misread = misread_word(word)
        if misread is None:
            quotes = "; text stands in double quotes" if word.isidentifier() else ""
            raise StopReadingError(self.at, f"expected a value, found {describe(self.text, self.at)}{quotes}")
        self.fault(self.at, misread[0])
        self.at += len(word)
        return misread[1]

    def _number(self, word: str, *, is_whole: bool) -> int | float:
        wrong = number_fault(word)
        if wrong is not None:
            self.fault(self.at, wrong)
        self.at += len(word)
        if wrong is not None:
            return math.nan
        return int(word) if is_whole else float(word)
