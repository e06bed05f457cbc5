"""Who consents beside the caller, where the caller names the second person of an act of two 双人.

Decides that a row of a workbook leaves a table out on the same terms as the act itself: by whoever may review
inventories, with the consent of another who may.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from catalog.clocks.owed import authority_on
from catalog.inventory.importing import Judge
from catalog.inventory.workbook import Line
from catalog.workbook.reading import Fault
from policies.access import Act
from policies.decision import Deny
from space.access import judging
from space.access.departments import code_of, of_system
from space.access.enforcing import NO_PERSON, enforced
from space.api.acting import Doing
from space.errors import Refused
from space.identity.second_person import second_person

_NOT_BY_A_LISTING: Final = "the data authority leaves a table out, its department's list does not"
_INSTEAD: Final = (
    "empty 不编目原因; the data authority does it: `ybz inventory exclude`, POST /v1/inventory/exclusions"
)


def consenting(do: Doing, connection: Connection, called: str, act: Act, *, by: str) -> str:
    """Id of the person who consents: another of the caller's organisation, or one of the data authority.

    Args:
        do: the act.
        connection: to read with.
        called: who consents, as the caller names it.
        act: what is done.
        by: who does it.

    Raises:
        Refused: it is the caller, or nobody who may do the act there.
    """
    among = (do.who.organisation, authority_on(connection, do.today)[1])
    return second_person(
        connection, called, first=(by, do.who.person), act=act, organisations=among, on=do.today,
        where="approved_by",
    )  # fmt: skip


def leaving_out(do: Doing, by: str) -> Judge:
    """What judges the rows of a workbook that leave a table out."""

    def judge(connection: Connection, line: Line) -> Fault | str:
        for code in codes_of(connection, line, do) or {""}:
            decision = judging.towards(
                connection, do.who.role, do.who.organisation, Act.INVENTORY_REVIEW, (code,), do.today
            )
            if isinstance(decision, Deny):
                return line.fault("reason", _NOT_BY_A_LISTING, _INSTEAD)
        if do.who.person is None and enforced(connection) is not None:
            return line.fault("reason", NO_PERSON.message, NO_PERSON.allowed)
        try:
            return consenting(do, connection, line.get("approver"), Act.INVENTORY_REVIEW, by=by)
        except Refused as refused:
            (reason,) = refused.decision.reasons
            return line.fault("approver", reason.message, reason.allowed or "name another person")

    return judge


def codes_of(connection: Connection, line: Line, do: Doing) -> set[str]:
    """Codes of the departments a row's system is of, as it stands and as the row states it."""
    department, system = line.get("department"), line.get("system")
    return {
        line.get("department_code"),
        code_of(connection, department, "", do.today),
        of_system(connection, system, do.today) or "",
    } - {""}
