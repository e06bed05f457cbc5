"""Requests 申请 as they stand: what was asked, of whom, what each item was answered, which steps were taken.

Decides the state of a request from its cases: permitted as soon as one item is, refused when every case came
to nothing, submitted while one is waited for. Filing is :mod:`space.requesting.filing`, answering
:mod:`space.requesting.answering`, disputes :mod:`space.requesting.disputing`.

Source: 政务数据共享条例 Arts 20–23; 发改数据规〔2025〕27号.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from catalog.clocks import running as clocks
from catalog.evidence import record
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.grants import request_items, requests
from catalog.store.tables.requesting import request_answers, request_cases, request_steps
from policies.approval import Side
from policies.clocks import local_date
from space.errors import Unknown
from space.requesting.cases import Actor, Case, case_from_row, due_of, subject_of
from space.requesting.statements import Item

State = Literal["incomplete", "submitted", "permitted", "refused", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it stands.

    Attributes:
        id: of the request.
        kind: ``sharing``, ``operation`` or ``open``.
        applicant: code of the organisation that asks.
        purpose: code of the purpose vocabulary.
        statement: legal basis, scenario, scope, method, who vouches, …
        use_until: last day of use asked for.
        share_type: strictest sharing type over the items.
        state: see :data:`State`.
        missing: everything an incomplete request lacks.
        received_at: when it became complete; until then, when it came.
        due_on: last day for the answer, of the case that has the longest; None while something is missing.
        due_provisional: the holiday calendar of that year is not known yet.
        due_rule: the rule the day comes from.
        answered_at, basis, answered_by: the last answer, once no case waits any more.
        items: dataset and field, each with its sharing type, its case and its answer.
        cases: what each owner answers; none while something is missing.
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
    cases: tuple[Case, ...] = ()

    def covers(self, dataset: str, field: str) -> bool:
        """Whether the item was asked for and, once anything is permitted, is permitted itself."""
        answers = ("permitted",) if self.cases and self.state == "permitted" else ("permitted", None)
        return any(
            (item.dataset, item.field) == (dataset, field) and item.answer in answers for item in self.items
        )

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        document = asdict(self)
        for key in ("use_until", "received_at", "due_on", "answered_at"):
            document[key] = None if document[key] is None else document[key].isoformat()
        document["cases"] = [case.to_document() for case in self.cases]
        return document


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a request or of a case of it.

    Attributes:
        case_id: of the case; None: of the request as a whole.
        number: 1, 2, … within the request.
        event, state: what was done, and where it led.
        office, made_by, for_person: who did it, in which office, as whose delegate.
        reason: why; what an answer rests on.
        items: ``dataset.field``, where the step is about some only.
        made_at, evidence_id: when, and its place in the log.
    """

    case_id: str | None
    number: int
    event: str
    state: str
    office: str
    made_by: str
    for_person: str | None
    reason: str
    items: tuple[str, ...]
    made_at: datetime
    evidence_id: str

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        return asdict(self) | {"made_at": self.made_at.isoformat()}


def by_id(connection: Connection, request_id: str) -> Request:
    """The request of that id.

    Raises:
        Unknown: there is none.
    """
    found = _requests(connection, select(requests).where(requests.c.id == request_id))
    if not found:
        raise Unknown("request", request_id, "`ybz request list` shows them")
    return found[0]


def all_requests(
    connection: Connection, applicant: str | None = None, part: Part | None = None
) -> tuple[Request, ...]:
    """Every request, the oldest first; of one applicant where given, a part by `received_at` and id."""
    wanted = parted(select(requests), part, requests.c.received_at, requests.c.id)
    if applicant is not None:
        wanted = wanted.where(requests.c.applicant == applicant)
    return _requests(connection, wanted)


