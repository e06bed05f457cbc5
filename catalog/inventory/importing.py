"""Taking an inventory workbook into the ledger: systems, tables, matches and exclusions, all or nothing.

Decides what is wrong with a row beside what cannot be read. Any faulty cell keeps the whole workbook out;
the faults are marked in a copy. What the workbook repeats is not done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from catalog.inventory.accounting import Accounted, accounted, confirm
from catalog.inventory.checking import count_of, day_of, entries_of, faults_of, named, reason_of
from catalog.inventory.errors import InventoryError, NotAccepted
from catalog.inventory.excluding import exclude
from catalog.inventory.listing import ListedTable, Listing, RowsHow
from catalog.inventory.sheets import mark, save
from catalog.inventory.taking import Taken, take
from catalog.inventory.workbook import Line, Read
from catalog.workbook.faults import Fault, WorkbookFaulty
from policies.clocks import local_date
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Leaving:
    """What a row says of a table that is to be left out.

    Attributes:
        table: ``system/table``.
        reason: code of the controlled list.
        words: why.
        basis: the law cited.
        review_on: last day it holds; None where none is stated.
    """

    table: str
    reason: str
    words: str
    basis: str
    review_on: date | None


class Consent(StrEnum):
    """How whoever a row names approves of it."""

    STATED = "stated"  # named, and found to be somebody who may: the table is left out now
    AWAITED = "awaited"  # signs later; until then the table is not left out


# How the approver of a row that leaves a table out consents; or what keeps whoever imports from it.
Judge = Callable[[Connection, Line, Leaving], Consent | Fault]


@dataclass(frozen=True, slots=True)
class Imported:
    """What a workbook brought.

    Attributes:
        systems: each with what is new, gone and changed.
        confirmed: matches that are new.
        excluded: exclusions that are new.
        waiting: exclusions that are asked for, and wait for a second signature.
    """

    systems: tuple[Taken, ...]
    confirmed: int
    excluded: int
    waiting: int = 0

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self)


def import_workbook(
    connection: Connection,
    read: Read,
    *,
    by: str,
    now: datetime,
    complete: bool = False,
    judge: Judge | None = None,
) -> Imported:
    """Take the rows of a workbook into the inventory.

    Args:
        connection: a writing transaction; the caller lets it roll back where this raises.
        read: as :func:`catalog.inventory.workbook.read` gives it.
        by: who imports it.
        now: aware instant.
        complete: whether the workbook lists every table of the systems it names.
        judge: judges each exclusion that is new; None lets the stated approver stand, as on the shell of an
            installation whose commands are not judged.

    Raises:
        WorkbookFaulty: cells are faulty; nothing may be kept.
    """
    on = local_date(now)
    faults = [*read.faults, *faults_of(read.tables, by, on)]
    names, unknown = entries_of(connection, read.tables)
    faults += unknown
    taken: list[Taken] = []
    if not faults:
        taken, faults = _take(connection, read, complete, by, now)
    done = (0, 0, 0) if faults else _account(connection, read.tables, names, by, now, faults, judge)
    if faults:
        raise WorkbookFaulty(faults)
    return Imported(tuple(taken), *done)


def marked_copy(read: Read, faults: Iterable[Fault], path: Path) -> int:
    """Write the workbook again with its faulty cells marked; how many.

    Raises:
        InventoryError: the copy cannot be written.
    """
    from openpyxl.utils.cell import column_index_from_string as index
    from openpyxl.utils.cell import coordinate_from_string

    count = 0
    for fault in faults:
        if fault.sheet in read.book.sheetnames and fault.cell:
            letters, line = coordinate_from_string(fault.cell)
            page = read.book[fault.sheet]
            place = _visible(page, line, index(letters))
            mark(page, *place, f"{fault.what} — {fault.remedy}" if fault.remedy else fault.what)
            count += 1
    save(read.book, path)
    return count


def _visible(page: Any, line: int, place: int) -> tuple[int, int]:
    """The cell that shows where a cell is part of merged ones."""
    for merged in page.merged_cells.ranges:
        if merged.min_row <= line <= merged.max_row and merged.min_col <= place <= merged.max_col:
            return int(merged.min_row), int(merged.min_col)
    return line, place


def _take(
    connection: Connection, read: Read, complete: bool, by: str, now: datetime
) -> tuple[list[Taken], list[Fault]]:
    by_system: dict[str, list[Line]] = {}
    for line in read.tables:
        by_system.setdefault(line.get("system"), []).append(line)
    taken, faults = [], []
    for system, lines in by_system.items():
        one = lines[0]
        code = next((line.get("department_code") for line in lines if line.get("department_code")), "")
        tables = tuple(_table(line, read) for line in lines)
        listing = Listing(
            system, one.get("department"), code, tables, complete, "workbook", one.get("system_code")
        )
        try:
            taken.append(take(connection, listing, by=by, now=now))
        except InventoryError as error:
            faults.append(one.fault("system", str(error), ""))
    return taken, faults


def _table(line: Line, read: Read) -> ListedTable:
    rows = count_of(line.get("rows")) if line.get("rows") else None
    how = RowsHow.UNKNOWN if rows is None else RowsHow.STATED
    columns = tuple(read.columns.get((line.get("system"), line.table), ()))
    return ListedTable(line.table, "table", line.get("comment"), columns, rows, how)


def _account(
    connection: Connection,
    lines: Sequence[Line],
    names: Mapping[str, str],
    by: str,
    now: datetime,
    faults: list[Fault],
    judge: Judge | None,
) -> tuple[int, int, int]:
    """Do what the rows say of their tables, where it is not so already."""
    reasons = rule("completeness", "exclusion_reasons", local_date(now)).value
    standing = {table.label: table for table in accounted(connection, local_date(now))}
    confirmed = excluded = waiting = 0
    for line in lines:
        table = standing[f"{line.get('system')}/{line.table}"]
        try:
            for text in named(line):
                if names[text] not in table.datasets:
                    confirm(connection, table.id, names[text], by=by, now=now)
                    confirmed += 1
            code = reason_of(line.get("reason"), reasons)
            if code and not _is_excluded(table, code, line):
                leaving = Leaving(
                    table.label, code, line.get("words"), line.get("basis"), day_of(line.get("review_on"))
                )
                judged = Consent.STATED if judge is None else judge(connection, line, leaving)
                if isinstance(judged, Fault):
                    faults.append(judged)
                elif judged is Consent.AWAITED:
                    waiting += 1
                else:
                    _exclude(connection, leaving, by, line.get("approver"), now)
                    excluded += 1
        except NotAccepted as error:
            key = "reason" if line.get("reason") else "entry"
            faults += [line.fault(key, r.message, r.allowed) for r in error.denial.reasons]
    return confirmed, excluded, waiting


def _exclude(connection: Connection, leaving: Leaving, by: str, approver: str, now: datetime) -> None:
    exclude(
        connection, leaving.table, reason=leaving.reason, words=leaving.words, by=by, now=now,
        approved_by=approver, basis=leaving.basis, review_on=leaving.review_on,
    )  # fmt: skip


def _is_excluded(table: Accounted, code: str, line: Line) -> bool:
    return table.reason == code and table.words == line.get("words")
