"""Taking an inventory workbook into the ledger: systems, tables, matches and exclusions, all or nothing.

Decides what is wrong with a row beside what cannot be read. Any faulty cell keeps the whole workbook out;
the faults are marked in a copy. What the workbook repeats is not done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from catalog.inventory.accounting import Accounted, accounted, confirm
from catalog.inventory.errors import InventoryError, NotAccepted
from catalog.inventory.excluding import exclude
from catalog.inventory.listing import ListedTable, Listing, RowsHow
from catalog.inventory.sheets import mark, save
from catalog.inventory.taking import Taken, take
from catalog.inventory.workbook import Line, Read
from catalog.store.tables.ledger import entries
from catalog.workbook.reading import Fault, WorkbookFaulty
from contracts.codes import valid
from policies.clocks import local_date
from policies.four_eyes import same_name
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


# Takes on what a row leaves out, so that it is left out later; or says what keeps whoever imports from it.
Judge = Callable[[Connection, Line, Leaving], Fault | None]


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
        judge: takes on each exclusion that is new; None lets the stated approver stand, as on the shell of
            the installation.

    Raises:
        WorkbookFaulty: cells are faulty; nothing may be kept.
    """
    on = local_date(now)
    faults = [*read.faults, *_faults(read.tables, by, on)]
    names, unknown = _entries(connection, read.tables)
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


def _faults(lines: Sequence[Line], by: str, on: date) -> Iterable[Fault]:
    """What is wrong with rows taken by themselves."""
    reasons = rule("completeness", "exclusion_reasons", on).value
    seen: set[tuple[str, str]] = set()
    department: dict[str, str] = {}
    for line in lines:
        for key, heading in (("system", "系统名称"), ("department", "所属部门"), ("table", "表名")):
            if not line.get(key):
                yield line.fault(key, f"{heading} is missing", "write it")
        key_ = (line.get("system"), line.table)
        if line.get("table") and key_ in seen:
            yield line.fault("table", "the table is listed twice", "keep one row")
        seen.add(key_)
        first = department.setdefault(line.get("system"), line.get("department"))
        if line.get("department") and first and first != line.get("department"):
            yield line.fault("department", "the system has another department above", "write one department")
        code = line.get("department_code")
        if code and not valid("uscc", code):
            yield line.fault("department_code", "is no unified social credit code", "write its 18 characters")
        if line.get("rows") and _count(line.get("rows")) is None:
            yield line.fault("rows", "is no count of rows", "write digits only")
        yield from _accounting_faults(line, reasons, by, on)


def _accounting_faults(line: Line, reasons: Mapping[str, Any], by: str, on: date) -> Iterable[Fault]:
    if not line.get("reason"):
        return
    code = _reason(line.get("reason"), reasons)
    if line.get("entry"):
        yield line.fault("reason", "a table is catalogued or excluded, not both", "empty one of the cells")
    if code is None:
        words = "、".join(each["zh"] for each in reasons.values())
        yield line.fault("reason", "the reason is not in the controlled list", f"choose one of {words}")
        return
    if not line.get("words"):
        yield line.fault("words", "不编目说明 is missing", "say why in one sentence")
    if not line.get("approver"):
        yield line.fault("approver", "审批人 is missing", "name who approved it")
    elif same_name(str(line.get("approver")), by) and rule("completeness", "exclusion_by_two", on).value:
        yield line.fault("approver", "who asks for an exclusion does not approve it", "name another person")
    if "basis" in reasons[code]["needs"] and not line.get("basis"):
        yield line.fault("basis", "不编目依据 is missing", "cite the law")
    day = _day(line.get("review_on"))
    if line.get("review_on") and day is None:
        yield line.fault("review_on", "is no day", "write it as YYYY-MM-DD")
    elif "review_on" in reasons[code]["needs"] and (day is None or day < on):
        yield line.fault("review_on", "复核日期 is missing or past", "write a day that lies ahead")


def _entries(connection: Connection, lines: Sequence[Line]) -> tuple[dict[str, str], list[Fault]]:
    """Text of 对应目录 → name of the entry, by name, code or title; and what is not known."""
    e = entries.c
    known: dict[str, set[str]] = {}
    for row in connection.execute(select(e.name, e.code, e.title)):
        for text in (row.name, row.code, row.title):
            known.setdefault(text, set()).add(row.name)
    made, faults = {}, []
    for line in lines:
        for text in _named(line):
            found = known.get(text, set())
            if len(found) == 1:
                (made[text],) = found
            elif found:
                faults.append(line.fault("entry", "several entries have this title", "write the code"))
            else:
                faults.append(line.fault("entry", "no such entry is in the ledger", "write its code or name"))
    return made, faults


def _named(line: Line) -> list[str]:
    return [part.strip() for part in line.get("entry").replace(";", "；").split("；") if part.strip()]


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
    rows = _count(line.get("rows")) if line.get("rows") else None
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
            for text in _named(line):
                if names[text] not in table.datasets:
                    confirm(connection, table.id, names[text], by=by, now=now)
                    confirmed += 1
            code = _reason(line.get("reason"), reasons)
            if code and not _is_excluded(table, code, line):
                leaving = Leaving(
                    table.label, code, line.get("words"), line.get("basis"), _day(line.get("review_on"))
                )
                fault = None if judge is None else judge(connection, line, leaving)
                if judge is None:
                    _exclude(connection, leaving, by, line.get("approver"), now)
                    excluded += 1
                elif fault is None:
                    waiting += 1
                else:
                    faults.append(fault)
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


def _reason(text: str, reasons: Mapping[str, Any]) -> str | None:
    """Code of a reason written by its words or its code."""
    return next((code for code, each in reasons.items() if text in (code, each["zh"])), None)


def _count(text: str) -> int | None:
    digits = text.replace(",", "").replace("，", "")
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-")) if text else None
    except ValueError:
        return None
