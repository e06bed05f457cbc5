"""Answering a case: stage by stage, item by item; returned once, extended once, refused on a ground only.

Decides whose turn it is and what an answer does to a case: a yes names the items it is about, whatever was
asked for beside them is refused. What stands against an answer is :mod:`space.requesting.objections`'s.

Source: 政务数据共享条例 Arts 20–23; ``policies/rules/requests.yaml``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from catalog.clocks import running as clocks
from policies.approval import Side
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.requesting import chains, turns
from space.requesting.cases import Actor, Case, procedure, stop_clock, subject_of
from space.requesting.filing import start_supply
from space.requesting.objections import (
    Answer,
    event_of,
    may_sit,
    objections,
    permitted,
    same_person,
    strangers,
)
from space.requesting.requests import Request, settle
from space.requesting.walking import answer, cases_called, lock, take

_NOT_WAITING: Final = Reason(
    "request.not_submitted",
    "this request does not wait for an answer",
    allowed="`ybz request show ID` says where it stands",
)


def decide(
    connection: Connection,
    named: str,
    *,
    permit: bool,
    basis: str,
    by: str,
    now: datetime,
    ground: str = "",
    refusal_basis: str = "",
    items: Collection[str] | None = None,
    office: Side | None = None,
    organisation: str | None = None,
) -> Request:
    """Answer a case at its stage, or every case of a request that is at one.

    Args:
        connection: a writing transaction.
        named: id of a request or of a case.
        permit: yes or no.
        basis: law, regulation or decision the answer rests on; an answer is void without one.
        by: the person who answers.
        now: aware instant.
        ground: of the dated list, for what is refused.
        refusal_basis: what the refusal rests on where some items are permitted; ``basis`` where empty.
        items: ``dataset.field`` of what is permitted, where not everything asked for is.
        office: in which the person acts; that of the stage where None.
        organisation: for whom the person acts: only cases whose stage is its own are answered; None on the
            installation itself.

    Raises:
        Refused: nothing waits for an answer, a basis or ground is missing, an item may not be shared, the
            person may not answer; with every reason.
        IllegalStep: it is another office's turn.
    """
    request, found = cases_called(connection, named)
    lock(connection, request.id)
    waiting = [case for case in found if case.state in turns.STAGES]
    if organisation is not None and waiting:
        waiting = [case for case in waiting if turns.sits(case, organisation)]
        if not waiting:
            raise Refused(Deny((turns.NOT_YOURS,)))
    if not waiting:
        returned = next((case for case in found if case.waits), None)
        if returned is not None and office is not None:
            procedure().after(returned.state, "permit" if permit else "refuse", office, returned.id)
        raise Refused(Deny((_NOT_WAITING,)))
    chosen = None if items is None else frozenset(items)
    if chosen is not None:  # a yes to some items says nothing of another owner's
        waiting = [case for case in waiting if any(i.name in chosen for i in case.open_items)] or waiting
    given = Answer(permit, basis, by, ground, refusal_basis, chosen, office)
    reasons = [reason for case in waiting for reason in objections(connection, request, case, given, now)]
    reasons += strangers(waiting, given)
    if reasons:
        raise Refused(Deny(tuple(dict.fromkeys(reasons))))
    for case in waiting:
        _answer(connection, case, given, now)
    return settle(connection, request.id, basis=basis.strip(), by=by, now=now)


def give_back(
    connection: Connection, case_id: str, lacks: Sequence[str], *, by: str, now: datetime,
    office: Side = Side.FIRST,
) -> Request:  # fmt: skip
    """Tell the applicant all the provider still needs, once and completely 一次性告知; the clock waits.

    Raises:
        Refused: nothing is named, or the case was returned before.
        IllegalStep: the case is not with its first stage.
    """
    _, (case,) = cases_called(connection, case_id)
    procedure().after(case.state, "return", office, case.id)
    points = [point.strip() for point in lacks if point.strip()]
    reasons = list(may_sit(connection, case, office, by, local_date(now)))
    if not points:
        reasons.append(Reason("request.nothing_lacks", "a return names what is missing", "lacks"))
    if case.lacks:
        reasons.append(
            Reason(
                "request.returned_once",
                "what is missing is told once and completely: this case was returned before",
                case.id,
                "answer it with what is there",
            )
        )
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    take(
        connection, case, "return", Actor(by, office), now, reason="; ".join(points), lacks=points,
        details={"points": len(points)},
    )  # fmt: skip
    clocks.pause(
        connection, subject=subject_of(case.id), rule=case.rule, reason="what is missing is asked for", by=by,
        now=now,
    )  # fmt: skip
    return settle(connection, case.request_id, basis="", by=by, now=now)


def extend(
    connection: Connection,
    case_id: str,
    *,
    reason: str,
    approved_by: str,
    by: str,
    now: datetime,
    workdays: int | None = None,
    office: Side = Side.AUTHORITY,
) -> Request:
    """Extend the clock of an answer once, with the consent of the authority; the applicant is told.

    Args:
        connection: a writing transaction.
        case_id: of the case.
        reason: why.
        approved_by: the person of the authority who consents.
        by: who asked for it.
        now: aware instant, not after the last day.
        workdays: how many, where fewer than the rule allows.
        office: in which consent is given.

    Raises:
        Refused: one person asks and consents, or no rule extends this answer.
        ClockError: it is overdue, was extended before, or gives no reason.
        IllegalStep: nothing waits for an answer.
    """
    _, (case,) = cases_called(connection, case_id)
    procedure().after(case.state, "extend", office, case.id)
    known = clocks.extensions_of(case.rule, local_date(now))
    reasons = []
    if not known:
        reasons.append(
            Reason("request.not_extended", f"no rule extends {case.rule}", case.id, "answer it in its time")
        )
    if same_person(by, approved_by):
        reasons.append(
            Reason("request.extension.one_person", "who asks for an extension does not consent to it", "by")
        )
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    clock = clocks.extend(
        connection, subject=subject_of(case.id), rule=case.rule, extension=known[0], reason=reason,
        approved_by=approved_by, by=by, workdays=workdays, now=now,
    )  # fmt: skip
    told = {"extension": known[0], "due_on": clock.due_on.isoformat() if clock.due_on else "", "asked": by}
    take(connection, case, "extend", Actor(approved_by, office), now, reason=reason.strip(), details=told)
    return settle(connection, case.request_id, basis="", by=by, now=now)


def _answer(connection: Connection, case: Case, given: Answer, now: datetime) -> None:
    """Take one stage of a case: strike out what is refused, pass the rest on, or end it."""
    seat = case.chain.seat(case.state)
    person = chains.acts_for(connection, seat, given.by, local_date(now))
    kept = permitted(case, given)
    struck = tuple(item for item in case.open_items if item not in kept)
    event, actor = event_of(case, kept), Actor(given.by, given.office or Side(case.state))
    basis = given.basis.strip()
    refusal = given.refusal_basis.strip() or basis
    answer(connection, case, struck, "refused", now, basis=refusal, ground=given.ground, by=given.by)
    if event == "permit":
        answer(connection, case, kept, "permitted", now, basis=basis, by=given.by)
    after = take(
        connection, case, event, actor, now, reason=basis, items=kept or struck,
        for_person=None if person == given.by else person,
        details={"refused": sorted(item.name for item in struck), "ground": given.ground if struck else ""},
    )  # fmt: skip
    if not after.waits:
        stop_clock(connection, case, case.rule, now)
    if any(item.answer == "permitted" for item in after.items) and not after.waits:
        start_supply(connection, after, now)
