"""A workbook comes back 反馈: its rows are merged by row key, checked again, and the case is settled.

Decides what of a returned workbook is taken: all of it or nothing. Only rows that were sent, only cells
that were at fault; everything else must stand as it was sent. What is taken becomes corrections
(:mod:`catalog.rectification.overlay`) and is judged by the same rule as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Engine

from catalog import revisions
from catalog.home import Home
from catalog.rectification import overlay, sheet
from catalog.rectification.cases import Case, case_called, event, reopen, settle, write
from catalog.rectification.delivered import delivered, published
from catalog.rectification.errors import NotOpen, ReturnRefused
from catalog.rectification.judging import failing
from catalog.rectification.overlay import CELLS
from catalog.rectification.sending import WAS, columns_of, owned, sending_digest
from catalog.rectification.sheet import ROWS, Column, Row, shown
from catalog.store import reading, writing


@dataclass(frozen=True, slots=True)
class Taken:
    """What a returned workbook came to.

    Attributes:
        case: as it stands now.
        answered: rows in the workbook.
        unanswered: rows that were sent and are not in it.
        cells: cells that were changed.
        idle: corrections that meet no row of the last delivery: it has changed since.
    """

    case: Case
    answered: int
    unanswered: int
    cells: int
    idle: int

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return {
            "case": self.case.id, "state": self.case.state, "remaining": self.case.remaining,
            "on_time": self.case.on_time, "answered": self.answered, "unanswered": self.unanswered,
            "cells": self.cells, "idle": self.idle,
        }  # fmt: skip


def take_back(
    home: Home, engine: Engine, path: Path, *, by: str, now: datetime, department: str = ""
) -> Taken:
    """Merge a returned workbook and check its case again.

    Args:
        home: the installation.
        engine: its store.
        path: of the workbook.
        by: who returns it.
        now: aware instant.
        department: code of the department that returns it; "" = the one that owns the case.

    Raises:
        ReturnRefused: naming sheet and row of every line that is not taken.
        UnknownCase: there is no such case.
        NotYours: another department owns it.
        NotOpen: the case is settled.
        RowsGone: the landed rows cannot be read any more.
    """
    named = sheet.read(path)
    with reading(engine) as connection:
        case = owned(connection, named.case_id, department)
        contract = revisions.current(connection, case.dataset).contract
        digest = sending_digest(connection, case.id, named.sending_id)
        before = overlay.version(connection, case.dataset)
    if digest is None:
        raise ReturnRefused(path.name, [f"it was not sent for {case.id} — return the file that was"])
    sent = overlay.read_named(home, case.dataset, digest)
    columns = columns_of(contract, case)
    returned = sheet.read(path, columns)
    cells, answered = _merged(path.name, case, sent, columns, returned.rows, returned.faults)
    corrections = overlay.merged(overlay.cells(home, case.dataset, before), cells)
    left, idle = _judged(home, engine, case, corrections, cells)
    # The file before the row that names it: a crash between the two leaves a file nobody names.
    written = overlay.write_named(home, case.dataset, corrections)
    with writing(engine) as connection:
        # Rows are judged outside the transaction: nobody waits for that, but it must still hold.
        now_is = owned(connection, case.id, department)
        if now_is != case or overlay.version(connection, case.dataset) != before:
            raise ReturnRefused(path.name, [f"{case.dataset} was built or corrected meanwhile"])
        if cells.num_rows:
            overlay.put_in_force(connection, case.dataset, case.id, written, corrections.num_rows, now=now)
        write(connection, case, returned_at=now, state="open" if left else case.state)
        more = {
            "sending": named.sending_id, "answered": answered, "unanswered": sent.num_rows - answered,
            "cells": cells.num_rows,
        }  # fmt: skip
        event(connection, case, "return", remaining=left, actor=by, now=now, more=more)
        case = settle(connection, case, remaining=left, by="return", actor=by, now=now)
    return Taken(case, answered, sent.num_rows - answered, cells.num_rows, idle)


def undo(home: Home, engine: Engine, case_id: str, *, by: str, now: datetime) -> Case:
    """Take the corrections of a case back; it is owed again, and the raw cells count.

    Raises:
        UnknownCase: there is no such case.
        NotOpen: nothing was corrected for it, or its dataset changes at this moment.
        RowsGone: the landed rows cannot be read any more.
    """
    with reading(engine) as connection:
        case = case_called(connection, case_id)
        before = overlay.version(connection, case.dataset)
    former = overlay.cells(home, case.dataset, before)
    kept = overlay.without(former, case.id)
    gone = former.num_rows - kept.num_rows
    if not gone:
        raise NotOpen(f"{case_id}: no correction of it is in force — there is nothing to take back")
    left, _ = _judged(home, engine, case, kept, overlay.NONE)
    written = overlay.write_named(home, case.dataset, kept)
    with writing(engine) as connection:
        if case_called(connection, case_id) != case or overlay.version(connection, case.dataset) != before:
            raise NotOpen(f"{case.dataset} was built or corrected meanwhile — undo again")
        overlay.put_in_force(connection, case.dataset, case.id, written, kept.num_rows, now=now)
        event(connection, case, "undo", remaining=left, actor=by, now=now, more={"cells": gone})
        if left and not case.owed:
            return reopen(connection, case, remaining=left, actor=by, now=now)
        write(connection, case, remaining=left)
        return case_called(connection, case_id)


def _judged(home: Home, engine: Engine, case: Case, corrections: pa.Table, new: pa.Table) -> tuple[int, int]:
    """Rows that fail under corrections, and how many of the new ones meet no row of the last delivery."""
    with reading(engine) as connection:
        revision = revisions.current(connection, case.dataset)
        # What was delivered last, as a build would see it.
        rows = delivered(home, revision, case)
        laid = overlay.apply(revision.contract, rows, corrections).table
        left = len(failing(revision.contract, case, laid, published(home, connection)))
    return left, overlay.apply(revision.contract, rows, new).idle


def _merged(
    file: str,
    case: Case,
    sent: pa.Table,
    columns: Sequence[Column],
    rows: Sequence[Row],
    faults: Sequence[str],
) -> tuple[pa.Table, int]:
    """Corrections by :data:`CELLS`, and how many rows were answered."""
    known = {row["_row"]: row for row in sent.to_pylist()}
    refused, seen = list(faults), dict[str, int]()
    cells: list[dict[str, Any]] = []
    for row in rows:
        where = f"sheet {ROWS}, row {row.at}"
        was = known.get(row.name)
        if was is None:
            refused.append(f"{where}: the row was not sent for {case.id}")
            continue
        if row.name in seen:
            refused.append(f"{where}: the row stands in row {seen[row.name]} already")
            continue
        seen[row.name] = row.at
        refused.extend(_tampered(where, was, row, columns))
        cells.extend(_changes(where, case, was, row, columns, refused))
    if refused:
        raise ReturnRefused(file, refused)
    columns_made = {name: [cell[name] for cell in cells] for name in CELLS.names}
    return pa.table(columns_made, schema=CELLS), len(seen)


_ALIKE = "another delivered row is the same in every cell — mend these rows in the source system"


def _tampered(where: str, was: Mapping[str, Any], row: Row, columns: Sequence[Column]) -> Sequence[str]:
    changed = [
        f"{where}, column {column.heading}: it tells the row and was changed"
        for column in columns
        if not column.faulty and row.cells[column.name] != shown(was[column.name])
    ]
    if row.file != shown(was["_file"]) or row.line != was["_line"]:
        changed.append(f"{where}: its file or line was changed")
    return changed


def _changes(
    where: str, case: Case, was: Mapping[str, Any], row: Row, columns: Sequence[Column], refused: list[str]
) -> Sequence[dict[str, Any]]:
    found = []
    for column in columns:
        if not column.faulty or row.cells[column.name] == shown(was[column.name]):
            continue
        if was["_alike"]:
            refused.append(f"{where}: {_ALIKE}")
            return ()
        found.append(
            {
                "by": was["_by"], "key": was["_key"], "field": column.name,
                "was": was[WAS.format(column.name)], "value": row.cells[column.name], "case": case.id,
            }
        )  # fmt: skip
    return found
