"""Whether a file somebody holds is the answer a receipt was issued for.

Decides that a file is never read but compared: an Arrow file byte by byte, a CSV cell by cell, so that one a
spreadsheet has written anew is still found to be the same. Error bounds at the end of its rows are no part of
the answer, but what was handed out with it: they are made once more from the plan and compared as numbers,
and columns that are no bounds of this answer make it another file.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection

from catalog.home import Home
from space.api.answering import negotiation
from space.calls import kept_answer
from space.query.plan import Plan
from space.query.telling.accuracy import of_answer
from space.query.telling.within import LOWER, UPPER, with_bounds

# A spreadsheet writes a number with fifteen digits.
_DIGITS: Final = 1e-12


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
    if content == stream:
        return True
    bounded = _with_bounds(connection, home, str(states["id"]), kept)
    written = bytes(negotiation.table(negotiation.Form.CSV, kept if bounded is None else bounded, {}).body)
    return _same_cells(content, written, kept.num_columns, known=bounded is not None)


def _with_bounds(connection: Connection, home: Home, receipt_id: str, kept: pa.Table) -> pa.Table | None:
    """The answer as its CSV was handed out; None where its plan is gone, or of another version."""
    plan = kept_answer.plan_of_receipt(connection, home, receipt_id)
    if plan is None:
        return None
    if "verify" in plan:  # outcomes of records: no figures
        return kept
    try:
        return with_bounds(kept, of_answer(Plan.from_document(plan), kept))
    except (KeyError, TypeError, ValueError):
        return None


def _same_cells(content: bytes, written: bytes, width: int, *, known: bool) -> bool | None:
    """Whether a CSV holds the cells of an answer, read side by side up to the first difference.

    None where the answer itself has a cell longer than a CSV reader takes, and where beside the same cells
    bounds stand that cannot be made once more.

    Args:
        content: of the file.
        written: the answer as CSV, its bounds at the end of the rows.
        width: columns of the answer itself.
        known: whether its bounds are there.
    """
    kept, held = _rows(written), _rows(content)
    further: list[int | None] | None = None
    while True:
        try:
            ours = next(kept, None)
        except csv.Error:
            return None
        try:
            theirs = next(held, None)
        except (UnicodeDecodeError, csv.Error):  # no CSV: not the answer
            return False
        if ours is None or theirs is None:
            return False if ours != theirs else True if known or not further else None
        if further is None:
            further = _further(ours, theirs[width:], width, known=known)
        if further is None or not _same_row(ours, theirs, width, further):
            return False


def _further(heads: list[str], others: list[str], width: int, *, known: bool) -> list[int | None] | None:
    """The place of each further column among ours, None for bounds not known; None where one is no bound."""
    bounds: dict[str, int | None] = {name: place for place, name in enumerate(heads) if place >= width}
    if not known:
        bounds = dict.fromkeys({column + end for column in heads for end in (LOWER, UPPER)} - set(heads))
    if len(set(others)) != len(others) or not set(others) <= set(bounds):
        return None
    return [bounds[name] for name in others]


def _same_row(ours: list[str], theirs: list[str], width: int, further: list[int | None]) -> bool:
    """Whether a row is the same: cell by cell, and its bounds as numbers."""
    if len(theirs) != width + len(further) or theirs[:width] != ours[:width]:
        return False
    pairs = zip(further, theirs[width:], strict=True)
    return all(place is None or _same_number(ours[place], cell) for place, cell in pairs)


def _same_number(ours: str, theirs: str) -> bool:
    if ours == theirs:
        return True
    try:
        return math.isclose(float(ours), float(theirs), rel_tol=_DIGITS)
    except ValueError:
        return False


def _rows(content: bytes) -> Iterator[list[str]]:
    """The rows of a CSV that are not empty, one by one."""
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    return (row for row in csv.reader(lines, strict=True) if row)