def history(connection: Connection, request_id: str, part: Part | None = None) -> tuple[Step, ...]:
    """Every step of a request and its cases, the first one first; a part by their numbers."""
    s = request_steps.c
    steps = select(request_steps).where(s.request_id == request_id)
    rows = connection.execute(parted(steps, part, s.number)).all()
    names = Step.__dataclass_fields__
    return tuple(
        Step(**{n: row._mapping[n] for n in names if n != "items"}, items=tuple(row.items)) for row in rows
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What a step says beside what was done.

    Attributes:
        state: where it led.
        reason: why.
        items: what it is about, where not the whole.
        evidence_id: of its entry.
        case_id: of the case, or None.
        for_person: whose delegate acted.
    """

    state: str
    reason: str
    items: Collection[str]
    evidence_id: str
    case_id: str | None = None
    for_person: str | None = None


def note(
    connection: Connection, request_id: str, event: str, actor: Actor, told: Told, now: datetime
) -> None:
    """Keep a step in the history of a request."""
    s = request_steps.c
    former = select(func.count()).select_from(request_steps).where(s.request_id == request_id)
    connection.execute(
        insert(request_steps).values(
            id=new_id("stp"), request_id=request_id, case_id=told.case_id,
            number=connection.execute(former).scalar_one() + 1, event=event, state=told.state,
            office=actor.office.value, made_by=actor.by, for_person=told.for_person, reason=told.reason,
            items=sorted(told.items), made_at=now, evidence_id=told.evidence_id,
        )
    )  # fmt: skip


def settle(connection: Connection, request_id: str, *, basis: str, by: str, now: datetime) -> Request:
    """Bring a request in line with its cases; an answer that is now whole is evidence.

    Args:
        connection: a writing transaction.
        request_id: of the request.
        basis: what the last answer rests on.
        by: who gave it.
        now: aware instant.
    """
    standing = by_id(connection, request_id)
    waiting = any(case.waits for case in standing.cases)
    answers = {item.answer for item in standing.items}
    state: State = "refused"
    if "permitted" in answers:
        state = "permitted"
    elif waiting:
        state = "submitted"
    elif answers == {"withdrawn"}:
        state = "withdrawn"
    values: dict[str, Any] = {"state": state}
    dues = [due for case in standing.cases if (due := due_of(connection, case)) is not None]
    if dues:
        latest = max(dues, key=lambda due: due.date)
        values |= {"due_on": latest.date, "due_provisional": latest.provisional}
    done = not waiting and standing.answered_at is None and state != "withdrawn"
    if done:
        values |= {"answered_at": now, "basis": basis, "answered_by": by}
    connection.execute(update(requests).where(requests.c.id == request_id).values(**values))
    after = by_id(connection, request_id)
    if done or (state != standing.state and not waiting):
        verb = {"permitted": "permit", "refused": "refuse", "withdrawn": "withdraw"}[state]
        told(connection, after, verb, now)
    return after


def told(connection: Connection, request: Request, verb: str, now: datetime) -> str:
    """Record a turn of a request as a whole; returns the entry's id."""
    late = request.due_on is not None and local_date(now) > request.due_on
    body = {
        "state": request.state,
        "due_on": request.due_on.isoformat() if request.due_on else None,
        "late": late,
    }
    return record(connection, event=f"space:request:{verb}", subject=request.id, body=body, now=now)


def supplied(
    connection: Connection, request_id: str, datasets: Iterable[str], *, by: str, now: datetime
) -> None:
    """End the supply clock of every case whose datasets a grant opens now; the act of signing that grant."""
    named = set(datasets)
    for case in by_id(connection, request_id).cases:
        subject = subject_of(case.id)
        runs = any(c.rule == "supply" for c in clocks.clocks_of(connection, subject, open_only=True))
        if runs and named & {item.dataset for item in case.items if item.answer == "permitted"}:
            clocks.end(connection, subject=subject, rule="supply", now=now)
            entry = record(
                connection, event="space:case:supply", subject=case.id, body={"by": by}, now=now
            )  # fmt: skip
            kept = Told(case.state, "a grant opens it", (), entry, case.id)
            note(connection, request_id, "supply", Actor(by, Side.FIRST), kept, now)


def _requests(connection: Connection, wanted: Select[Any]) -> tuple[Request, ...]:
    rows = connection.execute(wanted).all()
    ids = [row.id for row in rows]
    items, cases = _items(connection, ids), _cases(connection, ids)
    return tuple(_request(row, items.get(row.id, ()), cases.get(row.id, ())) for row in rows)


def _request(row: Row[Any], items: Iterable[Item], cases: Iterable[Row[Any]]) -> Request:
    values = dict(row._mapping)
    values["missing"] = tuple(values["missing"])
    held = tuple(items)
    made = tuple(
        case_from_row(case, tuple(item for item in held if item.case_id == case.id)) for case in cases
    )
    return Request(**values, items=held, cases=made)


def _items(connection: Connection, ids: Collection[str]) -> dict[str, list[Item]]:
    i, a = request_items.c, request_answers.c
    joined = request_items.outerjoin(
        request_answers,
        (a.request_id == i.request_id) & (a.dataset == i.dataset) & (a.field == i.field),
    )
    query = (
        select(i.request_id, i.dataset, i.field, i.share_type, a.case_id, a.answer, a.ground, a.basis)
        .select_from(joined)
        .where(i.request_id.in_(ids))
        .order_by(i.request_id, i.dataset, i.field)
    )
    found: dict[str, list[Item]] = {}
    for row in connection.execute(query):
        found.setdefault(row.request_id, []).append(Item(*row[1:]))
    return found


def _cases(connection: Connection, ids: Collection[str]) -> dict[str, list[Row[Any]]]:
    c = request_cases.c
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(
        select(request_cases).where(c.request_id.in_(ids)).order_by(c.request_id, c.number)
    ):
        found.setdefault(row.request_id, []).append(row)
    return found
