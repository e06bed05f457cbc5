"""Whether a file somebody holds is the answer a receipt was issued for.

Decides that a file is never read but compared: an Arrow file byte by byte, a CSV cell by cell, so that one a
spreadsheet has written anew is still found to be the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from catalog.home import Home
from space.api import negotiation
from space.calls import kept_answer


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
    held, kept = _rows(content), _rows(written)
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


def _rows(content: bytes) -> Iterator[list[str]]:
    """The rows of a CSV that are not empty, one by one."""
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    return (row for row in csv.reader(lines, strict=True) if row)
