"""Taking workbooks back: only what differs from what was handed out is submitted.

Decides what a returned cell says, which cells are at fault and why, and that nothing of the workbooks is
submitted while one cell is. A changed value of the subject's own items is submitted as any difference is;
a changed value of a member's row is a challenge of that row; what stands in blank cells is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, delete, select

from catalog.evidence import record
from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.tables.form_workbooks import form_handout_sheets, form_handouts
from policies.clocks import local_date
from space.errors import Refused
from space.wayback.corrections import cases
from space.wayback.corrections.challenges import Challenge, Prepared, prepare
from space.wayback.forms.admission import in_force
from space.wayback.forms.compiling.blanks import form_of
from space.wayback.forms.compiling.errors import WorkbookRefused
from space.wayback.forms.compiling.handing import MARK, spellings_of
from space.wayback.forms.compiling.returned_cells import CellFault, Reader, Returned, ReturnFaulty, Said
from space.wayback.forms.compiling.sheet import load, sheets
from space.wayback.forms.compiling.sheets_filled import Shown
from space.wayback.forms.compiling.sidecar import Bindings
from space.wayback.forms.compiling.words import words
from space.wayback.forms.filling import Faulty, Filled, Submission, submit_many

if TYPE_CHECKING:
    from openpyxl import Workbook


@dataclass(frozen=True, slots=True)
class Taken:
    """Workbooks taken back.

    Attributes:
        handout: they were of.
        submissions: one a subject.
        challenges: of values in members' rows; those of the subject's own items are in the submissions.
        unchanged: cells that came back as they were handed out.
        typed: cells somebody typed.
    """

    handout: str
    submissions: tuple[Submission, ...]
    challenges: tuple[str, ...]
    unchanged: int
    typed: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        made = [*self.challenges, *(c for each in self.submissions for c in each.challenges)]
        return {
            "handout": self.handout, "sheets": len(self.submissions),
            "kept": sum(each.kept for each in self.submissions),
            "corrected": sum(each.corrected for each in self.submissions) + len(self.challenges),
            "added": sum(each.added for each in self.submissions),
            "computed": sum(each.computed for each in self.submissions),
            "challenges": made, "unchanged": self.unchanged, "typed": self.typed,
        }  # fmt: skip


def take_back(
    home: Home,
    engine: Engine,
    files: Sequence[Path],
    original: tuple[Path, Bindings],
    *,
    reason: str,
    by: str,
    now: datetime,
    body_code: str | None = None,
) -> Taken:
    """Take back workbooks of one handing-out.

    Args:
        home: the installation.
        engine: its store.
        files: as they were returned.
        original: the issuer's workbook and its bindings.
        reason: of differences whose cell has no comment that says one.
        by: the person who submits.
        now: aware instant.
        body_code: the body they must have been handed out to; None takes those of anybody.

    Raises:
        WorkbookRefused: a file is no workbook, or none that was handed out, or to another body.
        ReturnFaulty: with every cell at fault; nothing was submitted.
        Others as of :func:`space.wayback.forms.filling.submit_many`.
    """
    on = local_date(now)
    spoken = words(on)
    forms = tuple(form_of(sheet, spoken) for sheet in sheets(original[0], on))
    with reading(engine) as connection:
        handout, returned = _returned(connection, files, now)
        if body_code not in (None, handout.body):
            raise _not_ours(files[0])
        form = in_force(connection, handout.form, now)
        spelt = spellings_of(connection, form, original[1], forms, spoken, now)
    typed = frozenset(item.name for item in form.items if item.by_hand)
    reader = Reader(forms, original[1], spelt, spoken, reason, typed)
    faults: list[CellFault] = []
    said = [(sheet, list(reader.read(sheet, faults))) for sheet in returned]
    sheets_ = [_filled(handout, sheet, differing) for sheet, differing in said]
    prepared = list(_prepared(home, engine, handout.body, said, faults))
    if faults:
        raise ReturnFaulty(faults)
    try:
        made = submit_many(home, engine, sheets_, by=by, now=now)
    except Faulty as faulty:
        raise ReturnFaulty(list(_cells(faulty, said))) from faulty
    unchanged = sum(len(s.shown) for s in returned) - sum(len(d) for _, d in said)
    written = sum(not each.shown.computed for _, differing in said for each in differing)
    with writing(engine) as connection:
        challenges = tuple(_challenge(connection, each, by, now) for each in prepared)
        _forget(connection, handout.id, returned)
        told = {
            "form": handout.form, "period": handout.period, "body": handout.body, "sheets": len(returned),
            "typed": written, "unchanged": unchanged, "challenges": list(challenges), "by": by,
        }  # fmt: skip
        record(connection, event="form:handout:take", subject=handout.id, body=told, now=now)
    return Taken(handout.id, made, challenges, unchanged, written)


def _returned(connection: Connection, files: Sequence[Path], now: datetime) -> tuple[Any, list[Returned]]:
    """The handing-out of some files, and what was kept of each."""
    found: list[Returned] = []
    handouts: dict[str, Any] = {}
    for path in files:
        book = load(path, local_date(now))
        results = load(path, local_date(now), results=True)
        handout, number = _mark(book, path)
        handouts.setdefault(handout, _handout(connection, handout, path))
        rows = _kept(connection, handouts[handout], number)
        if not rows:
            remedy = "it was taken back, is not retained any more, or has no number of this handing-out"
            raise WorkbookRefused(path.name, "nothing is kept of it", remedy)
        for row in rows:
            shown = tuple(Shown.of_document(each) for each in row.cells)
            found.append(Returned(path.name, row.number, row.subject_id, shown, book, results))
    if len(handouts) != 1:
        raise WorkbookRefused(files[-1].name, "is of another handing-out", "take back one at a time")
    return next(iter(handouts.values())), found


def _mark(book: Workbook, path: Path) -> tuple[str, int]:
    name = book.defined_names.get(MARK)
    match = re.fullmatch(r'"(hdo_\w+)/(\d+)"', str(name.attr_text)) if name is not None else None
    if match is None:
        raise WorkbookRefused(
            path.name,
            "was not handed out here, or has lost its number",
            "return the file that was handed out",
        )
    return match[1], int(match[2])


def _handout(connection: Connection, handout: str, path: Path) -> Any:
    row = connection.execute(select(form_handouts).where(form_handouts.c.id == handout)).first()
    if row is None:
        raise _not_ours(path)
    return row


def _not_ours(path: Path) -> WorkbookRefused:
    return WorkbookRefused(path.name, "was not handed out here", "return the file that was handed out")


def _kept(connection: Connection, handout: Any, number: int) -> Sequence[Any]:
    s = form_handout_sheets.c
    query = select(form_handout_sheets).where(s.handout == handout.id).order_by(s.number)
    if not handout.roster:
        query = query.where(s.number == number)
    return connection.execute(query).all()


def _forget(connection: Connection, handout: str, returned: Sequence[Returned]) -> None:
    """What the workbooks showed is kept no longer."""
    s = form_handout_sheets.c
    for sheet in returned:
        connection.execute(delete(form_handout_sheets).where(s.handout == handout, s.number == sheet.number))


def _filled(handout: Any, sheet: Returned, said: Sequence[Said]) -> Filled:
    """The differences of the subject's own items, and what was added in rows that had none.

    What is added to the row of a member the source knows says by the member's name whose it is.
    """
    mine = [each for each in said if not each.shown.row]
    values = {each.shown.item: each.text for each in mine}
    added = {_row(item) for item in values} - {""}
    names = {
        one.item: one.text
        for one in sheet.shown
        if one.row and _row(one.item) in added and one.item.startswith("person_name")
    }
    return Filled(
        handout.form, handout.period, handout.body, sheet.subject, {**names, **values},
        {each.shown.item: each.reason for each in mine if each.reason},
    )  # fmt: skip


def _row(item: str) -> str:
    """The number of the row an item is of; empty where it is of none."""
    match = re.search(r"_r(\d+)$", item)
    return match[1] if match else ""


def _prepared(
    home: Home,
    engine: Engine,
    body: str,
    said: Sequence[tuple[Returned, list[Said]]],
    faults: list[CellFault],
) -> Iterator[Prepared]:
    """Challenges of the values of members' rows."""
    for sheet, differing in said:
        for each in differing:
            one = each.shown
            if not one.row:
                continue
            asked = Challenge(body, one.dataset, one.row, one.field, each.text, each.reason)
            try:
                yield prepare(home, engine, asked)
            except Refused as refused:
                for why in refused.decision.reasons:
                    if why.code == "correction.nothing":
                        continue
                    what, remedy = why.message, why.allowed or _remedy(why.code)
                    faults.append(CellFault(sheet.file, one.sheet, one.cell, what, remedy))


def _challenge(connection: Connection, prepared: Prepared, by: str, now: datetime) -> str:
    asked = prepared.challenge
    earlier = cases.pending(connection, asked.dataset, asked.row, asked.field)
    return earlier or cases.send(connection, prepared, by=by, now=now).id


def _cells(faulty: Faulty, said: Sequence[tuple[Returned, list[Said]]]) -> Iterator[CellFault]:
    """Faults of items as faults of their cells, the first of each."""
    told: set[tuple[int, str]] = set()
    for fault in faulty.faults:
        if (fault.sheet, fault.item) in told:
            continue
        told.add((fault.sheet, fault.item))
        sheet, _ = said[fault.sheet]
        one = next((each for each in sheet.shown if each.item == fault.item), None)
        where = (one.sheet, one.cell) if one is not None else ("", fault.item)
        remedy = fault.reason.allowed or _remedy(fault.reason.code)
        yield CellFault(sheet.file, *where, fault.reason.message, remedy)


def _remedy(code: str) -> str:
    if code == "correction.reason":
        return "write the reason in a comment of the cell, or give a reason for all"
    return "write a value that fits"
