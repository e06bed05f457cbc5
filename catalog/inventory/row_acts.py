"""Rows of a workbook that leave a table out 不编目, judged at the command line like the act by itself.

Decides that a row is judged as ``ybz inventory exclude`` would be with what the row says: by the caller's
role, towards the table's department, and by whom the row names to approve it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from catalog.beside import Against
from catalog.inventory.importing import Consent, Judge, Leaving
from catalog.inventory.workbook import Line
from catalog.workbook.faults import Fault

_ACT: Final = "inventory exclude"
# The parameter that names the second person, whose cell is marked.
_SECOND: Final = "approved_by"


def leaving_out(against: Against, by: str, now: datetime) -> Judge:
    """What judges rows that leave a table out; a row that passes is done, its approver is as it states.

    Args:
        against: judges an act as its own command is judged.
        by: who imports.
        now: aware instant.
    """

    def judge(connection: Connection, line: Line, leaving: Leaving) -> Consent | Fault:
        given = {"table": leaving.table, "by": by, _SECOND: line.get("approver")}
        denied = against(connection, _ACT, given, now)
        if denied is None:
            return Consent.STATED
        first = denied.reasons[0]
        cell = "approver" if first.where == _SECOND else "reason"
        return line.fault(cell, first.message, first.allowed or "empty 不编目原因, or have who may import it")

    return judge
