"""One step of a case: looked up in its table, written, kept in the history, recorded.

Decides nothing beyond the table; see :mod:`space.requesting.cases`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, select, update

from catalog.evidence import record
from catalog.store.tables.grants import requests
from catalog.store.tables.requesting import request_answers, request_cases, request_steps
from policies.decision import Reason
from space.errors import Unknown
from space.requesting.cases import NOBODY, WAITING, Actor, Case, procedure
from space.requesting.requests import Request, Told, by_id, note
from space.requesting.statements import Item

__all__ = [
    "SAME_PERSON",
    "answer",
    "answered_before",
    "answerers",
    "case_called",
    "cases_called",
    "lock",
    "take",
]

# Steps in which somebody approves or refuses, for the rule of two people.
_SIGNING: Final = ("to_second", "to_region", "to_authority", "permit", "refuse")
SAME_PERSON: Final = Reason(
    "request.same_person",
    "this person answered an earlier stage of the case",
    "by",
    "two people stand behind the answer: another one takes this stage",
)
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


def case_called(connection: Connection, case_id: str) -> Case:
    """The case of that id.

    Raises:
        Unknown: there is none.
    """
    c = request_cases.c
    found = connection.execute(select(c.request_id).where(c.id == case_id)).scalar()
    if found is None:
        raise Unknown("case", case_id, "`ybz request show ID` lists the cases of a request")
    return next(case for case in by_id(connection, found).cases if case.id == case_id)


def cases_called(connection: Connection, named: str) -> tuple[Request, tuple[Case, ...]]:
    """A request and the cases a name means: all of a request's, or the one of that id."""
    if named.startswith("case_"):
        case = case_called(connection, named)
        return by_id(connection, case.request_id), (case,)
    request = by_id(connection, named)
    return request, request.cases


def answerers(connection: Connection, case_id: str) -> frozenset[str]:
    """Who answered a stage of a case, and for whom they stood in."""
    s = request_steps.c
    acted = select(s.made_by, s.for_person).where(s.case_id == case_id, s.event.in_(_SIGNING))
    rows = connection.execute(acted).all()
    return frozenset(name for row in rows for name in (row.made_by, row.for_person) if name)


def answered_before(connection: Connection, case_id: str, by: str) -> bool:
    """Whether a person answered a stage of a case, or somebody did who stood in for them."""
    return by in answerers(connection, case_id)


def lock(connection: Connection, request_id: str) -> None:
    """Hold a request until the transaction ends, so that two answers do not cross."""
    connection.execute(select(requests.c.id).where(requests.c.id == request_id).with_for_update())


def take(
    connection: Connection,
    case: Case,
    event: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    items: Collection[Item] = (),
    for_person: str | None = None,
    details: Mapping[str, Any] = _NOTHING,
    **values: Any,
) -> Case:
    """Take a step of a case: its state, its place in the history, its evidence.

    Args:
        connection: a writing transaction.
        case: as it stands.
        event: of the table.
        actor: who acts.
        now: aware instant.
        reason: why; kept with the step.
        items: what it is about, where not the whole case.
        for_person: whose delegate acted.
        details: what the evidence holds beside.
        values: further columns of the case.

    Raises:
        IllegalStep: the table does not have it.
    """
    state = procedure().after(case.state, event, actor.office, case.id)
    if case.state in WAITING and state not in WAITING:
        values["answered_at"] = now
    c = request_cases.c
    connection.execute(update(request_cases).where(c.id == case.id).values(state=state, **values))
    names = [item.name for item in items]
    body = {
        "request": case.request_id, "state": state, "actor": actor.by, "office": actor.office.value,
        "owner": case.owner_code, "items": sorted(names), **details,
    }  # fmt: skip
    if for_person is not None:
        body["for"] = for_person
    entry = record(connection, event=f"space:case:{event}", subject=case.id, body=body, now=now)
    told = Told(state, reason, names, entry, case.id, for_person)
    note(connection, case.request_id, event, actor, told, now)
    return case_called(connection, case.id)


def answer(
    connection: Connection,
    case: Case,
    items: Collection[Item],
    given: str | None,
    now: datetime,
    *,
    basis: str | None = None,
    ground: str | None = None,
    by: str = NOBODY.by,
) -> None:
    """Write the answer to items of a case; ``given`` is permitted, refused or withdrawn."""
    a = request_answers.c
    for item in items:
        connection.execute(
            update(request_answers)
            .where(a.request_id == case.request_id, a.dataset == item.dataset, a.field == item.field)
            .values(answer=given, basis=basis, ground=ground, answered_by=by, answered_at=now)
        )
