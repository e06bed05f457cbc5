"""Cases of faulty data 问题数据整改案件: what one is, how it is read, settled and owed again.

Decides when a case is settled, whether in time, and when it is due. What a build does to cases is
:mod:`catalog.rectification.opening`'s; what goes to the department and comes back is
:mod:`catalog.rectification.sending`'s and :mod:`catalog.rectification.returning`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from catalog import evidence
from catalog.cataloging.standing import of_departments
from catalog.clocks.place import place_on
from catalog.rectification.errors import UnknownCase
from catalog.store.parts import Part, parted
from catalog.store.schema import new_id
from catalog.store.tables.quality import rectification_cases, rectification_events
from policies import clocks
from policies.rulebook import NATIONAL

# States in which something is owed by the department.
OWED: Final = ("open", "sent")
# Who acts when a build does.
BUILD: Final = "build"


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands; mirrors its row in the store.

    Attributes:
        rule: id of the rule, or the reason of the quarantine (``cast:date``, ``drift:new_column``).
        field: names joined by commas; empty where the dataset as a whole is judged.
        cause: of :data:`catalog.rectification.causes.CAUSES`.
        urgency: ``urgent``, ``important`` or ``general``.
        state: ``open``; ``sent``: a workbook went out; ``closed``; ``withdrawn``: the contract no longer
            holds the rule.
        found: items that failed when this round began.
        remaining: items that fail as last counted.
        opened_at: of this round.
        due_on: last day; provisional where the year's calendar is not known.
        due_rule: the deadline rule and its source.
        closed_by: ``return``, ``build`` or ``contract``.
        on_time: whether it was closed by its due day; None while it is owed.
        rounds: 1, and 1 more each time the fault came back.
        files: path → ``sha256`` and ``raw`` of what the build read that last saw the fault.
    """

    id: str
    dataset: str
    rule: str
    field: str
    cause: str
    department: str
    department_code: str
    urgency: str
    state: str
    found: int
    remaining: int
    evaluated: int
    first_seen_at: datetime
    last_seen_at: datetime
    opened_at: datetime
    due_on: date
    due_provisional: bool
    due_rule: str
    sent_at: datetime | None
    returned_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    on_time: bool | None
    rounds: int
    build_id: str
    files: Mapping[str, Mapping[str, str]]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields at fault, in the rule's order."""
        return tuple(filter(None, self.field.split(",")))

    @property
    def owed(self) -> bool:
        """Whether the department still owes something."""
        return self.state in OWED

    def overdue(self, on: date) -> bool:
        """Whether it is owed and its due day is over."""
        return self.owed and on > self.due_on

    def to_document(self, on: date) -> dict[str, Any]:
        """Plain JSON-able form; no value of the data is in it."""
        names = (
            "id", "dataset", "rule", "field", "cause", "department", "department_code", "urgency", "state",
            "found", "remaining", "evaluated", "due_provisional", "due_rule", "closed_by", "on_time",
            "rounds",
        )  # fmt: skip
        document = {name: getattr(self, name) for name in names}
        times = ("first_seen_at", "last_seen_at", "opened_at", "sent_at", "returned_at", "closed_at")
        for name in times:
            instant = getattr(self, name)
            document[name] = None if instant is None else instant.isoformat()
        return document | {"due_on": self.due_on.isoformat(), "overdue": self.overdue(on)}


def case_called(connection: Connection, case_id: str) -> Case:
    """The case of that id.

    Raises:
        UnknownCase: there is none.
    """
    row = connection.execute(
        select(rectification_cases).where(rectification_cases.c.id == case_id)
    ).one_or_none()
    if row is None:
        raise UnknownCase(case_id)
    return _case(row)


def listing(
    connection: Connection,
    *,
    dataset: str | None = None,
    department_code: str | None = None,
    states: Iterable[str] | None = None,
) -> tuple[Case, ...]:
    """Cases, the first due first; of one day by dataset, rule, field and cause."""
    c = rectification_cases.c
    query = _asked(dataset, department_code, states)
    ordered = query.order_by(c.due_on, c.dataset, c.rule, c.field, c.cause)
    return tuple(_case(row) for row in connection.execute(ordered).all())


