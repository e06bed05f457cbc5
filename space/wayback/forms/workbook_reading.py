"""Workbooks handed in: only what a filler changed is submitted, and every fault is a marked cell.

Decides which cell differs from what was shown, and whose row it is. A workbook with faults is not taken at
all; a copy of it comes back with the cells marked. It is read row by row, as far as a form may reach.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine

from catalog.bulk.faults import mark
from catalog.home import Home
from catalog.intake.reading import workbooks
from catalog.intake.reading.workbooks import NoWorkbook, TooMuch
from catalog.store import reading
from catalog.workbook.cells import BadCell, as_text, exact, same
from catalog.workbook.faults import Fault
from contracts.codes import canonical_id
from policies.decision import Reason
from space.errors import SpaceError
from space.wayback.backflow.bodies import body
from space.wayback.forms.admission import in_force
from space.wayback.forms.definition import Form
from space.wayback.forms.filling import Faulty, Filled, Submission, submit_many
from space.wayback.forms.prefill import hidden_subjects
from space.wayback.forms.tasks import roster
from space.wayback.forms.workbooks import ABOUT, FIRST_ROW, PAGE, SHOWN, SUBJECT_COLUMN

if TYPE_CHECKING:
    from openpyxl import Workbook

# A form of some hundred items for some ten thousand subjects; more is no workbook of ours.
_MOST_ROWS: Final = 20_000
# Of all its sheets together: what was shown stands there a second time. A merged range counts every place.
BOUNDS: Final = workbooks.Bounds(64 * 2**20, 512 * 2**20, 4_000_000, scattered=True)
# What a file raises that is damaged, locked, or no workbook at all.
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, SyntaxError, RuntimeError,
)  # fmt: skip


class SheetUnreadable(SpaceError):
    """A file that is no workbook of a form."""


class SheetFaulty(SpaceError):
    """A workbook with cells that cannot be taken; nothing of it is submitted.

    Attributes:
        faults: all of them, by cell.
        copy: the workbook with the cells marked, or None.
    """

    def __init__(self, faults: Sequence[Fault], copy: Path | None) -> None:
        self.faults, self.copy = tuple(faults), copy
        marked = f" — they are marked in {copy}" if copy is not None else ""
        super().__init__("\n".join(map(str, faults)) + marked)


@dataclass(frozen=True, slots=True)
class _Sheets:
    """What a workbook holds: a sheet a row, and where each cell is."""

    about: tuple[str, str, str]
    filled: tuple[Filled, ...]
    rows: tuple[int, ...]
    letters: Mapping[str, str]

    def address(self, sheet: int, item: str) -> str:
        """Of an item of a sheet; of its subject where it is none of the items."""
        return f"{self.letters.get(item, 'A')}{self.rows[sheet]}"


def submit_workbook(
    home: Home,
    engine: Engine,
    path: Path,
    *,
    by: str,
    now: datetime,
    copy: Path | None = None,
    body_code: str | None = None,
) -> tuple[Submission, ...]:
    """Submit every sheet of a workbook, or none.

    Args:
        home: the installation.
        engine: its store.
        path: the workbook, as it was written and filled.
        by: the person who hands it in.
        now: aware instant.
        copy: file that gets the workbook with its faults marked, where there are any.
        body_code: the body it must have been written for, and be asked for its sheets; None takes that of
            anybody.

    Raises:
        SheetUnreadable: it is no workbook of a form, or of another body.
        SheetFaulty: cells cannot be taken.
        NotAdmitted, Unknown, AlreadySubmitted: as of :func:`space.wayback.forms.filling.submit`.
    """
    faults: list[Fault] = []
    with closing(_opened(path)) as book:
        about = _about(book, path)
        if body_code not in (None, about[2]):
            raise SheetUnreadable(f"{path.name}: was written for another body — take your own")
        with reading(engine) as connection:
            form, filler = in_force(connection, about[0], now), body(connection, about[2])
            listed = roster(home, connection, form, filler, now)
            names = dict(zip(hidden_subjects(home, form, listed), listed, strict=True))
        sheets = _read(book, path, about, form, names, faults)
    if not sheets.filled and not faults:
        raise SheetUnreadable(f"{path}: it holds no filled row — fill at least one")
    if not faults:
        try:
            return submit_many(home, engine, sheets.filled, by=by, now=now, asked=body_code is not None)
        except Faulty as faulty:
            faults = [
                Fault(PAGE, sheets.address(one.sheet, one.item), *_said(one.reason)) for one in faulty.faults
            ]
    if copy is not None:
        mark(path, faults, copy)
    raise SheetFaulty(faults, copy)


def _opened(path: Path) -> Workbook:
    try:
        if path.stat().st_size > BOUNDS.packed:
            raise SheetUnreadable(f"{path}: it is larger than a form may be — hand it in in parts")
        return workbooks.cells(path, path.name, BOUNDS, read_only=True)
    except TooMuch as error:
        raise SheetUnreadable(str(error)) from None
    except OSError as error:
        why = error.strerror or "unknown format"
        raise SheetUnreadable(f"{path}: cannot be read: {why} — check path and rights") from None
    except NoWorkbook:
        raise _no_workbook(path) from None


def _lines(book: Workbook, sheet: str, path: Path) -> Iterator[tuple[Any, ...]]:
    """Rows of a sheet as values; what the sheet says of its own extent is not relied on."""
    page: Any = book[sheet]
    page.reset_dimensions()
    lines, seen = page.iter_rows(values_only=True), 0
    while True:
        try:
            line = next(lines, None)
        except _DAMAGED:
            raise _no_workbook(path) from None
        if line is None:
            return
        seen += max(1, len(line))
        if seen > BOUNDS.cells:
            raise _too_many(path)
        yield line


def _too_many(path: Path) -> SheetUnreadable:
    told = "write the workbook anew with `ybz form workbook`, or hand it in in parts"
    return SheetUnreadable(f"{path}: it reaches over more than {BOUNDS.cells} cells — {told}")


def _no_workbook(path: Path) -> SheetUnreadable:
    return SheetUnreadable(f"{path}: is no .xlsx workbook — save it as .xlsx without a password")


def _about(book: Workbook, path: Path) -> tuple[str, str, str]:
    """Form, period and body it was written for."""
    if not {PAGE, SHOWN, ABOUT} <= set(book.sheetnames):
        told = "`ybz form workbook` writes one"
        raise SheetUnreadable(f"{path}: is no workbook of a form — {told}")
    facts = {row[0]: row[1] for row in _lines(book, ABOUT, path) if len(row) > 1 and row[0]}
    said = tuple(str(facts.get(name) or "") for name in ("form", "period", "body"))
    return said[0], said[1], said[2]


def _read(
    book: Workbook,
    path: Path,
    about: tuple[str, str, str],
    form: Form,
    names: Mapping[str, str],
    faults: list[Fault],
) -> _Sheets:
    from openpyxl.utils import get_column_letter

    lines = _lines(book, PAGE, path)
    columns = _columns(tuple(islice(lines, FIRST_ROW - 1))[1:], form, faults)
    letters = {name: get_column_letter(place) for name, place in columns.items()}
    before = {str(row[0]): row[1:] for row in _lines(book, SHOWN, path) if row and row[0]}
    filled, rows, seen = list[Filled](), list[int](), set[str]()
    for number, cells in enumerate(lines, FIRST_ROW):
        if number - FIRST_ROW >= _MOST_ROWS:
            faults.append(Fault(PAGE, f"A{number}", "there are more rows than a workbook may have"))
            break
        if all(cell in (None, "") for cell in cells):
            continue
        named = as_text(cells[SUBJECT_COLUMN - 1]).strip()
        subject = canonical_id(form.subject_kind, names.get(named, named))
        if subject is None or subject in seen:
            what = "the row names nobody of the form" if subject is None else "the subject is there twice"
            faults.append(Fault(PAGE, f"A{number}", what, "keep the first column as it was, one row each"))
            continue
        seen.add(subject)
        shown = dict(zip((item.name for item in form.items), before.get(named, ()), strict=False))
        values = _changed(number, cells, columns, shown, form, faults)
        reason = _cell(cells, columns.get("_reason")) if "_reason" in columns else None
        why = dict.fromkeys(values, str(reason)) if reason not in (None, "") else {}
        filled.append(Filled(*about, subject, values, why))
        rows.append(number)
    return _Sheets(about, tuple(filled), tuple(rows), letters)


def _columns(named: Sequence[Sequence[Any]], form: Form, faults: list[Fault]) -> dict[str, int]:
    """Item → column, by the names in the hidden line."""
    known = {item.name for item in form.items} | {"_reason"}
    found: dict[str, int] = {}
    for place, name in enumerate(named[0] if named else (), 1):
        if name in known:
            found[str(name)] = place
    for name in sorted(known - set(found)):
        told = "write the workbook anew with `ybz form workbook`"
        faults.append(Fault(PAGE, "A2", f"the column of {name} is gone", told))
    return found


def _changed(
    number: int,
    cells: Sequence[Any],
    columns: Mapping[str, int],
    shown: Mapping[str, Any],
    form: Form,
    faults: list[Fault],
) -> dict[str, str]:
    """Items whose cell no longer shows what was written into it."""
    from openpyxl.utils import get_column_letter

    values: dict[str, str] = {}
    for item in form.items:
        cell, was = _cell(cells, columns.get(item.name)), shown.get(item.name)
        if same(cell, "" if was is None else str(was)):
            continue
        address = f"{get_column_letter(columns[item.name])}{number}"
        if isinstance(cell, str) and cell.startswith("="):
            faults.append(Fault(PAGE, address, "holds a formula", "write the value itself"))
            continue
        if item.compute:
            faults.append(Fault(PAGE, address, "a computed item is not written", "restore the cell"))
            continue
        try:
            text = exact(cell)
        except BadCell as bad:
            faults.append(Fault(PAGE, address, bad.what, bad.remedy))
            continue
        if text or item.by_hand:
            values[item.name] = text
        else:
            faults.append(
                Fault(PAGE, address, "the source's value was deleted", "write the right one, or undo")
            )
    return {name: text for name, text in values.items() if text}


def _cell(cells: Sequence[Any], place: int | None) -> Any:
    return cells[place - 1] if place is not None and place <= len(cells) else None


def _said(reason: Reason) -> tuple[str, str]:
    return reason.message, reason.allowed
