"""Cases of entitlement alerts: checked at the door by the body, settled with an answer by the department.

Decides who settles a case (the department that answers for the list) and who may have it checked 核实 (the
body of the area). What the department then does about the entitlement is its own decision, outside this room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, func, select, update

from catalog.evidence import record
from catalog.store import reading, writing
from catalog.store.parts import Part, parted
from catalog.store.tables.entitlements import entitlement_cases as cases
from catalog.store.tables.grassroots import base_tasks
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused, SpaceError, Unknown
from space.wayback.grassroots.tasks import Task
from space.wayback.grassroots.verifying import open_check

Outcome = Literal["confirmed", "unfounded", "unclear"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("confirmed", "unfounded", "unclear")


class AlreadyClosed(SpaceError):
    """The case was settled, or its finding is gone."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case; without anything of the person but references.

    Attributes:
        finding: what was found.
        dataset, row: whose row it is about.
        area: region code; empty where no row names one.
        body: that answers for the area; empty where none does.
        record: of the person in that body's ledger; empty where it has none.
        confidence: how sure the finding is.
        state: ``open``, ``settled`` or ``gone``.
        overdue: it is open and its last day is over.
    """

    id: str
    comparison: str
    finding: str
    dataset: str
    row: str
    area: str
    body: str
    record: str
    department_code: str
    confidence: str
    state: str
    outcome: str
    due_on: date
    due_provisional: bool
    overdue: bool
    opened_at: datetime
    closed_at: datetime | None


def listing(
    connection: Connection, on: date, *, department: str = "", body: str = "", open_only: bool = False,
    part: Part | None = None,
) -> tuple[Case, ...]:  # fmt: skip
    """Cases of one department, of one body, or all; the soonest due first.

    Args:
        connection: a reading transaction.
        on: day what is overdue is told by.
        department: code.
        body: code.
        open_only: leave out what is settled or gone.
        part: by last day and id; every case where None.
    """
    c = cases.c
    query = parted(select(cases), part, c.due_on, c.id)
    if department:
        query = query.where(c.department_code == department)
    if body:
        query = query.where(c.body == body)
    if open_only:
        query = query.where(c.state == "open")
    return tuple(_case(row, on) for row in connection.execute(query))


def case(connection: Connection, case_id: str, on: date) -> Case:
    """The case of that id.

    Raises:
        Unknown: there is none.
    """
    row = connection.execute(select(cases).where(cases.c.id == case_id)).first()
    if row is None:
        raise Unknown("case", case_id, "see `ybz entitlement cases`")
    return _case(row, on)


def check(
    engine: Engine, case_id: str, *, body: str, person: str, due_on: date, by: str, now: datetime
) -> Task:
    """Have a case checked at the door, by the body of its area.

    Args:
        engine: the store.
        case_id: which.
        body: code of the body.
        person: who does it.
        due_on: last day.
        by: the person who gives the task.
        now: aware instant.

    Raises:
        Unknown: there is no such case of the body.
        AlreadyClosed: it is settled or gone.
        Refused: the body's ledger does not know the person.
    """
    with reading(engine) as connection:
        found = case(connection, case_id, local_date(now))
    if found.body != body:
        raise Unknown("case of this body", case_id, "see `ybz entitlement cases`")
    if found.state != "open":
        raise AlreadyClosed(f"{case_id} is {found.state}")
    if not found.record:
        allowed = "subscribe to the list or the register, and feed the ledger"
        reason = Reason("entitlement.record", "the body's ledger does not know the person", case_id, allowed)
        raise Refused(Deny((reason,)))
    return open_check(engine, body, found.record, person=person, due_on=due_on, by=by, now=now, case=case_id)


def settle(
    engine: Engine, case_id: str, *, department: str, outcome: Outcome, answer: str, by: str, now: datetime
) -> Case:
    """Say what became of a case, for the department that answers for the list.

    Args:
        engine: the store.
        case_id: which.
        department: code.
        outcome: ``confirmed``, ``unfounded`` or ``unclear``.
        answer: why, and what follows; without anything of the person.
        by: the person who settles it.
        now: aware instant.

    Raises:
        Unknown: there is no such case of the department.
        AlreadyClosed: it was settled, or its finding is gone.
        Refused: no answer is given, or the outcome is none.
    """
    if not answer.strip() or outcome not in OUTCOMES:
        said = "a case is settled with an outcome and an answer"
        raise Refused(Deny((Reason("entitlement.answer", said, "answer", " | ".join(OUTCOMES)),)))
    on, c = local_date(now), cases.c
    with writing(engine) as connection:
        found = case(connection, case_id, on)
        if found.department_code != department:
            raise Unknown("case of this department", case_id, "see `ybz entitlement cases`")
        done = connection.execute(
            update(cases)
            .where(c.id == case_id, c.state == "open")
            .values(state="settled", outcome=outcome, answer=answer, answered_by=by, closed_at=now)
        )
        if done.rowcount != 1:
            raise AlreadyClosed(f"{case_id} is {found.state}")
        t = base_tasks.c
        checks = select(func.count()).where(t.case_id == case_id, t.state == "done")
        told: dict[str, Any] = {"outcome": outcome, "late": on > found.due_on, "by": by}
        told |= {"checks": int(connection.execute(checks).scalar_one())}
        record(connection, event="entitlement:case:settle", subject=case_id, body=told, now=now)
        return case(connection, case_id, on)


def _case(row: Any, on: date) -> Case:
    return Case(
        id=row.id,
        comparison=row.comparison_id,
        finding=row.finding,
        dataset=row.dataset,
        row=row.row,
        area=row.area,
        body=row.body or "",
        record=row.record_id or "",
        department_code=row.department_code,
        confidence=row.confidence,
        state=row.state,
        outcome=row.outcome or "",
        due_on=row.due_on,
        due_provisional=row.due_provisional,
        overdue=row.state == "open" and on > row.due_on,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