def listing_part(
    connection: Connection,
    part: Part,
    *,
    departments: Collection[str] | None,
    dataset: str | None = None,
    department_code: str | None = None,
    states: Iterable[str] | None = None,
) -> tuple[Case, ...]:
    """A part of the cases of entries there are, by due day and id.

    Args:
        connection: to read with.
        part: which of them.
        departments: codes of the departments whose entries are told of; of all where None.
        dataset: only of this one.
        department_code: only of this department.
        states: only in one of these.
    """
    c = rectification_cases.c
    query = _asked(dataset, department_code, states).where(of_departments(c.dataset, departments))
    return tuple(_case(row) for row in connection.execute(parted(query, part, c.due_on, c.id)).all())


def _asked(dataset: str | None, department_code: str | None, states: Iterable[str] | None) -> Select[Any]:
    c, query = rectification_cases.c, select(rectification_cases)
    if dataset is not None:
        query = query.where(c.dataset == dataset)
    if department_code is not None:
        query = query.where(c.department_code == department_code)
    if states is not None:
        query = query.where(c.state.in_(tuple(states)))
    return query


def settle(connection: Connection, case: Case, *, remaining: int, by: str, actor: str, now: datetime) -> Case:
    """Write down what still fails; with nothing left the case is closed."""
    if remaining:
        write(connection, case, remaining=remaining)
        return case_called(connection, case.id)
    on_time = clocks.local_date(now) <= case.due_on
    write(connection, case, remaining=0, state="closed", closed_at=now, closed_by=by, on_time=on_time)
    event(connection, case, "close", remaining=0, actor=actor, now=now, on_time=on_time, more={"by": by})
    return case_called(connection, case.id)


def reopen(connection: Connection, case: Case, *, remaining: int, actor: str, now: datetime) -> Case:
    """A settled case is owed again, with a new due day."""
    due, words = due_of(case.urgency, now, place_on(connection, clocks.local_date(now)))
    write(
        connection, case, state="open", found=remaining, remaining=remaining, opened_at=now, due_on=due.date,
        due_provisional=due.provisional, due_rule=words, sent_at=None, returned_at=None, closed_at=None,
        closed_by=None, on_time=None, rounds=case.rounds + 1,
    )  # fmt: skip
    more = {"due_on": due.date.isoformat(), "round": case.rounds + 1}
    event(connection, case, "reopen", remaining=remaining, actor=actor, now=now, more=more)
    return case_called(connection, case.id)


def event(
    connection: Connection,
    case: Case,
    name: str,
    *,
    remaining: int,
    actor: str,
    now: datetime,
    on_time: bool | None = None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Record what happened to a case, with its evidence: ids and counts, never a value."""
    body = {
        "dataset": case.dataset, "rule": case.rule, "field": case.field, "cause": case.cause,
        "department": case.department_code, "remaining": remaining, "actor": actor,
    }  # fmt: skip
    if on_time is not None:
        body["on_time"] = on_time
    evidence_id = evidence.record(
        connection,
        event=f"rectification:case:{name}",
        subject=case.id,
        body={**body, **(more or {})},
        now=now,
    )
    before = select(func.count()).where(rectification_events.c.case_id == case.id)
    number = connection.execute(before).scalar_one() + 1
    connection.execute(
        insert(rectification_events).values(
            id=new_id("rev"), case_id=case.id, number=number, event=name, at=now, remaining=remaining,
            on_time=on_time, actor=actor, evidence_id=evidence_id,
        )
    )  # fmt: skip


def due_of(urgency: str, now: datetime, place: str = NATIONAL) -> tuple[clocks.Due, str]:
    """The due day of a case opened at an instant in a place, and the rule it rests on."""
    received = clocks.local_date(now)
    stated = clocks.deadline(f"rectification_{urgency}", received, place)
    words = f"{stated.name}: {stated.workdays} working days, {stated.source}, confidence {stated.confidence}"
    return clocks.due_by(stated.name, received, place), words


def write(connection: Connection, case: Case, **values: Any) -> None:
    """Change columns of a case's row."""
    connection.execute(
        update(rectification_cases).where(rectification_cases.c.id == case.id).values(**values)
    )


def _case(row: Row[Any]) -> Case:
    return Case(**row._mapping)
