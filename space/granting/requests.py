"""Requests: a department's for data 共享申请, an operator's for authorised operation 授权运营申请.

Decides whether a request is complete (what is missing is told once and completely), by which day it
must be answered, and records the answer with its basis. What a permitted request may turn into is
decided by :mod:`space.granting.grants`.

Source: 政务数据共享条例 Arts 20–23; 发改数据规〔2025〕27号.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, delete, insert, select, update

from catalog.clocks.place import place_on
from catalog.evidence import record
from catalog.store.schema import new_id
from catalog.store.tables.grants import request_items, requests
from contracts.model import ShareType
from policies.clocks import due_by, local_date
from policies.decision import Deny, Reason
from space.errors import Refused, Unknown
from space.granting.statements import Item, Statement
from space.identity.organisations import register

State = Literal["incomplete", "submitted", "permitted", "refused"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it stands.

    Attributes:
        id: of the request.
        kind: ``sharing`` or ``operation``.
        applicant: code of the organisation that asks.
        purpose: code of the purpose vocabulary.
        statement: legal basis, scenario, scope, method, who vouches, …
        use_until: last day of use asked for.
        share_type: strictest sharing type over the items.
        state: see :data:`State`.
        missing: everything an incomplete request lacks.
        received_at: when it became complete; until then, when it came.
        due_on: last day for the answer; None while something is missing.
        due_provisional: the holiday calendar of that year is not known yet.
        due_rule: the rule the day comes from.
        answered_at, basis, answered_by: the answer, once given.
        items: dataset and field, each with its sharing type.
    """

    id: str
    kind: str
    applicant: str
    purpose: str
    statement: Mapping[str, Any]
    use_until: date | None
    share_type: str
    state: State
    missing: tuple[str, ...]
    received_at: datetime
    due_on: date | None
    due_provisional: bool
    due_rule: str
    answered_at: datetime | None
    basis: str | None
    answered_by: str | None
    items: tuple[Item, ...]

    def covers(self, dataset: str, field: str) -> bool:
        """Whether the item was asked for."""
        return any(item.dataset == dataset and item.field == field for item in self.items)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        document = asdict(self)
        for key in ("use_until", "received_at", "due_on", "answered_at"):
            document[key] = None if document[key] is None else document[key].isoformat()
        return document


def submit(connection: Connection, statement: Statement, now: datetime) -> Request:
    """File a request; an incomplete one is kept, with the one list of what it lacks.

    Args:
        connection: a writing transaction.
        statement: what the applicant stated, read by :func:`space.granting.statements.read`.
        now: aware instant.
    """
    register(connection, statement.applicant, now)
    request_id = new_id("req")
    values = _values(connection, statement, now)
    connection.execute(insert(requests).values(id=request_id, **values))
    _store_items(connection, request_id, statement)
    _record(connection, request_id, values["state"], values["due_on"], now)
    return by_id(connection, request_id)


def supplement(connection: Connection, request_id: str, statement: Statement, now: datetime) -> Request:
    """Replace what an incomplete request stated; once complete, its clock starts.

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
    _store_items(connection, request_id, statement)
    _record(connection, request_id, values["state"], values["due_on"], now)
    return by_id(connection, request_id)


def decide(
    connection: Connection, request_id: str, *, permit: bool, basis: str, by: str, now: datetime
) -> Request:
    """Answer a complete request.

    Args:
        connection: a writing transaction.
        request_id: of the request.
        permit: yes or no.
        basis: law, regulation or decision the answer rests on; a refusal is void without one.
        by: the person who answers.
        now: aware instant.

    Raises:
        Refused: it is not waiting for an answer, the basis is missing, or an item may not be shared.
    """
    standing = by_id(connection, request_id)
    reasons = list(_objections(standing, permit=permit, basis=basis))
    if reasons:
        raise Refused(Deny(tuple(reasons)))
    state: State = "permitted" if permit else "refused"
    done = connection.execute(
        update(requests)
        .where(requests.c.id == request_id, requests.c.state == "submitted")
        .values(state=state, answered_at=now, basis=basis.strip(), answered_by=by)
    )
    if done.rowcount != 1:
        raise Refused(Deny((_NOT_WAITING,)))
    _record(connection, request_id, state, standing.due_on, now)
    return by_id(connection, request_id)


def by_id(connection: Connection, request_id: str) -> Request:
    """The request of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(requests).where(requests.c.id == request_id)).first()
    if row is None:
        raise Unknown("request", request_id, "`ybz request list` shows them")
    return _request(connection, row)


