"""What is wrong with the rows of an inventory workbook, taken by themselves and against the ledger's entries.

Decides what a cell may hold beside what cannot be read; takes nothing into the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from catalog.inventory.workbook import Line
from catalog.store.tables.ledger import entries
from catalog.workbook.faults import Fault
from contracts.codes import valid
from policies.four_eyes import same_name
from policies.rulebook import rule


def faults_of(lines: Sequence[Line], by: str, on: date) -> Iterable[Fault]:
    """What is wrong with rows taken by themselves.

    Args:
        lines: rows that name a table.
        by: who imports them, who approves nothing of it.
        on: today, Asia/Shanghai.
    """
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
        if line.get("rows") and count_of(line.get("rows")) is None:
            yield line.fault("rows", "is no count of rows", "write digits only")
        yield from _accounting_faults(line, reasons, by, on)


def _accounting_faults(line: Line, reasons: Mapping[str, Any], by: str, on: date) -> Iterable[Fault]:
    if not line.get("reason"):
        return
    code = reason_of(line.get("reason"), reasons)
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
    day = day_of(line.get("review_on"))
    if line.get("review_on") and day is None:
        yield line.fault("review_on", "is no day", "write it as YYYY-MM-DD")
    elif "review_on" in reasons[code]["needs"] and (day is None or day < on):
        yield line.fault("review_on", "复核日期 is missing or past", "write a day that lies ahead")


def entries_of(connection: Connection, lines: Sequence[Line]) -> tuple[dict[str, str], list[Fault]]:
    """Text of 对应目录 → name of the entry, by name, code or title; and what is not known."""
    e = entries.c
    known: dict[str, set[str]] = {}
    for row in connection.execute(select(e.name, e.code, e.title)):
        for text in (row.name, row.code, row.title):
            known.setdefault(text, set()).add(row.name)
    made, faults = {}, []
    for line in lines:
        for text in named(line):
            found = known.get(text, set())
            if len(found) == 1:
                (made[text],) = found
            elif found:
                faults.append(line.fault("entry", "several entries have this title", "write the code"))
            else:
                faults.append(line.fault("entry", "no such entry is in the ledger", "write its code or name"))
    return made, faults


def named(line: Line) -> list[str]:
    """The entries a row names, as written."""
    return [part.strip() for part in line.get("entry").replace(";", "；").split("；") if part.strip()]


def reason_of(text: str, reasons: Mapping[str, Any]) -> str | None:
    """Code of a reason written by its words or its code."""
    return next((code for code, each in reasons.items() if text in (code, each["zh"])), None)


def count_of(text: str) -> int | None:
    """A count of rows as written; None where it is none."""
    digits = text.replace(",", "").replace("，", "")
    return int(digits) if digits.isascii() and digits.isdigit() else None


def day_of(text: str) -> date | None:
    """A day as written; None where there is none, or it is none."""
    try:
        return date.fromisoformat(text.replace("/", "-")) if text else None
    except ValueError:
        return None
