"""Filing a request: told once what it lacks, split into one case an owner, routed; completed or withdrawn.

Decides that items of one owner that take one way (:mod:`space.requesting.routing`) are one case with one
clock. What is shared without condition and has no stage is given at once.

Source: 政务数据共享条例 Arts 20–23.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, update

from catalog.clocks import running as clocks
from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.grants import request_items, requests
from catalog.store.tables.operation import operation_requests
from catalog.store.tables.requesting import request_answers, request_cases
from policies.approval import Side
from policies.clocks import due_by, local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.identity.organisations import register
from space.requesting.cases import NOBODY, Actor, Case, procedure, stop_clock, subject_of
from space.requesting.requests import Request, Told, by_id, note, settle
from space.requesting.routing import Way, answer_rule, routed
from space.requesting.statements import OPEN, Item, Statement
from space.requesting.walking import answer, case_called, lock, take

_AT_ONCE: Final = "政务数据共享条例 第20—23条（目录列明无条件共享，由数源部门规定即时答复）"


def submit(connection: Connection, statement: Statement, now: datetime) -> Request:
    """File a request; an incomplete one is kept, with the one list of what it lacks.

    Args:
        connection: a writing transaction.
        statement: what the applicant stated, read by :func:`space.requesting.statements.read`.
        now: aware instant.
    """
    register(connection, statement.applicant, now)
    request_id = new_id("req")
    values = _values(connection, statement, now)
    connection.execute(insert(requests).values(id=request_id, **values))
    return _entered(connection, request_id, "new", statement, now)


def supplement(connection: Connection, request_id: str, statement: Statement, now: datetime) -> Request:
    """Replace what an incomplete request stated; once complete, its clocks start.

    Raises:
        Refused: the request is not waiting for a supplement, or another organisation asks.
    """
    standing = by_id(connection, request_id)
    if standing.state != "incomplete" or standing.applicant != statement.applicant.code:
        raise Refused(
            Deny((Reason("request.not_incomplete", "this request does not wait for a supplement"),))
        )
    values = _values(connection, statement, now)
    connection.execute(update(requests).where(requests.c.id == request_id).values(**values))
    connection.execute(delete(request_items).where(request_items.c.request_id == request_id))
    return _entered(connection, request_id, "incomplete", statement, now)


def complete(
    connection: Connection, case_id: str, given: Sequence[str], *, by: str, now: datetime,
    office: Side = Side.APPLICANT,
) -> Case:  # fmt: skip
    """Give what the provider found missing in a case; its clock runs on.

    Args:
        connection: a writing transaction.
        case_id: of a returned case.
        given: one text for each point of the list, in its order.
        by: the person of the applicant.
        now: aware instant.
        office: in which they act.

    Raises:
        Refused: a point is left open.
        IllegalStep: the case is not returned.
    """
    case = case_called(connection, case_id)
    procedure().after(case.state, "complete", office, case.id)
    texts = [text.strip() for text in given]
    if len(texts) != len(case.lacks) or not all(texts):
        raise Refused(
            Deny(
                (
                    Reason(
                        "request.lacks_open",
                        "every point of the list is answered, in its order",
                        "answer",
                        f"{len(case.lacks)} texts: `ybz request show` repeats the list",
                    ),
                )
            )
        )
    after = take(
        connection, case, "complete", Actor(by, office), now, reason="; ".join(texts), given=texts,
        details={"points": len(texts)},
    )  # fmt: skip
    clocks.resume(connection, subject=subject_of(case.id), rule=case.rule, by=by, now=now)
    settle(connection, case.request_id, basis="", by=by, now=now)
    return after


def withdraw(
    connection: Connection, request_id: str, *, reason: str, by: str, now: datetime,
    office: Side = Side.APPLICANT,
) -> Request:  # fmt: skip
    """Take a request back: what is waited for is waited for no more; what was answered stays.

    Raises:
        Refused: no reason is given.
        IllegalStep: nothing is waited for.
    """
    lock(connection, request_id)
    standing = by_id(connection, request_id)
    if not reason.strip():
        raise Refused(Deny((Reason("request.reason", "this step states its reason", "reason"),)))
    actor = Actor(by, office)
    if not standing.cases:
        state = procedure().after(standing.state, "withdraw", office, request_id)
        connection.execute(update(requests).where(requests.c.id == request_id).values(state=state))
        entry = record(
            connection, event="space:request:withdraw", subject=request_id, body={"actor": by}, now=now
        )
        note(connection, request_id, "withdraw", actor, Told(state, reason, (), entry), now)
        return by_id(connection, request_id)
    waiting = [case for case in standing.cases if case.waits]
    for case in waiting or standing.cases[:1]:
        answer(connection, case, case.open_items, "withdrawn", now, basis=reason.strip(), by=by)
        take(connection, case, "withdraw", actor, now, reason=reason, items=case.open_items)
        stop_clock(connection, case, case.rule, now, why="the request was withdrawn")
    return settle(connection, request_id, basis=reason.strip(), by=by, now=now)


def _entered(
    connection: Connection, request_id: str, state: str, statement: Statement, now: datetime
) -> Request:
    """Keep what was stated, tell what is missing, or open its cases."""
    for item in statement.items:
        connection.execute(
            insert(request_items).values(
                request_id=request_id, dataset=item.dataset, field=item.field, share_type=item.share_type
            )
        )
    who = Actor(statement.stated.get("vouched_by") or statement.applicant.name, Side.APPLICANT)
    if statement.missing:
        after = procedure().after(state, "return", Side.CLOCK, request_id)
        entry = _record(connection, request_id, "return", None, now, lacks=len(statement.missing))
        note(
            connection, request_id, "return", NOBODY,
            Told(after, "; ".join(statement.missing), (), entry), now,
        )  # fmt: skip
        return by_id(connection, request_id)
    event = "file" if state == "new" else "supplement"
    after = procedure().after(state, event, Side.APPLICANT, request_id)
    due_on = by_id(connection, request_id).due_on
    entry = _record(connection, request_id, "submit", due_on, now)
    note(connection, request_id, event, who, Told(after, "", (), entry), now)
    if statement.under is not None and statement.under.complete:
        connection.execute(
            insert(operation_requests).values(
                request_id=request_id,
                agreement_id=statement.under.agreement_id,
                scenario_id=statement.under.scenario_id,
            )
        )
    _split(connection, request_id, statement, now)
    return settle(connection, request_id, basis=_AT_ONCE, by=NOBODY.by, now=now)


def _split(connection: Connection, request_id: str, statement: Statement, now: datetime) -> None:
    """Open a case for every owner and way; route each."""
    for number, (way, items) in enumerate(routed(connection, statement, local_date(now)), start=1):
        _open(connection, request_id, number, way, items, now)


def _open(
    connection: Connection, request_id: str, number: int, way: Way, items: Sequence[Item], now: datetime
) -> None:
    case_id = new_id("case")
    connection.execute(
        insert(request_cases).values(
            id=case_id, request_id=request_id, number=number, owner=way.owner, owner_code=way.owner_code,
            share_type=way.share_type, rule=way.rule, chain=way.chain.to_document(), state="submitted",
            opened_at=now,
        )
    )  # fmt: skip
    connection.execute(
        insert(request_answers),
        [
            {"request_id": request_id, "dataset": i.dataset, "field": i.field, "case_id": case_id}
            for i in items
        ],
    )
    case = case_called(connection, case_id)
    if not way.chain.seats:
        answer(connection, case, case.open_items, "permitted", now, basis=_AT_ONCE)
        given = take(connection, case, "at_once", NOBODY, now, reason=_AT_ONCE)
        start_supply(connection, given, now)
        return
    clocks.start(
        connection, subject=subject_of(case_id), rule=way.rule, owner=way.owner, owner_code=way.owner_code,
        words=f"answer {len(items)} items of the request {request_id}", now=now,
    )  # fmt: skip
    take(connection, case, "to_first", NOBODY, now)


def start_supply(connection: Connection, case: Case, now: datetime) -> None:
    """Start the clock of the supply of what a case permits, where none runs."""
    subject = subject_of(case.id)
    if not any(c.rule == "supply" for c in clocks.clocks_of(connection, subject, open_only=True)):
        clocks.start(
            connection, subject=subject, rule="supply", owner=case.owner, owner_code=case.owner_code,
            words=f"supply what was permitted of the request {case.request_id}", now=now,
        )  # fmt: skip


def _values(connection: Connection, statement: Statement, now: datetime) -> dict[str, Any]:
    complete_ = not statement.missing
    share = OPEN if statement.kind == OPEN else statement.share_type.value
    rule = answer_rule(share)
    today = local_date(now)
    by_when = due_by(rule, today, place_on(connection, today)) if complete_ else None
    return {
        "kind": statement.kind,
        "applicant": statement.applicant.code,
        "purpose": statement.purpose,
        "statement": dict(statement.stated),
        "use_until": statement.use_until,
        "share_type": statement.share_type.value,
        "state": "submitted" if complete_ else "incomplete",
        "missing": list(statement.missing),
        "received_at": now,
        "due_on": by_when.date if by_when else None,
        "due_provisional": by_when.provisional if by_when else False,
        "due_rule": rule if by_when else "",
    }


def _record(
    connection: Connection, request_id: str, verb: str, due_on: date | None, now: datetime, **more: Any
) -> str:
    body = {
        "state": "submitted" if verb == "submit" else "incomplete",
        "due_on": due_on.isoformat() if due_on else None,
        "late": False,
        **more,
    }
    return record(connection, event=f"space:request:{verb}", subject=request_id, body=body, now=now)
