"""Leaving a table out of the catalogue 不编目 over HTTP: an act of two people, also of a row of a workbook.

Decides that a row of a workbook leaves a table out on the same terms as the act itself: asked for by whoever
may review inventories, done when another who may has signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError
from sqlalchemy import Connection

from catalog.inventory import excluding
from catalog.inventory.importing import Consent, Judge, Leaving
from catalog.inventory.workbook import Line
from catalog.workbook.faults import Fault
from policies.access import Act
from policies.clocks import local_date
from policies.decision import Deny
from space.access import judging
from space.access.departments import code_of, of_system, of_table
from space.access.enforcing import NO_PERSON, enforced
from space.api.entrance.acting import Document, Doing, Signed
from space.api.entrance.second_signatures import among, consenting
from space.api.parties.acts_of_two import ActOfTwo, Both, wait
from space.errors import Refused

_NOT_BY_A_LISTING: Final = "the data authority leaves a table out, its department's list does not"
_INSTEAD: Final = (
    "empty 不编目原因; the data authority does it: `ybz inventory exclude`, POST /v1/inventory/exclusions"
)


class Left(Signed):
    """A table that is left out of the catalogue."""

    table: Annotated[str, Field(min_length=3, max_length=260, description="`SYSTEM/TABLE`.")]
    reason: str = Field(min_length=1, max_length=60, description="Code of the controlled list.")
    words: str = Field(min_length=1, max_length=2000, description="Why, one sentence.")
    approved_by: str = Field(min_length=1, max_length=200, description="Another person who may; who signs.")
    basis: str = Field("", max_length=2000, description="The law, where the reason needs one.")
    review_on: date | None = Field(None, description="Last day it holds.")


def leave_out(do: Doing, connection: Connection, said: Left, now: datetime) -> Document:
    """Ask for a table to be left out; it is, when the person named has signed."""
    by = do.by(said)
    second = consenting(do, connection, said.approved_by, Act.INVENTORY_REVIEW, by=by)
    return wait(connection, EXCLUSION, do.who, said, now, by=by, second=second, among=among(connection, do))


def _perform(
    connection: Connection, both: Both, _places: Mapping[str, str], body: Mapping[str, Any], now: datetime
) -> Document:
    said, first, on = Left.model_validate(body), both.first, local_date(now)
    theirs = (of_table(connection, said.table, on),)
    decision = judging.towards(connection, first.role, first.organisation, EXCLUSION.act, theirs, on)
    if isinstance(decision, Deny):
        raise Refused(decision)
    made = excluding.exclude(
        connection, said.table, reason=said.reason, words=said.words, approved_by=both.second, by=both.by,
        now=now, basis=said.basis, review_on=said.review_on, signed=True,
    )  # fmt: skip
    return {"id": made, "table": said.table, "state": "excluded", "reason": said.reason}


EXCLUSION: Final = ActOfTwo("POST /v1/inventory/exclusions", Act.INVENTORY_REVIEW, Left, _perform)


def leaving_out(do: Doing, by: str, now: datetime) -> Judge:
    """What judges the rows of a workbook that leave a table out: each waits for whom it names."""

    def judge(connection: Connection, line: Line, leaving: Leaving) -> Consent | Fault:
        for code in codes_of(connection, line, do) or {""}:
            decision = judging.towards(
                connection, do.who.role, do.who.organisation, Act.INVENTORY_REVIEW, (code,), do.today
            )
            if isinstance(decision, Deny):
                return line.fault("reason", _NOT_BY_A_LISTING, _INSTEAD)
        if do.who.person is None and enforced(connection) is not None:
            return line.fault("reason", NO_PERSON.message, NO_PERSON.allowed)
        try:
            said = Left(
                by=by, table=leaving.table, reason=leaving.reason, words=leaving.words,
                approved_by=line.get("approver"), basis=leaving.basis, review_on=leaving.review_on,
            )  # fmt: skip
        except ValidationError:
            return line.fault("words", "a text of the row is too long", "say it in one sentence")
        try:
            leave_out(do, connection, said, now)
        except Refused as refused:
            (reason,) = refused.decision.reasons
            return line.fault("approver", reason.message, reason.allowed or "name another person")
        return Consent.AWAITED

    return judge


def codes_of(connection: Connection, line: Line, do: Doing) -> set[str]:
    """Codes of the departments a row's system is of, as it stands and as the row states it."""
    department, system = line.get("department"), line.get("system")
    return {
        line.get("department_code"),
        code_of(connection, department, "", do.today),
        of_system(connection, system, do.today) or "",
    } - {""}
