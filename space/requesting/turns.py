"""Whose turn a case is 轮到谁办理: the organisation that sits at its stage, or decides its dispute.

Decides for callers that act for one organisation only, such as a program with a token. On the installation
itself people act in whichever office they name, and the table of steps judges that.

Source: 政务数据共享条例 Arts 20–23, 27.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from catalog.clocks.owed import authority_on
from catalog.clocks.standing import open_clocks
from catalog.store.tables.requesting import request_cases
from policies import approval
from policies.approval import Side
from policies.decision import Deny, Reason
from space.errors import Refused
from space.requesting.cases import Case, subject_of
from space.requesting.requests import Request, by_id

# States in which a case waits for an answer.
STAGES: Final = tuple(stage.value for stage in approval.STAGES)
_NEGOTIATING: Final = "negotiating"
_SUPPLY: Final = "supply"
_BEFORE_AUTHORITY: Final = "before_authority"
NOT_YOURS: Final = Reason(
    "request.not_your_turn",
    "another organisation has the turn",
    "case",
    "the request says where it stands and whom it waits for",
)


def sits(case: Case, organisation: str) -> bool:
    """Whether an organisation sits at the stage a case waits at."""
    return case.state in STAGES and case.chain.seat(case.state).code == organisation


def office_of(connection: Connection, case: Case, organisation: str, on: date) -> Side | None:
    """The office in which an organisation has the turn of a case; None where another has it."""
    if case.state in STAGES:
        return Side(case.state) if sits(case, organisation) else None
    if case.state == _NEGOTIATING:
        return Side.FIRST if case.chain.seats and case.chain.seats[0].code == organisation else None
    if case.state == _BEFORE_AUTHORITY:
        return Side.AUTHORITY if authority_on(connection, on)[1] == organisation else None
    return None


def require(connection: Connection, case: Case, organisation: str, on: date) -> Side:
    """The office in which an organisation has the turn.

    Raises:
        Refused: another has it.
    """
    office = office_of(connection, case, organisation, on)
    if office is None:
        raise Refused(Deny((NOT_YOURS,)))
    return office


def require_authority(connection: Connection, organisation: str, on: date) -> None:
    """Let the data authority's own act pass.

    Raises:
        Refused: another organisation acts.
    """
    if authority_on(connection, on)[1] != organisation:
        raise Refused(Deny((NOT_YOURS,)))


def concerns(connection: Connection, request: Request, organisation: str, on: date) -> bool:
    """Whether an organisation has a say in a request: in a chain, as an owner, or as the authority."""
    seated = {seat.code for case in request.cases for seat in case.chain.seats}
    owners = {case.owner_code for case in request.cases}
    authority = authority_on(connection, on)[1]
    return bool(request.cases) and organisation in {*seated, *owners, authority} - {""}


def waiting_for(connection: Connection, organisation: str, on: date) -> tuple[tuple[Request, Case], ...]:
    """Every case of which an organisation has the turn, with its request, the oldest first."""
    c = request_cases.c
    open_ = c.state.in_((*STAGES, _NEGOTIATING, _BEFORE_AUTHORITY))
    rows = connection.execute(select(c.id, c.request_id).where(open_).order_by(c.opened_at, c.id)).all()
    asked = {request_id: by_id(connection, request_id) for request_id in {row.request_id for row in rows}}
    found = []
    for row in rows:
        request = asked[row.request_id]
        case = next(each for each in request.cases if each.id == row.id)
        if office_of(connection, case, organisation, on) is not None:
            found.append((request, case))
    return tuple(found)


def to_grant(connection: Connection, organisation: str, on: date) -> tuple[Request, ...]:
    """Permitted requests an organisation has a say in, of which a case is not opened by a grant yet.

    The first that is due stands first.
    """
    owed = [clock.subject for clock in open_clocks(connection) if clock.rule == _SUPPLY]
    c = request_cases.c
    rows = connection.execute(select(c.id, c.request_id).where(c.id.in_([_case(one) for one in owed])))
    asked = {subject_of(row.id): row.request_id for row in rows}
    found = [by_id(connection, name) for name in dict.fromkeys(asked[one] for one in owed if one in asked)]
    return tuple(one for one in found if concerns(connection, one, organisation, on))


def _case(subject: str) -> str:
    return subject.partition(":")[2]
