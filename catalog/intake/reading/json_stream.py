"""The array of records inside a JSON document, one record at a time, however long the document is.

Decides nothing about records: only where they lie and whether the document is whole. A record is held
as one piece; everything beside the array is passed over without being kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from catalog.intake.errors import Unreadable

# A single value longer than this, in characters, is no record of a table.
VALUE_LIMIT: Final = 64 * 1024 * 1024
# Nesting beyond this is a trap, not a document.
DEPTH_LIMIT: Final = 500

# Numbers stay as written: 495.0 and 1.50 are what the sender printed.
DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)

_GAP: Final = re.compile(r"[ \t\r\n]*")
_OPEN: Final = {"{": "}", "[": "]"}


def records(pieces: Iterator[str], record_path: str | None, where: str) -> Iterator[Any]:
    """The elements of the array at a path of a document, in order.

    Args:
        pieces: the text of the document, in order.
        record_path: dotted keys that lead to the array; none = the document is the array.
        where: the file's name for messages.

    Raises:
        Unreadable: not valid JSON to its end, or no array at the path.
    """
    text = _Text(pieces, where)
    steps = [s for s in (record_path or "").split(".") if s]
    yield from _inside(text, steps, record_path or "its top")
    if text.peek():
        raise text.fault()


def _inside(text: _Text, steps: list[str], shown: str) -> Iterator[Any]:
    """The elements of the array below a value, which is passed over to its end."""
    absent = Unreadable(text.where, f"has no list of records at {shown}")
    if not steps:
        if text.peek() != "[":
            raise absent if text.peek() else text.fault()
        for _ in _members(text):
            yield text.value()
        return
    if text.peek() != "{":
        raise absent if text.peek() else text.fault()
    met = False
    for key in _members(text):
        if key != steps[0]:
            _pass(text, 1)
        elif met:
            raise Unreadable(text.where, f"has two entries {key} where {shown} leads")
        else:
            met = True
            yield from _inside(text, steps[1:], shown)
    if not met:
        raise absent


def _members(text: _Text) -> Iterator[str]:
    """Once for each member of the array or object at hand, its key where it has one; the caller reads it."""
    opening = text.take()
    closing = _OPEN[opening]
    if text.peek() == closing:
        text.take()
        return
    while True:
        key = ""
        if opening == "{":
            named = text.value() if text.peek() == '"' else None
            if not isinstance(named, str) or text.peek() != ":":
                raise text.fault()
            text.take()
            key = named
        yield key
        mark = text.peek()
        if mark not in (",", closing):
            raise text.fault()
        text.take()
        if mark == closing:
            return


def _pass(text: _Text, depth: int) -> None:
    """Pass over one value without keeping it."""
    if depth > DEPTH_LIMIT:
        raise text.fault()
    if text.peek() in _OPEN:
        for _ in _members(text):
            _pass(text, depth + 1)
    else:
        text.value()


class _Text:
    """A window on the text that moves on as values are taken."""

    def __init__(self, pieces: Iterator[str], where: str) -> None:
        self._pieces, self.where = pieces, where
        self._held, self._at, self._lines = "", 0, 0

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            self._at = _GAP.match(self._held, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def take(self) -> str:
        """The character :meth:`peek` shows, passed."""
        self._at += 1
        return self._held[self._at - 1]

    def value(self) -> Any:
        """The next value, passed."""
        self.peek()
        while True:
            try:
                found, end = DECODER.raw_decode(self._held, self._at)
            except RecursionError as error:
                raise self.fault() from error
            except json.JSONDecodeError as error:
                if len(self._held) - self._at > VALUE_LIMIT or not self._more():
                    raise self.fault(error.pos) from error
                continue
            # A number near the end of the window may go on behind it: "3", "3.", "3e+" all begin 3e+5.
            if end + 3 > len(self._held) and self._held[end - 1] not in '"}]' and self._more():
                continue
            self._at = end
            return found

    def fault(self, at: int | None = None) -> Unreadable:
        """The error of a document that is no valid JSON here."""
        line = self._lines + self._held.count("\n", 0, self._at if at is None else at) + 1
        return Unreadable(self.where, f"is not valid JSON at line {line}: cut off or damaged")

    def _more(self) -> bool:
        # A value that does not fit yet doubles the window, so that it is tried a few times only.
        wanted = max(len(self._held) - self._at, 1)
        pieces: list[str] = []
        for piece in self._pieces:
            pieces.append(piece)
            wanted -= len(piece)
            if wanted <= 0:
                break
        if not pieces:
            return False
        self._lines += self._held.count("\n", 0, self._at)
        self._held = self._held[self._at :] + "".join(pieces)
        self._at = 0
        return True
