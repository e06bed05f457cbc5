"""Whether a file somebody holds is the answer a receipt was issued for.

Decides that a file is never read but compared: an Arrow file byte by byte, a CSV cell by cell, so that one a
spreadsheet has written anew is still found to be the same. Error bounds at the end of its rows are no part of
the answer, and are left out of the comparison.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from catalog.home import Home
from space.api import negotiation
from space.calls import kept_answer
from space.query.telling.within import LOWER, UPPER


def is_answer_of(
    connection: Connection, home: Home, states: Mapping[str, Any], content: bytes
) -> bool | None:
    """Whether a file holds the answer of a receipt; None where that cannot be told any more.

    Args:
        connection: to read with.
        home: of the installation.
        states: what the receipt states, its signature found to hold.
        content: of the file, as it was taken away: CSV, Arrow stream or Arrow file.
    """
    named = str(states.get("answer", ""))
    if not named:
        return None
    if sha256(content).hexdigest() == named:
        return True
    kept = kept_answer.of_receipt(connection, home, str(states["id"]), named)
    if kept is None:
        return None
    stream = bytes(negotiation.table(negotiation.Form.ARROW, kept, {}).body)
    written = bytes(negotiation.table(negotiation.Form.CSV, kept, {}).body)
    return content == stream or _same_cells(content, written)


def _same_cells(content: bytes, written: bytes) -> bool | None:
    """Whether two CSV hold the same cells, read side by side up to the first difference.

    None where the answer itself has a cell longer than a CSV reader takes: its cells cannot be compared.
    """
    kept = _rows(written)
    try:
        heads = next(kept, [])
    except csv.Error:
        return None
    held, kept = _without_bounds(_rows(content), heads), chain([heads] if heads else [], kept)
    while True:
        try:
            ours = next(kept, None)
        except csv.Error:
            return None
        try:
            theirs = next(held, None)
        except (UnicodeDecodeError, csv.Error):  # no CSV: not the answer
            return False
        if ours != theirs:
            return False
        if ours is None:
            return True


def _without_bounds(rows: Iterator[list[str]], heads: list[str]) -> Iterator[list[str]]:
    """The rows, without further columns where these are all bounds of figures of the answer, each once."""
    first = next(rows, None)
    if first is None:
        return
    known = {column + end for column in heads for end in (LOWER, UPPER)} - set(heads)
    others = first[len(heads) :]
    bounds = len(set(others)) == len(others) and set(others) <= known
    wide = len(heads) if bounds else len(first)
    yield first[:wide]
    for row in rows:
        yield row[:wide] if len(row) == len(first) else row


def _rows(content: bytes) -> Iterator[list[str]]:
    """The rows of a CSV that are not empty, one by one."""
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    return (row for row in csv.reader(lines, strict=True) if row)