def all_requests(connection: Connection, applicant: str | None = None) -> tuple[Request, ...]:
    """Every request, the oldest first; of one applicant where given."""
    wanted = select(requests).order_by(requests.c.received_at, requests.c.id)
    if applicant is not None:
        wanted = wanted.where(requests.c.applicant == applicant)
    return tuple(_request(connection, row) for row in connection.execute(wanted).all())


# The deadline rule of an answer; all but unconditional sharing is examined.
_ANSWER_RULE: Final = {ShareType.UNCONDITIONAL: "answer_unconditional"}

_NOT_WAITING: Final = Reason(
    "request.not_submitted",
    "this request does not wait for an answer",
    allowed="`ybz request show ID` says where it stands",
)


def _objections(standing: Request, *, permit: bool, basis: str) -> list[Reason]:
    reasons = []
    if standing.state != "submitted":
        reasons.append(_NOT_WAITING)
    if not basis.strip():
        reasons.append(
            Reason("request.basis", "an answer names what it rests on", "basis", "cite the law or decision")
        )
    if permit:
        reasons += [
            Reason(
                "request.withheld",
                "an item that is not shared (不予共享) cannot be permitted",
                f"{item.dataset}.{item.field}",
                "refuse, citing the basis in the catalogue, or have the catalogue entry changed first",
            )
            for item in standing.items
            if item.share_type == ShareType.WITHHELD.value
        ]
    return reasons


def _values(connection: Connection, statement: Statement, now: datetime) -> dict[str, Any]:
    complete = not statement.missing
    rule = _ANSWER_RULE.get(statement.share_type, "answer_conditional")
    today = local_date(now)
    by_when = due_by(rule, today, place_on(connection, today)) if complete else None
    return {
        "kind": statement.kind,
        "applicant": statement.applicant.code,
        "purpose": statement.purpose,
        "statement": dict(statement.stated),
        "use_until": statement.use_until,
        "share_type": statement.share_type.value,
        "state": "submitted" if complete else "incomplete",
        "missing": list(statement.missing),
        "received_at": now,
        "due_on": by_when.date if by_when else None,
        "due_provisional": by_when.provisional if by_when else False,
        "due_rule": rule if by_when else "",
    }


def _store_items(connection: Connection, request_id: str, statement: Statement) -> None:
    for item in statement.items:
        connection.execute(
            insert(request_items).values(
                request_id=request_id, dataset=item.dataset, field=item.field, share_type=item.share_type
            )
        )


def _record(connection: Connection, request_id: str, state: str, due_on: date | None, now: datetime) -> None:
    verb = {"submitted": "submit", "incomplete": "return", "permitted": "permit", "refused": "refuse"}[state]
    late = due_on is not None and local_date(now) > due_on
    body = {"state": state, "due_on": due_on.isoformat() if due_on else None, "late": late}
    record(connection, event=f"space:request:{verb}", subject=request_id, body=body, now=now)


def _request(connection: Connection, row: Row[Any]) -> Request:
    of_request = select(request_items).where(request_items.c.request_id == row.id)
    found = connection.execute(of_request.order_by(request_items.c.dataset, request_items.c.field)).all()
    values = dict(row._mapping)
    values["missing"] = tuple(values["missing"])
    return Request(**values, items=tuple(Item(i.dataset, i.field, i.share_type) for i in found))
